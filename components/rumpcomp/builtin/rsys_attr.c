/*
 * System calls on a file's attributes: size, mode, owner, times; and asking for access.
 */
#include "proc.h"

/* What is done to the file that a path names, with the file locked for writing. */
struct change {
	int (*apply)(struct vnode *, const struct cred *, const struct change *);
	uint64_t a, b;
	const struct rsys_times *times;
};

static int
change_path(struct rsys_proc *p, const char *path, enum lookup_mode mode, const struct change *c)
{
	struct lookup l;
	int e = lookup(&l, p, path, mode);

	if (e != 0)
		return e;
	krw_write(l.v->lock);
	e = mount_readonly(l.v->mp) ? EROFS : l.v->dead ? ENOENT : c->apply(l.v, &l.cred, c);
	krw_exit(l.v->lock);
	lookup_end(&l);
	return e;
}

static long
enter_change(struct rsys_proc *p, const char *path, enum lookup_mode mode, const struct change *c)
{
	struct lwp l;
	int e;

	kernel_enter(&l, p);
	e = change_path(p, path, mode, c);
	kernel_leave(&l);
	return -e;
}

static int
apply_truncate(struct vnode *v, const struct cred *cred, const struct change *c)
{
	int e = vnode_access(v, cred, ACCESS_WRITE);

	if (e != 0)
		return e;
	if (vnode_type(v) != S_IFREG)
		return vnode_is_dir(v) ? EISDIR : EINVAL;
	return v->protection & VP_APPEND ? EPERM : v->ops->truncate(v, c->a);
}

/* The new mode and owner, on the disk too; or everything is as it was. */
static int
update(struct vnode *v, uint32_t mode, uint32_t uid, uint32_t gid)
{
	uint32_t old_mode = v->mode, old_uid = v->uid, old_gid = v->gid;
	int e;

	__atomic_store_n(&v->mode, mode, __ATOMIC_RELAXED);
	v->uid = uid;
	v->gid = gid;
	e = v->ops->update(v);
	if (e != 0) {
		__atomic_store_n(&v->mode, old_mode, __ATOMIC_RELAXED);
		v->uid = old_uid;
		v->gid = old_gid;
	}
	return e;
}

/* Set-group-id is not given to a group that the caller is no member of. */
static int
apply_chmod(struct vnode *v, const struct cred *cred, const struct change *c)
{
	uint32_t mode = (v->mode & S_IFMT) | ((uint32_t)c->a & 07777);
	int e = vnode_may_change(v, cred);

	if (e != 0)
		return e;
	if (cred->uid != 0 && !cred_has_group(cred, v->gid))
		mode &= ~(uint32_t)S_ISGID;
	return update(v, mode, v->uid, v->gid);
}

/*
 * Only root gives files away; an owner may give one to another of its own groups. An id of all
 * ones stays as it is. What runs as its owner or group does not run as the new one.
 */
static int
apply_chown(struct vnode *v, const struct cred *cred, const struct change *c)
{
	uint32_t uid = (uint32_t)c->a == UINT32_MAX ? v->uid : (uint32_t)c->a;
	uint32_t gid = (uint32_t)c->b == UINT32_MAX ? v->gid : (uint32_t)c->b;
	uint32_t mode = vnode_is_dir(v) ? v->mode : v->mode & ~(uint32_t)(S_ISUID | S_ISGID);
	int e = vnode_may_change(v, cred);

	if (e != 0)
		return e;
	if (cred->uid != 0 && (uid != v->uid || (gid != v->gid && !cred_has_group(cred, gid))))
		return EPERM;
	return update(v, mode, uid, gid);
}

/* Result: NULL if the time stays as it is. */
static const struct ktime *
new_time(int64_t sec, uint32_t nsec, struct ktime *t)
{
	if (nsec == RSYS_UTIME_OMIT)
		return NULL;
	*t = nsec == RSYS_UTIME_NOW ? ktime_now() : (struct ktime){sec, nsec};
	return t;
}

