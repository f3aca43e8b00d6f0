/*
 * fs: invocations on names.
 */
#include <abi/err.h>
#include <fs/fs.h>
#include <fs/fs_types.h>
#include <lib/string.h>

#include "rsys.h"
#include "serve.h"

_Static_assert(sizeof(struct fs_stat) == sizeof(struct rsys_stat), "fs_stat and rsys_stat agree");
_Static_assert(__builtin_offsetof(struct fs_stat, mode) == __builtin_offsetof(struct rsys_stat, mode), "fs_stat");
_Static_assert(__builtin_offsetof(struct fs_stat, ctime_nsec) == __builtin_offsetof(struct rsys_stat, ctime_nsec),
               "fs_stat");
_Static_assert(sizeof(struct fs_statfs) == sizeof(struct rsys_statfs), "fs_statfs and rsys_statfs agree");
_Static_assert(__builtin_offsetof(struct fs_statfs, readonly) == __builtin_offsetof(struct rsys_statfs, readonly),
               "fs_statfs");
_Static_assert(sizeof(struct fs_times) == sizeof(struct rsys_times), "fs_times and rsys_times agree");
_Static_assert(FS_UTIME_NOW == RSYS_UTIME_NOW && FS_UTIME_OMIT == RSYS_UTIME_OMIT, "special times");

long
fs_stat(word_t length, word_t follow)
{
	char path[FS_PATH_MAX + 1];
	struct rsys_stat st;
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = serve_take_name(s, 0, length, path);
	if (e == 0)
		e = follow ? rsys_stat(s->proc, path, &st) : rsys_lstat(s->proc, path, &st);
	if (e == 0)
		e = serve_give(s, &st, sizeof(st));
	return serve_end(s, e);
}

static long
on_path(struct rsys_proc *p, word_t op, const char *path, word_t a, word_t b)
{
	switch (op) {
	case FS_MKDIR:
		return a > UINT32_MAX ? -EINVAL : rsys_mkdir(p, path, (unsigned)a);
	case FS_RMDIR:
		return rsys_rmdir(p, path);
	case FS_UNLINK:
		return rsys_unlink(p, path);
	case FS_TRUNCATE:
		return rsys_truncate(p, path, (s64)a);
	case FS_CHMOD:
		return a > UINT32_MAX ? -EINVAL : rsys_chmod(p, path, (unsigned)a);
	case FS_CHOWN:
		return a > UINT32_MAX || b > UINT32_MAX ? -EINVAL : rsys_chown(p, path, (u32)a, (u32)b);
	case FS_LCHOWN:
		return a > UINT32_MAX || b > UINT32_MAX ? -EINVAL : rsys_lchown(p, path, (u32)a, (u32)b);
	case FS_CHDIR:
		return rsys_chdir(p, path);
	case FS_ACCESS:
		return a > SERVE_INT_MAX ? -EINVAL : rsys_access(p, path, (int)a);
	}
	return -EINVAL;
}

long
fs_path(word_t op, word_t length, word_t a, word_t b)
{
	char path[FS_PATH_MAX + 1];
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = serve_take_name(s, 0, length, path);
	if (e == 0)
		e = on_path(s->proc, op, path, a, b);
	return serve_end(s, e);
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
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = serve_take_name(s, 0, length1, first);
	if (e == 0)
		e = serve_take_name(s, length1, length2, second);
	if (e == 0)
		e = on_two_paths(s->proc, op, first, second);
	return serve_end(s, e);
}

long
fs_readlink(word_t length)
{
	char path[FS_PATH_MAX + 1], target[FS_PATH_MAX + 1];
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = serve_take_name(s, 0, length, path);
	if (e == 0)
		e = rsys_readlink(s->proc, path, target, sizeof(target));
	if (e > 0 && serve_give(s, target, (word_t)e) < 0)
		e = -EINVAL;
	return serve_end(s, e);
}

long
fs_utimens(word_t length, word_t follow)
{
	char path[FS_PATH_MAX + 1];
	struct rsys_times times;
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = serve_take(s, &times, sizeof(times));
	if (e == 0)
		e = serve_take_name(s, sizeof(times), length, path);
	if (e == 0)
		e = rsys_utimens(s->proc, path, follow != 0, &times);
	return serve_end(s, e);
}
