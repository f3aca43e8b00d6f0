/*
 * Two disks of one kernel: what is done on one is done there and not on the other.
 */
#include <abi/err.h>
#include <fs/fs_client.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <sched/sched.h>

#define FILES 20
#define SIZE  20000u
#define PATH  64
#define EXDEV 18 /* abi/err.h has only what the kernel and most components give */

static const struct place {
	const char *folder, *device;
	u8 first; /* byte of its files */
} places[] = {{"/a", "/dev/disk0", 1}, {"/b", "/dev/disk1", 101}};

#define PLACES (sizeof(places) / sizeof(places[0]))

static int wrong;

static void
expect(const char *what, const char *path, long got, long want)
{
	if (got == want)
		return;
	cos_printf("fsdisks: wrong: %s of %s gives %ld, not %ld\n", what, path, got, want);
	wrong = 1;
}

static void
path_of(const struct place *p, char *path, u32 file)
{
	cos_snprintf(path, PATH, "%s/fsdisks-%u", p->folder, file);
}

static void
contents(const struct place *p, u8 *to, u32 file)
{
	for (u32 i = 0; i < SIZE; i++)
		to[i] = (u8)(p->first + file * 3 + i / 7);
}

static void
make(void *arg)
{
	const struct place *p = arg;
	static u8 space[PLACES][SIZE];
	u8 *data = space[p - places];
	char path[PATH];

	for (u32 i = 0; i < FILES; i++) {
		long fd;

		path_of(p, path, i);
		contents(p, data, i);
		fd = fsc_open(path, FS_RDWR | FS_CREAT | FS_EXCL, 0644);
		expect("write", path, fsc_write((int)fd, data, SIZE), SIZE);
		if (i % 5 == 0)
			expect("fsync", path, fsc_fsync((int)fd), 0);
		expect("close", path, fsc_close((int)fd), 0);
	}
}

/* On both at the same time. */
static void
make_all(void)
{
	long id[PLACES];

	for (u32 i = 0; i < PLACES; i++)
		id[i] = cos_thread_create(make, (void *)&places[i], 10);
	for (u32 i = 0; i < PLACES; i++) {
		if (id[i] < 0)
			cos_panic("no thread: error %ld", -id[i]);
		sched_thd_join((word_t)id[i]);
	}
}

static void
check(const struct place *p)
{
	static u8 found[SIZE], wanted[SIZE];
	char path[PATH];

	for (u32 i = 0; i < FILES; i++) {
		long fd;

		path_of(p, path, i);
		contents(p, wanted, i);
		fd = fsc_open(path, FS_RDONLY, 0);
		expect("read", path, fsc_read((int)fd, found, SIZE), SIZE);
		expect("comparison", path, memcmp(found, wanted, SIZE), 0);
		expect("close", path, fsc_close((int)fd), 0);
	}
}

static void
check_separation(void)
{
	struct fs_statfs a, b;

	expect("rename", "/a/fsdisks-0", fsc_rename("/a/fsdisks-0", "/b/moved"), -EXDEV);
	expect("link", "/b/fsdisks-0", fsc_link("/b/fsdisks-0", "/a/linked"), -EXDEV);
	expect("a second mount", "/dev/disk1", fsc_mount("ext2", "/dev/disk1", "/a", 0), -EBUSY);
	expect("statfs", "/a", fsc_statfs("/a", &a), 0);
	expect("statfs", "/b", fsc_statfs("/b", &b), 0);
	expect("what is free", "/b", b.ffree > a.ffree && b.bfree > a.bfree, 1); /* it was empty */
}

/* While one is away, the other one is there. */
static void
mount_anew(const struct place *p, const struct place *other)
{
	char path[PATH];
	struct fs_stat st;

	path_of(p, path, 0);
	expect("unmount", p->folder, fsc_unmount(p->folder), 0);
	expect("stat", path, fsc_stat(path, &st), -ENOENT);
	check(other);
	expect("mount", p->device, fsc_mount("ext2", p->device, p->folder, 0), 0);
	check(p);
}

static void
clean(const struct place *p)
{
	char path[PATH];

	for (u32 i = 0; i < FILES; i++) {
		path_of(p, path, i);
		expect("unlink", path, fsc_unlink(path), 0);
	}
}

void
cos_main(void)
{
	make_all();
	check(&places[0]);
	check(&places[1]);
	check_separation();
	mount_anew(&places[0], &places[1]);
	mount_anew(&places[1], &places[0]);
	clean(&places[0]);
	for (u32 i = 0; i < PLACES; i++)
		expect("unmount", places[i].folder, fsc_unmount(places[i].folder), 0);
	cos_printf("fsdisks: %u files on each of two disks%s\n", FILES, wrong ? ", and something is wrong" : "");
	init_exit(wrong);
}
