/*
 * System calls on paths. Whoever changes a directory locks it, looks the name up again, and locks
 * what it names: the directory always before what is in it.
 */
#include "proc.h"

static long
stat_path(struct rsys_proc *p, const char *path, enum lookup_mode mode, struct rsys_stat *st)
{
	struct lookup lk;
	struct lwp l;
	int e;

	kernel_enter(&l, p);
	e = lookup(&lk, p, path, mode);
	if (e == 0) {
		vnode_stat(lk.v, st);
		lookup_end(&lk);
	}
	kernel_leave(&l);
	return -e;
}

long
rsys_stat(struct rsys_proc *p, const char *path, struct rsys_stat *st)
{
	return stat_path(p, path, LOOKUP_FOLLOW, st);
}

long
rsys_lstat(struct rsys_proc *p, const char *path, struct rsys_stat *st)
{
	return stat_path(p, path, LOOKUP_NOFOLLOW, st);
}

static int
special(const struct name *n)
{
	return name_is_dot(n) || name_is_dotdot(n);
}

int
path_make(struct rsys_proc *p, const char *path, uint32_t mode, const char *target, struct vnode **vp)
{
	struct vnode_new new = {.target = target};
	struct lookup l;
	int e = lookup(&l, p, path, LOOKUP_PARENT);

	if (e != 0)
		return e;
	new.mode = mode;
	new.cred = &l.cred;
	krw_write(l.v->lock);
	if (special(&l.name))
		e = EEXIST;
	else if (l.v->dead || (l.slash && (mode & S_IFMT) != S_IFDIR))
		e = ENOENT;
	else
		e = vnode_access(l.v, &l.cred, ACCESS_WRITE | ACCESS_EXEC);
	if (e == 0 || e == EROFS) {
		uint32_t ino;

		if (l.v->ops->lookup(l.v, &l.name, &ino) == 0)
			e = EEXIST;
	}
	if (e == 0)
		e = l.v->ops->make(l.v, &l.name, &new, vp);
	krw_exit(l.v->lock);
	lookup_end(&l);
	return e;
}

/* Makes a directory or a symbolic link, which nobody uses at first. */
static int
make(struct rsys_proc *p, const char *path, uint32_t mode, const char *target)
{
	struct vnode *v;
	int e = path_make(p, path, mode, target, &v);

	if (e == 0)
		vnode_release(v);
	return e;
}

long
rsys_mkdir(struct rsys_proc *p, const char *path, unsigned mode)
{
	struct lwp l;
	int e;

	kernel_enter(&l, p);
	e = make(p, path, S_IFDIR | proc_mask(p, mode & 01777), NULL);
	kernel_leave(&l);
	return -e;
}

long
rsys_symlink(struct rsys_proc *p, const char *target, const char *path)
{
	struct lwp l;
	size_t n = strlen(target);
	int e;

	if (n == 0 || n > PATH_LONGEST)
		return n == 0 ? -ENOENT : -ENAMETOOLONG;
	kernel_enter(&l, p);
	e = make(p, path, S_IFLNK | 0777, target);
	kernel_leave(&l);
	return -e;
}

/* The directory is locked for writing, the victim is not. */
static int
remove_child(struct lookup *l, struct vnode *v, int rmdir)
{
	int is_dir = vnode_type(v) == S_IFDIR, e = 0;

	if (__atomic_load_n(&v->mounted, __ATOMIC_ACQUIRE) != NULL)
		return EBUSY;
	if (!is_dir && (rmdir || l->slash))
		return ENOTDIR;
	if (is_dir && !rmdir)
		return EPERM;
	krw_write(v->lock);
	if (v->dead)
		e = ENOENT;
	if (e == 0)
		e = vnode_may_remove(l->v, v, &l->cred);
	if (e == 0)
		e = l->v->ops->remove(l->v, &l->name, v);
	krw_exit(v->lock);
	return e;
}

static int
remove_path(struct rsys_proc *p, const char *path, int rmdir)
{
	struct lookup l;
	struct vnode *v = NULL;
	int e = lookup(&l, p, path, LOOKUP_PARENT);

	if (e != 0)
		return e == EEXIST ? EBUSY : e;
	krw_write(l.v->lock);
	if (special(&l.name))
		e = !rmdir ? EPERM : name_is_dot(&l.name) ? EINVAL : ENOTEMPTY;
	else
		e = vnode_access(l.v, &l.cred, ACCESS_WRITE | ACCESS_EXEC);
	if (e == 0)
		e = lookup_child_locked(l.v, &l.name, &v);
	if (e == 0)
		e = remove_child(&l, v, rmdir);
	krw_exit(l.v->lock);
	if (v != NULL)
		vnode_release(v);
	lookup_end(&l);
	return e;
}

long
rsys_unlink(struct rsys_proc *p, const char *path)
{
	struct lwp l;
	int e;

	kernel_enter(&l, p);
	e = remove_path(p, path, 0);
	kernel_leave(&l);
	return -e;
}

long
rsys_rmdir(struct rsys_proc *p, const char *path)
{
	struct lwp l;
	int e;

	kernel_enter(&l, p);
	e = remove_path(p, path, 1);
	kernel_leave(&l);
	return -e;
}

/*
 * The old file is found and referenced; it is no directory, so it may be locked after the
 * directory.
 */
static int
link_in(struct lookup *l, struct vnode *v)
{
	int e;

	krw_write(l->v->lock);
	e = special(&l->name) ? EEXIST : l->v->dead || l->slash ? ENOENT : l->v->mp != v->mp ? EXDEV : 0;
	if (e == 0)
		e = vnode_access(l->v, &l->cred, ACCESS_WRITE | ACCESS_EXEC);
	if (e == 0) {
		krw_write(v->lock);
		e = v->dead || v->nlink == 0 ? ENOENT : v->protection != 0 ? EPERM : l->v->ops->link(l->v, &l->name, v);
		krw_exit(v->lock);
	}
	krw_exit(l->v->lock);
	return e;
}

static int
do_link(struct rsys_proc *p, const char *old, const char *path)
{
	struct lookup from, to;
	int e = lookup(&from, p, old, LOOKUP_NOFOLLOW);

	if (e != 0)
		return e;
	if (vnode_type(from.v) == S_IFDIR)
		e = EPERM;
	else
		e = lookup(&to, p, path, LOOKUP_PARENT);
	if (e == 0) {
		e = link_in(&to, from.v);
		lookup_end(&to);
	}
	lookup_end(&from);
	return e;
}

long
rsys_link(struct rsys_proc *p, const char *old, const char *path)
{
	struct lwp l;
	int e;

	kernel_enter(&l, p);
	e = do_link(p, old, path);
	kernel_leave(&l);
	return -e;
}

long
rsys_readlink(struct rsys_proc *p, const char *path, char *buf, size_t n)
{
	struct lookup lk;
	struct lwp l;
	size_t done = 0;
	int e;

	kernel_enter(&l, p);
	e = lookup(&lk, p, path, LOOKUP_NOFOLLOW);
	if (e == 0) {
		if (vnode_type(lk.v) != S_IFLNK) {
			e = EINVAL;
		} else {
			krw_read(lk.v->lock);
			e = lk.v->ops->readlink(lk.v, buf, n, &done);
			krw_exit(lk.v->lock);
		}
		lookup_end(&lk);
	}
	kernel_leave(&l);
	return e != 0 ? -e : (long)done;
}
