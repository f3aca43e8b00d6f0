/*
 * A walk that needs no list and believes nothing: folders wait in a queue of paths, which is
 * limited, so that a circle of folders ends; of each file a limited part is read.
 */
#include "survive.h"

#include <fs/fs_client.h>
#include <lib/print.h>
#include <lib/string.h>

#define FOLDERS_MOST 64
#define NAMES_MOST   3000
#define READ_MOST    (4 << 20)
#define PATH_SIZE    400 /* longer ones are left out */

static char queue[FOLDERS_MOST][PATH_SIZE];
static u32 queued;
static u8 data[16384] __attribute__((aligned(8)));
static u8 entries[4096] __attribute__((aligned(8)));

static void
note(struct survival *s, long result)
{
	s->errors += result < 0;
}

static void
read_some(const char *path, struct survival *s)
{
	long fd = fsc_open(path, FS_RDONLY, 0), n = 0;
	u64 bytes = 0;

	note(s, fd);
	if (fd < 0)
		return;
	while (bytes < READ_MOST && (n = fsc_read(fd, data, sizeof(data))) > 0)
		bytes += n;
	s->bytes += bytes;
	note(s, n);
	note(s, fsc_close(fd));
}

static void
visit(const char *path, struct survival *s)
{
	struct fs_stat st;
	long err = fsc_lstat(path, &st);

	s->names++;
	note(s, err);
	if (err)
		return;
	if ((st.mode & FS_IFMT) == FS_IFDIR && queued < FOLDERS_MOST)
		cos_strlcpy(queue[queued++], path, PATH_SIZE);
	if ((st.mode & FS_IFMT) == FS_IFREG)
		read_some(path, s);
	if ((st.mode & FS_IFMT) == FS_IFLNK)
		note(s, fsc_readlink(path, (char *)data, sizeof(data)));
}

/*
 * The names that readdir gave; the server built the entries, so they are well formed or it is at
 * fault.
 */
static void
visit_entries(const char *folder, long n, struct survival *s)
{
	char path[PATH_SIZE];

	for (long at = 0; at < n && s->names < NAMES_MOST;) {
		const struct fs_dirent *d = (const struct fs_dirent *)(entries + at);

		if (d->reclen < sizeof(*d) || d->reclen > n - at) {
			s->errors++;
			return;
		}
		at += d->reclen;
		if (strcmp(d->name, ".") == 0 || strcmp(d->name, "..") == 0)
			continue;
		if (cos_snprintf(path, sizeof(path), "%s/%s", folder, d->name) < PATH_SIZE)
			visit(path, s);
	}
}

static void
visit_folder(const char *folder, struct survival *s)
{
	long fd = fsc_open(folder, FS_RDONLY | FS_DIRECTORY, 0), n = 0;

	note(s, fd);
	if (fd < 0)
		return;
	while (s->names < NAMES_MOST && (n = fsc_readdir(fd, entries, sizeof(entries))) > 0)
		visit_entries(folder, n, s);
	note(s, n);
	note(s, fsc_close(fd));
}

/* Allocates inodes and blocks by what may be wrong bitmaps. */
static void
write_some(const char *root, struct survival *s)
{
	char path[PATH_SIZE];

	for (u32 i = 0; i < 40; i++) {
		long fd;

		cos_snprintf(path, sizeof(path), "%s/survive-%u", root, i);
		fd = fsc_open(path, FS_RDWR | FS_CREAT, 0644);
		note(s, fd);
		if (fd < 0)
			continue;
		note(s, fsc_write(fd, data, sizeof(data)));
		note(s, fsc_close(fd));
		if (i % 3 == 0)
			note(s, fsc_unlink(path));
	}
}

void
survive(const char *root, struct survival *s)
{
	memset(s, 0, sizeof(*s));
	queued = 0;
	visit(root, s);
	for (u32 i = 0; i < queued && s->names < NAMES_MOST; i++)
		visit_folder(queue[i], s);
	write_some(root, s);
}