/* Whoever may write may say that the time is now; anything else is the owner's. */
static int
apply_times(struct vnode *v, const struct cred *cred, const struct change *c)
{
	const struct rsys_times *t = c->times;
	int now = t->atime_nsec == RSYS_UTIME_NOW && t->mtime_nsec == RSYS_UTIME_NOW;
	int e = vnode_may_change(v, cred);
	struct ktime atime, mtime;

	if (e == EPERM && now && v->protection == 0)
		e = vnode_access(v, cred, ACCESS_WRITE);
	if (e != 0)
		return e;
	return v->ops->set_times(v, new_time(t->atime, t->atime_nsec, &atime), new_time(t->mtime, t->mtime_nsec, &mtime));
}

long
rsys_truncate(struct rsys_proc *p, const char *path, int64_t size)
{
	if (size < 0)
		return -EINVAL;
	return enter_change(p, path, LOOKUP_FOLLOW, &(struct change){apply_truncate, (uint64_t)size, 0, NULL});
}

long
rsys_chmod(struct rsys_proc *p, const char *path, unsigned mode)
{
	return enter_change(p, path, LOOKUP_FOLLOW, &(struct change){apply_chmod, mode, 0, NULL});
}

long
rsys_chown(struct rsys_proc *p, const char *path, uint32_t uid, uint32_t gid)
{
	return enter_change(p, path, LOOKUP_FOLLOW, &(struct change){apply_chown, uid, gid, NULL});
}

long
rsys_lchown(struct rsys_proc *p, const char *path, uint32_t uid, uint32_t gid)
{
	return enter_change(p, path, LOOKUP_NOFOLLOW, &(struct change){apply_chown, uid, gid, NULL});
}

static int
is_nsec(uint32_t nsec)
{
	return nsec < 1000000000 || nsec == RSYS_UTIME_NOW || nsec == RSYS_UTIME_OMIT;
}

long
rsys_utimens(struct rsys_proc *p, const char *path, int follow, const struct rsys_times *t)
{
	if (!is_nsec(t->atime_nsec) || !is_nsec(t->mtime_nsec))
		return -EINVAL;
	return enter_change(p, path, follow ? LOOKUP_FOLLOW : LOOKUP_NOFOLLOW, &(struct change){apply_times, 0, 0, t});
}

static int
futimens(struct rsys_proc *p, int fd, const struct rsys_times *t)
{
	struct cred c = proc_cred(p);
	struct file *f;
	int e = file_get_vnode(p, fd, EINVAL, &f);

	if (e != 0)
		return e;
	krw_write(f->vnode->lock);
	e = apply_times(f->vnode, &c, &(struct change){apply_times, 0, 0, t});
	krw_exit(f->vnode->lock);
	file_put(f);
	return e;
}

long
rsys_futimens(struct rsys_proc *p, int fd, const struct rsys_times *t)
{
	struct lwp l;
	int e;

	if (!is_nsec(t->atime_nsec) || !is_nsec(t->mtime_nsec))
		return -EINVAL;
	kernel_enter(&l, p);
	e = futimens(p, fd, t);
	kernel_leave(&l);
	return -e;
}

/* Root may run what anybody may run. */
static int
ask_access(struct vnode *v, const struct cred *c, int want)
{
	int e;

	krw_read(v->lock);
	e = vnode_access(v, c, want);
	if (e == 0 && (want & ACCESS_EXEC) && !vnode_is_dir(v) && !(v->mode & S_IXALL))
		e = EACCES;
	krw_exit(v->lock);
	return e;
}

long
rsys_access(struct rsys_proc *p, const char *path, int want)
{
	struct lookup lk;
	struct lwp l;
	int e;

	if (want & ~(ACCESS_READ | ACCESS_WRITE | ACCESS_EXEC))
		return -EINVAL;
	kernel_enter(&l, p);
	e = lookup(&lk, p, path, LOOKUP_FOLLOW);
	if (e == 0) {
		e = ask_access(lk.v, &lk.cred, want);
		lookup_end(&lk);
	}
	kernel_leave(&l);
	return -e;
}
