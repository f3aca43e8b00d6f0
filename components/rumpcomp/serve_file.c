/*
 * fs: invocations on descriptors, and open.
 */
#include <abi/err.h>
#include <fs/fs.h>
#include <fs/fs_types.h>
#include <lib/string.h>

#include "rsys.h"
#include "serve.h"

#define ENTRIES_MAX 2048 /* bytes of folder entries in one answer */

_Static_assert(__builtin_offsetof(struct fs_dirent, name) == __builtin_offsetof(struct rsys_dirent, name), "fs_dirent");
_Static_assert((int)FS_CREAT == RSYS_CREAT && (int)FS_TRUNC == RSYS_TRUNC && (int)FS_EXCL == RSYS_EXCL &&
               (int)FS_APPEND == RSYS_APPEND && (int)FS_DIRECTORY == RSYS_DIRECTORY &&
               (int)FS_NOFOLLOW == RSYS_NOFOLLOW, "open flags");

long
fs_open(word_t length, word_t flags, word_t mode)
{
	char path[FS_PATH_MAX + 1];
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = flags <= SERVE_INT_MAX && mode <= SERVE_INT_MAX ? serve_take_name(s, 0, length, path) : -EINVAL;
	if (e == 0)
		e = rsys_open(s->proc, path, (int)flags, (unsigned)mode);
	return serve_end(s, e);
}

long
fs_close(word_t fd)
{
	struct session *s;
	long e = serve_begin_fd(SESSION_FS, fd, &s);

	return e < 0 ? e : serve_end(s, rsys_close(s->proc, (int)fd));
}

/* What reading and writing have to check. position may only be -1 or not negative. */
static long
check_transfer(const struct session *s, word_t fd, word_t off, word_t n, word_t position)
{
	if (fd > SERVE_INT_MAX)
		return -EBADF;
	if (!serve_inside(s, off, n) || ((s64)position < 0 && position != (word_t)-1))
		return -EINVAL;
	return 0;
}

long
fs_read(word_t fd, word_t off, word_t n, word_t position)
{
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = check_transfer(s, fd, off, n, position);
	if (e == 0 && position == (word_t)-1)
		e = rsys_read(s->proc, (int)fd, s->at + off, n);
	else if (e == 0)
		e = rsys_pread(s->proc, (int)fd, s->at + off, n, (s64)position);
	return serve_end(s, e);
}

long
fs_write(word_t fd, word_t off, word_t n, word_t position)
{
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = check_transfer(s, fd, off, n, position);
	if (e == 0 && position == (word_t)-1)
		e = rsys_write(s->proc, (int)fd, s->at + off, n);
	else if (e == 0)
		e = rsys_pwrite(s->proc, (int)fd, s->at + off, n, (s64)position);
	return serve_end(s, e);
}

long
fs_seek(word_t fd, word_t offset, word_t whence)
{
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = whence <= FS_SEEK_END ? serve_int(fd, -EBADF) : -EINVAL;
	if (e >= 0)
		e = rsys_lseek(s->proc, (int)fd, (s64)offset, (int)whence);
	return serve_end(s, e);
}

long
fs_fstat(word_t fd)
{
	struct rsys_stat st;
	struct session *s;
	long e = serve_begin_fd(SESSION_FS, fd, &s);

	if (e < 0)
		return e;
	e = rsys_fstat(s->proc, (int)fd, &st);
	if (e == 0)
		e = serve_give(s, &st, sizeof(st));
	return serve_end(s, e);
}

long
fs_readdir(word_t fd, word_t n)
{
	u64 entries[ENTRIES_MAX / sizeof(u64)];
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = serve_inside(s, 0, n) ? serve_int(fd, -EBADF) : -EINVAL;
	if (e >= 0)
		e = rsys_readdir(s->proc, (int)fd, entries, n < ENTRIES_MAX ? n : ENTRIES_MAX);
	if (e > 0)
		memcpy(s->at, entries, (word_t)e);
	return serve_end(s, e);
}

long
fs_ftruncate(word_t fd, word_t size)
{
	struct session *s;
	long e = serve_begin_fd(SESSION_FS, fd, &s);

	return e < 0 ? e : serve_end(s, rsys_ftruncate(s->proc, (int)fd, (s64)size));
}

long
fs_fsync(word_t fd)
{
	struct session *s;
	long e = serve_begin_fd(SESSION_FS, fd, &s);

	return e < 0 ? e : serve_end(s, rsys_fsync(s->proc, (int)fd));
}

long
fs_futimens(word_t fd)
{
	struct rsys_times times;
	struct session *s;
	long e = serve_begin_fd(SESSION_FS, fd, &s);

	if (e < 0)
		return e;
	e = serve_take(s, &times, sizeof(times));
	if (e == 0)
		e = rsys_futimens(s->proc, (int)fd, &times);
	return serve_end(s, e);
}
