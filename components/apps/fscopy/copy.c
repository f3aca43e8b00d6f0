/*
 * Copying. A folder gets its attributes when all is in it, so that it can be written to until then
 * and its time stays.
 */
#include "copy.h"

#include <abi/err.h>
#include <lib/component.h>
#include <lib/string.h>

#include "imports.h"
#include "link.h"
#include "walk.h"

#define HOLE  1024 /* so many zeros are one: the smallest block */
#define PIECE 4096

static struct copied *copied;
static u8 data[16 * PIECE] __attribute__((aligned(8)));

static long
give_attributes(const char *path, const struct fs_stat *st)
{
	const struct fs_times t = {st->atime, st->mtime, st->atime_nsec, st->mtime_nsec};
	long e = target_fsc_lchown(path, st->uid, st->gid);

	if (e < 0)
		return failed("giving its owner", path, e);
	if ((st->mode & FS_IFMT) != FS_IFLNK)
		e = target_fsc_chmod(path, st->mode & 07777);
	if (e < 0)
		return failed("giving its mode", path, e);
	e = target_fsc_lutimens(path, &t);
	return e < 0 ? failed("giving its times", path, e) : 0;
}

/* Whether n bytes of data have a hole at an offset. */
static int
is_hole(size_t at, size_t n)
{
	size_t end = n - at < HOLE ? n : at + HOLE;

	while (at < end && data[at] == 0)
		at++;
	return at == end;
}

/* Writes n bytes to a position, but for holes. */
static long
put_data(int to, u64 position, size_t n)
{
	for (size_t at = 0; at < n;) {
		size_t end = at;
		long e = HOLE;

		while (end < n && !is_hole(end, n))
			end += HOLE;
		end = end < n ? end : n;
		if (end > at)
			e = target_fsc_pwrite(to, data + at, end - at, (s64)(position + at));
		if (e <= 0)
			return e < 0 ? e : -EIO;
		at += (size_t)e;
	}
	return 0;
}

static long
copy_data(int from, int to)
{
	cycles_t begin = cos_now();
	u64 size = 0;
	long n, e = 0;

	while (e == 0 && (n = source_fsc_read(from, data, sizeof(data))) != 0) {
		e = n < 0 ? n : put_data(to, size, (size_t)n);
		size += n > 0 ? (u64)n : 0;
	}
	if (e == 0)
		e = target_fsc_ftruncate(to, (s64)size);
	copied->bytes += size;
	copied->pieces += (size + PIECE - 1) / PIECE;
	copied->ticks += cos_now() - begin;
	return e;
}

static long
copy_contents(const char *path)
{
	long from = source_fsc_open(path, FS_RDONLY, 0), to, e;

	if (from < 0)
		return failed("opening", path, from);
	to = target_fsc_open(path, FS_WRONLY | FS_CREAT | FS_EXCL, 0600);
	e = to < 0 ? to : copy_data((int)from, (int)to);
	if (to >= 0)
		target_fsc_close((int)to);
	source_fsc_close((int)from);
	return e < 0 ? failed("copying", path, e) : 0;
}

/* Remembers a file that has further names. */
static long
remember(const char *path, const struct fs_stat *st)
{
	struct fs_stat made;
	long e = target_fsc_lstat(path, &made);

	if (e == 0)
		e = link_add(st->ino, made.ino, path);
	return e < 0 ? failed("remembering", path, e) : 0;
}

static long
copy_file(const char *path, const struct fs_stat *st)
{
	long e;

	copied->files++;
	e = copy_contents(path);
	return e < 0 ? e : give_attributes(path, st);
}

static long
copy_symlink(const char *path, const struct fs_stat *st)
{
	char target[FS_PATH_MAX + 1];
	long n = source_fsc_readlink(path, target, FS_PATH_MAX), e;

	copied->symlinks++;
	if (n < 0 || n > FS_PATH_MAX)
		return failed("reading", path, n < 0 ? n : -ENAMETOOLONG);
	target[n] = 0;
	e = target_fsc_symlink(target, path);
	return e < 0 ? failed("making", path, e) : give_attributes(path, st);
}

/* A folder that every file system has may be there. */
static long
copy_folder(const char *path)
{
	long e = target_fsc_mkdir(path, 0700);

	copied->folders++;
	return e < 0 && e != -EEXIST ? failed("making", path, e) : 0;
}

static long
copy_link(const char *path, const struct link *first)
{
	long e = target_fsc_link(link_path(first), path);

	copied->links++;
	return e < 0 ? failed("linking", path, e) : 0;
}

static long
visit(const char *path, const struct fs_stat *st)
{
	const struct link *first = st->nlink > 1 ? link_find(st->ino) : NULL;
	long e;

	switch (st->mode & FS_IFMT) {
	case FS_IFDIR:
		return copy_folder(path);
	case FS_IFREG:
		e = first != NULL ? copy_link(path, first) : copy_file(path, st);
		break;
	case FS_IFLNK:
		e = first != NULL ? copy_link(path, first) : copy_symlink(path, st);
		break;
	default: /* fs cannot make it */
		return failed("copying a special file", path, -ENOTSUP);
	}
	return e == 0 && st->nlink > 1 && first == NULL ? remember(path, st) : e;
}

long
copy_tree(struct copied *c)
{
	static const struct visitor copier = {visit, give_attributes};

	copied = c;
	return walk(&copier);
}
