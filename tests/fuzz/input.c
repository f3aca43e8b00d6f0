/*
 * What an input means. Bytes that are missing at its end are zeros.
 *
 *     how        1 byte: bits 0-1 which disk, bit 2 mounted read-only, bit 3 one with a journal
 *     failures   2 bytes: after how many requests of the disk, and how many fail
 *     patches    1 byte: how many of 8 bytes follow, at most PATCHES; each is a place, an offset
 *                from it (2 bytes), a width of 1 to 4 bytes, a number of that width
 *     operations until the end, at most OPERATIONS: 1 byte, and its arguments, see ops.c
 *
 * Numbers are little-endian. Places are the parts of the disk that metadata lies in, and the first
 * blocks of the journal.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rsys.h>

#include "../hosted/host/host.h"
#include "fuzz.h"
#include "ops.h"

#define IMAGES     6
#define JOURNALS   4 /* the first that has one */
#define PATCHES    16
#define OPERATIONS 80
#define PLACES     16

enum { EIO_RUMP = 5 };

static struct {
	uint8_t bytes[DISK_MOST];
	uint32_t size, places;
	uint32_t place[PLACES];
} images[IMAGES];

static int explain;

void
fuzz_wrong(const char *format, ...)
{
	va_list args;

	fputs("fuzz: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

/* The host's own sentences about a broken contract end in _exit: they are findings too. */
void __wrap__exit(int status);

void
__wrap__exit(int status)
{
	fuzz_wrong("the host ended the process with status %d", status);
}

void
fuzz_explain(void)
{
	explain = 1;
}

static uint32_t
number_at(const uint8_t *bytes, uint32_t at)
{
	return bytes[at] | (uint32_t)bytes[at + 1] << 8 | (uint32_t)bytes[at + 2] << 16 | (uint32_t)bytes[at + 3] << 24;
}

/* Superblock, group descriptors, both bitmaps and the inodes of the first group, the root's
 * first block, that of another folder, and the disk's beginning; eight blocks of the journal. */
static void
find_places(int i)
{
	const uint8_t *b = images[i].bytes;
	uint32_t block = 1024u << number_at(b, 1024 + 24), revision = number_at(b, 1024 + 76);
	uint32_t inode = revision == 0 ? 128 : number_at(b, 1024 + 88) & 0xffff;
	uint32_t groups = (number_at(b, 1024 + 20) + 1) * block, table = number_at(b, groups + 8) * block;
	uint32_t place[PLACES] = {1024, groups, number_at(b, groups) * block, number_at(b, groups + 4) * block, table,
	                          number_at(b, table + inode + 40) * block, number_at(b, table + 11 * inode + 40) * block, 0};

	images[i].places = i < JOURNALS ? 8 : PLACES;
	for (uint32_t p = 8; p < images[i].places; p++)
		place[p] = number_at(b, table + 7 * inode + 40 + 4 * (p - 8)) * block;
	for (uint32_t p = 0; p < images[i].places; p++) {
		if (place[p] >= images[i].size)
			fuzz_wrong("disk %d is not what mke2fs makes", i);
		images[i].place[p] = place[p];
	}
}

static void
read_image(const char *folder, int i)
{
	char path[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%d.img", folder, i);
	f = fopen(path, "rb");
	images[i].size = i < JOURNALS ? DISK_MOST / 2 : DISK_MOST;
	if (f == NULL || fread(images[i].bytes, 1, images[i].size, f) != images[i].size)
		fuzz_wrong("%s: cannot be read, or is too small", path);
	fclose(f);
	find_places(i);
}

void
fuzz_start(void)
{
	const char *folder = getenv("FUZZ_IMAGES");

	if (folder == NULL)
		fuzz_wrong("FUZZ_IMAGES does not name the folder of the disks");
	for (int i = 0; i < IMAGES; i++)
		read_image(folder, i);
	host_param("RUMP_NVNODES", "16");
	host_print_to(NULL);
	if (rsys_init() != 0 || rsys_etfs_register("/dev/disk0", "disk0") != 0 || rsys_etfs_register("/dev/disk1", "disk1") != 0)
		fuzz_wrong("the rump kernel does not start");
}

static void
patch(int image, struct cursor *c)
{
	uint32_t place = images[image].place[cursor_byte(c) % images[image].places];
	uint32_t at = place + cursor_byte(c), width;

	at = (at + (uint32_t)cursor_byte(c) * 256) % disk_size;
	width = cursor_byte(c) % 4 + 1;
	for (uint32_t i = 0; i < 4; i++) {
		uint8_t byte = cursor_byte(c);

		if (i < width && at + i < disk_size)
			disk_bytes[at + i] = byte;
	}
	if (explain)
		printf("patch: %u bytes at %u (%u after a place)\n", width, at, at - place);
}

/* The disk's image is as it shall be; works with it, mounted. Result: 0; 1 if something could not be
 * read, written or mounted. *crashed: the power went. */
static int
session(struct cursor *c, int readonly, int sound, int *crashed)
{
	struct ops ops = {.readonly = readonly, .sound = sound, .explain = explain};
	int damaged = 0;

	ops_mount(&ops);
	for (int i = 0; ops.proc != NULL && i < OPERATIONS && c->at < c->end; i++)
		damaged |= ops_one(&ops, c) == -EIO_RUMP;
	*crashed = ops.crashed;
	return ops.proc == NULL || ops_unmount(&ops) != 0 || damaged;
}

int
fuzz_one(const uint8_t *input, size_t n)
{
	struct cursor c = {input, input + n};
	unsigned how = cursor_byte(&c), after = cursor_byte(&c), failures = cursor_byte(&c);
	unsigned patches = cursor_byte(&c) % (PATCHES + 1);
	int image = how & 8 ? JOURNALS + (how & 1) : how & 3, bad, crashed, sound;

	disk_set(images[image].bytes, images[image].size);
	if (explain)
		printf("disk %d%s, after %u requests %u fail\n", image, how & 4 ? ", read-only" : "", after, failures);
	for (unsigned i = 0; i < patches; i++)
		patch(image, &c);
	disk_fail(after, failures);
	bad = session(&c, (how & 4) != 0, patches == 0 && failures == 0, &crashed);
	sound = patches == 0 && disk_failed() == 0 && (image >= JOURNALS || !crashed);
	if (bad && sound)
		fuzz_wrong("EIO, though the disk was sound and did not fail");
	return sound;
}
