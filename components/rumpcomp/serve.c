/*
 * Answers the invocations of fs through rsys.h, on the clients' own threads. Everything that
 * comes from a client is checked here: a name is copied out of the shared buffer before it is
 * looked at, offsets and lengths must lie inside the buffer, structures are made here and copied
 * out whole. File data alone is moved straight from and to the buffer: whatever is in it means
 * nothing to the server.
 */
#include <abi/err.h>
#include <fs/fs.h>
#include <fs/fs_types.h>
#include <lib/component.h>
#include <lib/string.h>
#include <sched/sched.h>

#include "rsys.h"
#include "session.h"

#define ENTRIES_MAX 2048 /* bytes of folder entries in one answer */
#define MOUNT_NAMES 3
#define INT_LIMIT   0x7fffffffUL

_Static_assert(sizeof(struct fs_stat) == sizeof(struct rsys_stat), "fs_stat and rsys_stat agree");
_Static_assert(__builtin_offsetof(struct fs_stat, mode) == __builtin_offsetof(struct rsys_stat, mode), "fs_stat");
_Static_assert(__builtin_offsetof(struct fs_stat, ctime_nsec) == __builtin_offsetof(struct rsys_stat, ctime_nsec),
               "fs_stat");
_Static_assert(sizeof(struct fs_statfs) == sizeof(struct rsys_statfs), "fs_statfs and rsys_statfs agree");
_Static_assert(__builtin_offsetof(struct fs_statfs, readonly) == __builtin_offsetof(struct rsys_statfs, readonly),
               "fs_statfs");
_Static_assert(__builtin_offsetof(struct fs_dirent, name) == __builtin_offsetof(struct rsys_dirent, name), "fs_dirent");
_Static_assert((int)FS_CREAT == RSYS_CREAT && (int)FS_TRUNC == RSYS_TRUNC && (int)FS_EXCL == RSYS_EXCL &&
               (int)FS_APPEND == RSYS_APPEND && (int)FS_DIRECTORY == RSYS_DIRECTORY &&
               (int)FS_NOFOLLOW == RSYS_NOFOLLOW, "open flags");
_Static_assert((int)FS_MNT_RDONLY == RSYS_MNT_RDONLY, "mount flags");

/*
 * Every function begins with begin and returns the result of end. In between the thread is as
 * urgent as the most urgent one that can be
 * inside: it may hold a rump CPU, and others wait for that.
 */
static long
begin(struct session **s)
{
	long e = sched_ceiling_enter();

	if (e < 0)
		return e;
	*s = session_take();
	if (*s != NULL)
		return 0;
	sched_ceiling_leave();
	return -EBADF;
}

static long
end(struct session *s, long result)
{
	session_put(s);
	sched_ceiling_leave();
	return result;
}

static int
inside(const struct session *s, word_t off, word_t n)
{
	return off <= s->bytes && n <= s->bytes - off;
}

/* Copies a name that lies at off. to has room for FS_PATH_MAX + 1 bytes. */
static long
take_name(const struct session *s, word_t off, word_t length, char *to)
{
	if (length > FS_PATH_MAX)
		return -ENAMETOOLONG;
	if (!inside(s, off, length))
		return -EINVAL;
	memcpy(to, s->at + off, length);
	to[length] = 0;
	return strlen(to) == length ? 0 : -EINVAL;
}

static long
as_int(word_t v, long error)
{
	return v <= INT_LIMIT ? (long)v : error;
}

long
fs_session(word_t session)
{
	return session_bind(session);
}

/* The type, the device and the directory, each with its zero, fill length bytes. */
static long
take_mount(const struct session *s, word_t length, char *text, const char *names[MOUNT_NAMES])
{
	word_t at = 0;

	if (length == 0 || length > FS_PATH_MAX || !inside(s, 0, length))
		return -EINVAL;
	memcpy(text, s->at, length);
	if (text[length - 1] != 0)
		return -EINVAL;
	for (int i = 0; i < MOUNT_NAMES; i++) {
		if (at >= length)
			return -EINVAL;
		names[i] = text + at;
		at += strlen(text + at) + 1;
	}
	return at == length ? 0 : -EINVAL;
}

long
fs_mount(word_t length, word_t flags)
{
	char text[FS_PATH_MAX + 1];
	const char *names[MOUNT_NAMES];
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = flags <= FS_MNT_RDONLY ? take_mount(s, length, text, names) : -EINVAL;
	if (e == 0)
		e = rsys_mount(s->proc, names[0], names[1], names[2], (int)flags);
	return end(s, e);
}

long
fs_unmount(word_t length)
{
	char path[FS_PATH_MAX + 1];
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = take_name(s, 0, length, path);
	if (e == 0)
		e = rsys_unmount(s->proc, path);
	return end(s, e);
}

long
fs_open(word_t length, word_t flags, word_t mode)
{
	char path[FS_PATH_MAX + 1];
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = flags <= INT_LIMIT && mode <= INT_LIMIT ? take_name(s, 0, length, path) : -EINVAL;
	if (e == 0)
		e = rsys_open(s->proc, path, (int)flags, (unsigned)mode);
	return end(s, e);
}

long
fs_close(word_t fd)
{
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = as_int(fd, -EBADF);
	if (e >= 0)
		e = rsys_close(s->proc, (int)fd);
	return end(s, e);
}

/* What reading and writing have to check. position may only be -1 or not negative. */
static long
check_transfer(const struct session *s, word_t fd, word_t off, word_t n, word_t position)
{
	if (fd > INT_LIMIT)
		return -EBADF;
	if (!inside(s, off, n) || ((s64)position < 0 && position != (word_t)-1))
		return -EINVAL;
	return 0;
}

