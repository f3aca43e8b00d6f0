/*
 * Calls on names.
 */
#include "../rsys.h"
#include "proc.h"
#include "stat.h"

#define GETCWD_MAX 1024

static long
stat_by(struct rsys_proc *p, int num, const char *path, struct rsys_stat *out)
{
	struct nb_stat s;
	long e = CALL(p, num, WORD(path), WORD(&s));

	if (e == 0)
		stat_convert(&s, out);
	return e;
}

long
rsys_stat(struct rsys_proc *p, const char *path, struct rsys_stat *out)
{
	return stat_by(p, NB_STAT, path, out);
}

long
rsys_lstat(struct rsys_proc *p, const char *path, struct rsys_stat *out)
{
	return stat_by(p, NB_LSTAT, path, out);
}

long
rsys_mkdir(struct rsys_proc *p, const char *path, unsigned mode)
{
	return CALL(p, NB_MKDIR, WORD(path), proc_mask(p, mode));
}

long
rsys_rmdir(struct rsys_proc *p, const char *path)
{
	return CALL(p, NB_RMDIR, WORD(path));
}

long
rsys_unlink(struct rsys_proc *p, const char *path)
{
	return CALL(p, NB_UNLINK, WORD(path));
}

/* A symbolic link gets another name itself, which NetBSD's link() would follow. */
long
rsys_link(struct rsys_proc *p, const char *old, const char *path)
{
	return CALL(p, NB_LINKAT, (uint64_t)NB_AT_FDCWD, WORD(old), (uint64_t)NB_AT_FDCWD, WORD(path), 0);
}

/* Of two names of one file both stay, as POSIX has it; NetBSD's rename() would remove the old one. */
long
rsys_rename(struct rsys_proc *p, const char *old, const char *path)
{
	return CALL(p, NB_POSIX_RENAME, WORD(old), WORD(path));
}

long
rsys_symlink(struct rsys_proc *p, const char *target, const char *path)
{
	return CALL(p, NB_SYMLINK, WORD(target), WORD(path));
}

long
rsys_readlink(struct rsys_proc *p, const char *path, char *buf, size_t n)
{
	return CALL(p, NB_READLINK, WORD(path), WORD(buf), n);
}

long
rsys_truncate(struct rsys_proc *p, const char *path, int64_t size)
{
	return CALL(p, NB_TRUNCATE, WORD(path), 0, (uint64_t)size);
}

long
rsys_chmod(struct rsys_proc *p, const char *path, unsigned mode)
{
	return CALL(p, NB_CHMOD, WORD(path), mode);
}

long
rsys_chown(struct rsys_proc *p, const char *path, uint32_t uid, uint32_t gid)
{
	return CALL(p, NB_CHOWN, WORD(path), uid, gid);
}

long
rsys_lchown(struct rsys_proc *p, const char *path, uint32_t uid, uint32_t gid)
{
	return CALL(p, NB_LCHOWN, WORD(path), uid, gid);
}

long
rsys_chdir(struct rsys_proc *p, const char *path)
{
	return CALL(p, NB_CHDIR, WORD(path));
}

long
rsys_access(struct rsys_proc *p, const char *path, int want)
{
	return CALL(p, NB_ACCESS, WORD(path), (uint64_t)want);
}

/* The result counts the terminating zero. */
long
rsys_getcwd(struct rsys_proc *p, char *buf, size_t n)
{
	char name[GETCWD_MAX];
	long length = CALL(p, NB_GETCWD, WORD(name), sizeof(name)) - 1;

	if (length < 0)
		return length + 1;
	if ((size_t)length > n)
		return -NB_ERANGE;
	for (long i = 0; i < length; i++)
		buf[i] = name[i];
	return length;
}

static void
times_convert(const struct rsys_times *t, struct nb_timespec out[2])
{
	out[0] = (struct nb_timespec){t->atime, t->atime_nsec};
	out[1] = (struct nb_timespec){t->mtime, t->mtime_nsec};
}

long
rsys_utimens(struct rsys_proc *p, const char *path, int follow, const struct rsys_times *t)
{
	struct nb_timespec times[2];

	times_convert(t, times);
	return CALL(p, NB_UTIMENSAT, (uint64_t)NB_AT_FDCWD, WORD(path), WORD(times), follow ? 0 : NB_AT_SYMLINK_NOFOLLOW);
}

long
rsys_futimens(struct rsys_proc *p, int fd, const struct rsys_times *t)
{
	struct nb_timespec times[2];

	times_convert(t, times);
	return CALL(p, NB_FUTIMENS, (uint64_t)fd, WORD(times));
}
