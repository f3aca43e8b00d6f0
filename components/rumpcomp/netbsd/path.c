/*
 * Calls on names.
 */
#include "../rsys.h"
#include "proc.h"
#include "stat.h"

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
	return CALL(p, NB_MKDIR, WORD(path), mode);
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

long
rsys_link(struct rsys_proc *p, const char *old, const char *path)
{
	return CALL(p, NB_LINK, WORD(old), WORD(path));
}

long
rsys_rename(struct rsys_proc *p, const char *old, const char *path)
{
	return CALL(p, NB_RENAME, WORD(old), WORD(path));
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
rsys_chdir(struct rsys_proc *p, const char *path)
{
	return CALL(p, NB_CHDIR, WORD(path));
}
