/*
 * The walk. One buffer of entries and one path serve all levels: behind a folder the walk reads on
 * at the position of the next entry, with a descriptor opened anew, so depth costs no descriptors.
 */
#include "walk.h"

#include <abi/err.h>
#include <lib/print.h>
#include <lib/string.h>
#include <stddef.h>

#include "imports.h"

#define DEPTH_MAX 100 /* folders in each other: each takes about 300 bytes of the stack */

static u8 entries[4096] __attribute__((aligned(8)));
static char path[FS_PATH_MAX + 1];

long
failed(const char *call, const char *name, long error)
{
	cos_printf("fscopy: %s of %s gives %ld\n", call, name, error);
	return error;
}

const struct fs_dirent *
entry_at(const u8 *from, long n, long at)
{
	const struct fs_dirent *d = (const struct fs_dirent *)(from + at);

	if (n - at < (long)sizeof(*d) || d->reclen % 8 || d->reclen > n - at || d->namelen > FS_NAME_MAX ||
	    offsetof(struct fs_dirent, name) + d->namelen >= d->reclen || d->name[d->namelen])
		return NULL;
	return d;
}

int
entry_is_dots(const struct fs_dirent *d)
{
	return strcmp(d->name, ".") == 0 || strcmp(d->name, "..") == 0;
}

/* Entries of the folder at path from a position on. Result: bytes, or an error. */
static long
read_entries(u64 position)
{
	long fd = source_fsc_open(path, FS_RDONLY | FS_DIRECTORY, 0), n;

	if (fd < 0)
		return failed("opening", path, fd);
	n = source_fsc_lseek((int)fd, (s64)position, FS_SEEK_SET);
	if (n >= 0)
		n = source_fsc_readdir((int)fd, entries, sizeof(entries));
	source_fsc_close((int)fd);
	return n < 0 ? failed("listing", path, n) : n;
}

static long walk_folder(const struct visitor *, unsigned depth);

/* What lies at path. */
static long
walk_path(const struct visitor *v, unsigned depth, int *is_folder)
{
	struct fs_stat st;
	long e = source_fsc_lstat(path, &st);

	if (e < 0)
		return failed("status", path, e);
	*is_folder = (st.mode & FS_IFMT) == FS_IFDIR;
	e = v->visit(path, &st);
	if (e < 0 || !*is_folder)
		return e;
	e = depth < DEPTH_MAX ? walk_folder(v, depth + 1) : failed("depth", path, -ENAMETOOLONG);
	return e == 0 && v->leave != NULL ? v->leave(path, &st) : e;
}

/* A name in the folder at path. */
static long
walk_name(const struct visitor *v, const struct fs_dirent *d, unsigned depth, int *is_folder)
{
	size_t n = strlen(path), slash = n > 1;
	long e;

	if (n + slash + d->namelen > FS_PATH_MAX)
		return failed("a name's length", path, -ENAMETOOLONG);
	path[n] = '/';
	memcpy(path + n + slash, d->name, d->namelen + 1u);
	e = walk_path(v, depth, is_folder);
	path[n] = 0;
	return e;
}

/* The entries in the buffer, up to the first folder. next: where to read on. */
static long
walk_entries(const struct visitor *v, long n, unsigned depth, u64 *next)
{
	int is_folder = 0;
	long e = 0;

	for (long at = 0; at < n && e == 0 && !is_folder;) {
		const struct fs_dirent *d = entry_at(entries, n, at);

		if (d == NULL)
			return failed("an entry", path, -EIO);
		*next = d->next;
		at += d->reclen;
		if (!entry_is_dots(d))
			e = walk_name(v, d, depth, &is_folder);
	}
	return e;
}

static long
walk_folder(const struct visitor *v, unsigned depth)
{
	u64 next = 0;
	long n, e = 0;

	while (e == 0 && (n = read_entries(next)) != 0)
		e = n < 0 ? n : walk_entries(v, n, depth, &next);
	return e;
}

long
walk(const struct visitor *v)
{
	int is_folder;

	cos_strlcpy(path, "/", sizeof(path));
	return walk_path(v, 0, &is_folder);
}