long
fs_read(word_t fd, word_t off, word_t n, word_t position)
{
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = check_transfer(s, fd, off, n, position);
	if (e == 0 && position == (word_t)-1)
		e = rsys_read(s->proc, (int)fd, s->at + off, n);
	else if (e == 0)
		e = rsys_pread(s->proc, (int)fd, s->at + off, n, (s64)position);
	return end(s, e);
}

long
fs_write(word_t fd, word_t off, word_t n, word_t position)
{
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = check_transfer(s, fd, off, n, position);
	if (e == 0 && position == (word_t)-1)
		e = rsys_write(s->proc, (int)fd, s->at + off, n);
	else if (e == 0)
		e = rsys_pwrite(s->proc, (int)fd, s->at + off, n, (s64)position);
	return end(s, e);
}

long
fs_seek(word_t fd, word_t offset, word_t whence)
{
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = whence <= FS_SEEK_END ? as_int(fd, -EBADF) : -EINVAL;
	if (e >= 0)
		e = rsys_lseek(s->proc, (int)fd, (s64)offset, (int)whence);
	return end(s, e);
}

/* Copies a structure out to offset 0. */
static long
give(struct session *s, const void *from, word_t n)
{
	if (!inside(s, 0, n))
		return -EINVAL;
	memcpy(s->at, from, n);
	return 0;
}

long
fs_stat(word_t length, word_t follow)
{
	char path[FS_PATH_MAX + 1];
	struct rsys_stat st;
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = take_name(s, 0, length, path);
	if (e == 0)
		e = follow ? rsys_stat(s->proc, path, &st) : rsys_lstat(s->proc, path, &st);
	if (e == 0)
		e = give(s, &st, sizeof(st));
	return end(s, e);
}

long
fs_fstat(word_t fd)
{
	struct rsys_stat st;
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = as_int(fd, -EBADF);
	if (e >= 0)
		e = rsys_fstat(s->proc, (int)fd, &st);
	if (e == 0)
		e = give(s, &st, sizeof(st));
	return end(s, e);
}

long
fs_readdir(word_t fd, word_t n)
{
	u64 entries[ENTRIES_MAX / sizeof(u64)];
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = inside(s, 0, n) ? as_int(fd, -EBADF) : -EINVAL;
	if (e >= 0)
		e = rsys_readdir(s->proc, (int)fd, entries, n < ENTRIES_MAX ? n : ENTRIES_MAX);
	if (e > 0)
		memcpy(s->at, entries, (word_t)e);
	return end(s, e);
}

static long
on_path(struct rsys_proc *p, word_t op, const char *path, word_t a, word_t b)
{
	switch (op) {
	case FS_MKDIR:
		return rsys_mkdir(p, path, (unsigned)a);
	case FS_RMDIR:
		return rsys_rmdir(p, path);
	case FS_UNLINK:
		return rsys_unlink(p, path);
	case FS_TRUNCATE:
		return rsys_truncate(p, path, (s64)a);
	case FS_CHMOD:
		return rsys_chmod(p, path, (unsigned)a);
	case FS_CHOWN:
		return rsys_chown(p, path, (u32)a, (u32)b);
	case FS_CHDIR:
		return rsys_chdir(p, path);
	}
	return -EINVAL;
}

long
fs_path(word_t op, word_t length, word_t a, word_t b)
{
	char path[FS_PATH_MAX + 1];
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = take_name(s, 0, length, path);
	if (e == 0)
		e = on_path(s->proc, op, path, a, b);
	return end(s, e);
}

static long
on_two_paths(struct rsys_proc *p, word_t op, const char *first, const char *second)
{
	switch (op) {
	case FS_LINK:
		return rsys_link(p, first, second);
	case FS_RENAME:
		return rsys_rename(p, first, second);
	case FS_SYMLINK:
		return rsys_symlink(p, first, second);
	}
	return -EINVAL;
}

long
fs_path2(word_t op, word_t length1, word_t length2)
{
	char first[FS_PATH_MAX + 1], second[FS_PATH_MAX + 1];
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = take_name(s, 0, length1, first);
	if (e == 0)
		e = take_name(s, length1, length2, second);
	if (e == 0)
		e = on_two_paths(s->proc, op, first, second);
	return end(s, e);
}

long
fs_readlink(word_t length)
{
	char path[FS_PATH_MAX + 1], target[FS_PATH_MAX + 1];
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = take_name(s, 0, length, path);
	if (e == 0)
		e = rsys_readlink(s->proc, path, target, sizeof(target));
	if (e > 0 && give(s, target, (word_t)e) < 0)
		e = -EINVAL;
	return end(s, e);
}

long
fs_ftruncate(word_t fd, word_t size)
{
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = as_int(fd, -EBADF);
	if (e >= 0)
		e = rsys_ftruncate(s->proc, (int)fd, (s64)size);
	return end(s, e);
}

long
fs_fsync(word_t fd)
{
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = as_int(fd, -EBADF);
	if (e >= 0)
		e = rsys_fsync(s->proc, (int)fd);
	return end(s, e);
}

long
fs_sync(void)
{
	struct session *s;
	long e = begin(&s);

	return e < 0 ? e : end(s, rsys_sync(s->proc));
}

long
fs_statfs(word_t length)
{
	char path[FS_PATH_MAX + 1];
	struct rsys_statfs st;
	struct session *s;
	long e = begin(&s);

	if (e < 0)
		return e;
	e = take_name(s, 0, length, path);
	if (e == 0)
		e = rsys_statfs(s->proc, path, &st);
	if (e == 0)
		e = give(s, &st, sizeof(st));
	return end(s, e);
}
