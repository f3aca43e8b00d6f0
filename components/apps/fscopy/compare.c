/*
 * Comparing. Times come first: reading may change them.
 */
#include "compare.h"

#include <abi/err.h>
#include <lib/print.h>
#include <lib/string.h>

#include "imports.h"
#include "link.h"
#include "walk.h"

#define DIFFERENT (-1000L) /* no error that a kernel gives */

static struct compared *compared;
static u8 left[32768], right[32768];

static long
differs(const char *path, const char *what)
{
	cos_printf("fscopy: %s has another %s in the copy\n", path, what);
	return DIFFERENT;
}

static long
compare_status(const char *path, const struct fs_stat *a, const struct fs_stat *b)
{
	if (a->mode != b->mode)
		return differs(path, "mode");
	if (a->uid != b->uid || a->gid != b->gid)
		return differs(path, "owner");
	if (a->nlink != b->nlink)
		return differs(path, "number of links");
	if ((a->mode & FS_IFMT) != FS_IFDIR && a->size != b->size)
		return differs(path, "size");
	if (a->mtime != b->mtime || a->mtime_nsec != b->mtime_nsec || a->atime != b->atime ||
	    a->atime_nsec != b->atime_nsec)
		return differs(path, "time");
	return 0;
}

/* What is one file of the source must be one of the target, and no other. */
static long
compare_link(const char *path, const struct fs_stat *a, const struct fs_stat *b)
{
	const struct link *l = (a->mode & FS_IFMT) != FS_IFDIR && a->nlink > 1 ? link_find(a->ino) : NULL;

	return l != NULL && l->target != b->ino ? differs(path, "set of names") : 0;
}

static long
compare_data(const char *path, int a, int b)
{
	for (;;) {
		long n = source_fsc_read(a, left, sizeof(left)), m;

		if (n < 0)
			return failed("reading", path, n);
		m = target_fsc_read(b, right, sizeof(right));
		if (m < 0)
			return failed("reading the copy", path, m);
		if (n != m || memcmp(left, right, (size_t)n) != 0)
			return differs(path, "content");
		if (n == 0)
			return 0;
		compared->bytes += (u64)n;
	}
}

static long
compare_contents(const char *path)
{
	long a = source_fsc_open(path, FS_RDONLY, 0), b, e;

	if (a < 0)
		return failed("opening", path, a);
	b = target_fsc_open(path, FS_RDONLY, 0);
	e = b < 0 ? failed("opening the copy", path, b) : compare_data(path, (int)a, (int)b);
	source_fsc_close((int)a);
	if (b >= 0)
		target_fsc_close((int)b);
	return e;
}

static long
compare_symlink(const char *path)
{
	long n = source_fsc_readlink(path, (char *)left, FS_PATH_MAX);
	long m = target_fsc_readlink(path, (char *)right, FS_PATH_MAX);

	return n < 0 || n != m || memcmp(left, right, (size_t)n) != 0 ? differs(path, "target") : 0;
}

/* Result: how many names a folder has, or an error. */
static long
count_names(const char *path, typeof(fsc_open) *open, typeof(fsc_readdir) *readdir, typeof(fsc_close) *close)
{
	long fd = open(path, FS_RDONLY | FS_DIRECTORY, 0), n, names = 0;

	if (fd < 0)
		return fd;
	while ((n = readdir((int)fd, left, sizeof(left))) > 0) {
		for (long at = 0; at < n; names++) {
			const struct fs_dirent *d = entry_at(left, n, at);

			if (d == NULL)
				return -EIO;
			at += d->reclen;
		}
	}
	close((int)fd);
	return n < 0 ? n : names;
}

/* All names of the source's folder are compared one by one, so the copy's are the same if there are as many. */
static long
compare_folder(const char *path)
{
	long n = count_names(path, source_fsc_open, source_fsc_readdir, source_fsc_close);
	long m = count_names(path, target_fsc_open, target_fsc_readdir, target_fsc_close);

	return n < 0 || n != m ? differs(path, "number of entries") : 0;
}

static long
visit(const char *path, const struct fs_stat *a)
{
	struct fs_stat b;
	long e = target_fsc_lstat(path, &b);

	if (e < 0)
		return failed("status of the copy", path, e);
	compared->names++;
	e = compare_status(path, a, &b);
	if (e == 0)
		e = compare_link(path, a, &b);
	if (e < 0)
		return e;
	switch (a->mode & FS_IFMT) {
	case FS_IFDIR:
		return compare_folder(path);
	case FS_IFREG:
		return compare_contents(path);
	case FS_IFLNK:
		return compare_symlink(path);
	}
	return 0;
}

long
compare_trees(struct compared *c)
{
	static const struct visitor comparer = {visit, NULL};

	compared = c;
	return walk(&comparer);
}
