/*
 * System calls on descriptors, and open. Each enters the kernel, does its work in a function of
 * its own, and leaves.
 */
#include "proc.h"

/*
 * May the vnode be opened so? Truncates it, if that was wanted. created: it is new, and its mode
 * does not matter.
 */
static int
open_check(struct vnode *v, const struct cred *c, int flags, int created)
{
	uint32_t type = vnode_type(v);
	int want = vfile_access(flags), e;

	if (type == S_IFLNK)
		return ELOOP;
	if ((flags & RSYS_DIRECTORY) && type != S_IFDIR)
		return ENOTDIR;
	if (type == S_IFDIR && (want & ACCESS_WRITE))
		return EISDIR;
	if (type != S_IFDIR && type != S_IFREG)
		return ENXIO;
	if (created)
		return 0;
	krw_write(v->lock);
	e = vnode_access(v, c, want);
	if (e == 0 && (v->protection & VP_APPEND) && (want & ACCESS_WRITE) && (flags & (RSYS_APPEND | RSYS_TRUNC)) != RSYS_APPEND)
		e = EPERM;
	if (e == 0 && (flags & RSYS_TRUNC))
		e = v->ops->truncate(v, 0);
	krw_exit(v->lock);
	return e;
}

/* Makes the file that a path's parent and last name say. EEXIST if somebody was quicker. */
static int
open_make(struct rsys_proc *p, struct lookup *l, unsigned mode, struct vnode **vp)
{
	struct vnode_new new = {S_IFREG | proc_mask(p, mode & 07777), &l->cred, NULL};
	int e;

	krw_write(l->v->lock);
	e = vnode_access(l->v, &l->cred, ACCESS_WRITE | ACCESS_EXEC);
	if (e == 0)
		e = l->v->dead ? ENOENT : l->v->ops->make(l->v, &l->name, &new, vp);
	krw_exit(l->v->lock);
	return e;
}

/* open with CREAT: the file there is, or a new one. */
static int
open_create(struct rsys_proc *p, const char *path, int flags, unsigned mode, struct vnode **vp, int *created)
{
	int exclusive = flags & RSYS_EXCL, follow = !exclusive && !(flags & RSYS_NOFOLLOW), e;
	struct lookup l;

	e = lookup(&l, p, path, follow ? LOOKUP_PARENT_FOLLOW : LOOKUP_PARENT);
	if (e != 0)
		return e == EEXIST && !exclusive ? EISDIR : e;
	*created = 0;
	if (name_is_dot(&l.name) || name_is_dotdot(&l.name) || l.slash) {
		e = exclusive ? EEXIST : EISDIR;
	} else {
		krw_read(l.v->lock);
		e = vnode_access(l.v, &l.cred, ACCESS_EXEC);
		if (e == 0)
			e = lookup_child_locked(l.v, &l.name, vp);
		krw_exit(l.v->lock);
		if (e == 0)
			*vp = mount_cross_up(*vp);
		if (e == 0 && exclusive) {
			vnode_release(*vp);
			e = EEXIST;
		} else if (e == ENOENT) {
			e = open_make(p, &l, mode, vp);
			*created = e == 0;
		}
	}
	lookup_end(&l);
	return e;
}

static int
open_find(struct rsys_proc *p, const char *path, int flags, struct vnode **vp)
{
	struct lookup l;
	int e = lookup(&l, p, path, flags & RSYS_NOFOLLOW ? LOOKUP_NOFOLLOW : LOOKUP_FOLLOW);

	if (e != 0)
		return e;
	*vp = l.v;
	vnode_ref(l.v);
	lookup_end(&l);
	return 0;
}

/* how often somebody else may make the file between our looking and making */
#define OPEN_RACES 100

static long
do_open(struct rsys_proc *p, const char *path, int flags, unsigned mode)
{
	struct cred c = proc_cred(p);
	struct vnode *v;
	int created = 0, e;
	long fd;

	if ((flags & RSYS_ACCMODE) == RSYS_ACCMODE)
		return -EINVAL;
	for (int i = 0; i < OPEN_RACES; i++) {
		if (flags & RSYS_CREAT)
			e = open_create(p, path, flags, mode, &v, &created);
		else
			e = open_find(p, path, flags, &v);
		if (e != EEXIST || (flags & RSYS_EXCL))
			break;
	}
	if (e != 0)
		return -e;
	e = open_check(v, &c, flags, created);
	fd = e != 0 ? -e : vfile_open(p, v, flags);
	if (fd < 0)
		vnode_release(v);
	return fd;
}

long
rsys_open(struct rsys_proc *p, const char *path, int flags, unsigned mode)
{
	struct lwp l;
	long r;

	kernel_enter(&l, p);
	r = do_open(p, path, flags, mode);
	kernel_leave(&l);
	return r;
}

long
rsys_close(struct rsys_proc *p, int fd)
{
	struct file *f;
	struct lwp l;

	kernel_enter(&l, p);
	f = file_remove(p, fd);
	if (f != NULL)
		file_close(f);
	kernel_leave(&l);
	return f == NULL ? -EBADF : 0;
}

/* One transfer through a descriptor; off -1: at its own position, which moves. */
struct transfer {
	void *in;
	const void *out; /* one of the two */
	size_t n;
	int64_t off;
};

static long
transfer_own(struct file *f, const struct transfer *t)
{
	return t->in != NULL ? f->ops->read(f, t->in, t->n) : f->ops->write(f, t->out, t->n);
}

static long
transfer_at(struct file *f, const struct transfer *t)
{
	if (f->vnode == NULL)
		return -ESPIPE;
	if (t->off < 0)
		return -EINVAL;
	return t->in != NULL ? vfile_pread(f, t->in, t->n, (uint64_t)t->off) : vfile_pwrite(f, t->out, t->n, (uint64_t)t->off);
}

static long
transfer(struct rsys_proc *p, int fd, const struct transfer *t)
{
	struct file *f = file_get(p, fd);
	long r;

	if (f == NULL)
		return -EBADF;
	if (t->n > OFFSET_MAX)
		r = -EINVAL;
	else
		r = t->off == -1 ? transfer_own(f, t) : transfer_at(f, t);
	file_put(f);
	return r;
}

static long
enter_transfer(struct rsys_proc *p, int fd, const struct transfer *t)
{
	struct lwp l;
	long r;

	kernel_enter(&l, p);
	r = transfer(p, fd, t);
	kernel_leave(&l);
	return r;
}

long
rsys_read(struct rsys_proc *p, int fd, void *buf, size_t n)
{
	return enter_transfer(p, fd, &(struct transfer){.in = buf, .n = n, .off = -1});
}

long
rsys_write(struct rsys_proc *p, int fd, const void *buf, size_t n)
{
	return enter_transfer(p, fd, &(struct transfer){.out = buf, .n = n, .off = -1});
}

long
rsys_pread(struct rsys_proc *p, int fd, void *buf, size_t n, int64_t off)
{
	return enter_transfer(p, fd, &(struct transfer){.in = buf, .n = n, .off = off < 0 ? -2 : off});
}

long
rsys_pwrite(struct rsys_proc *p, int fd, const void *buf, size_t n, int64_t off)
{
	return enter_transfer(p, fd, &(struct transfer){.out = buf, .n = n, .off = off < 0 ? -2 : off});
}

static long
do_lseek(struct file *f, int64_t off, int whence)
{
	uint64_t base = 0;
	int64_t to;

	if (whence == RSYS_SEEK_CUR) {
		base = f->offset;
	} else if (whence == RSYS_SEEK_END) {
		krw_read(f->vnode->lock);
		base = f->vnode->size;
		krw_exit(f->vnode->lock);
	} else if (whence != RSYS_SEEK_SET) {
		return -EINVAL;
	}
	if (__builtin_add_overflow((int64_t)base, off, &to) || to < 0)
		return -EINVAL;
	f->offset = (uint64_t)to;
	return (long)to;
}

static long
do_readdir(struct file *f, void *buf, size_t n)
{
	struct vnode *v = f->vnode;
	size_t done = 0;
	int e;

	if (vnode_type(v) != S_IFDIR)
		return -ENOTDIR;
	krw_read(v->lock);
	e = v->dead ? 0 : v->ops->readdir(v, buf, n, &f->offset, &done);
	krw_exit(v->lock);
	return e != 0 && done == 0 ? -e : (long)done;
}

long
rsys_lseek(struct rsys_proc *p, int fd, int64_t off, int whence)
{
	struct lwp l;
	struct file *f;
	long r;

	kernel_enter(&l, p);
	r = -file_get_vnode(p, fd, ESPIPE, &f);
	if (r == 0) {
		kmutex_enter(f->lock);
		r = do_lseek(f, off, whence);
		kmutex_exit(f->lock);
		file_put(f);
	}
	kernel_leave(&l);
	return r;
}

long
rsys_readdir(struct rsys_proc *p, int fd, void *buf, size_t n)
{
	struct lwp l;
	struct file *f;
	long r;

	kernel_enter(&l, p);
	r = -file_get_vnode(p, fd, ENOTDIR, &f);
	if (r == 0) {
		kmutex_enter(f->lock);
		r = vfile_may(f, ACCESS_READ) ? do_readdir(f, buf, n) : -EBADF;
		kmutex_exit(f->lock);
		file_put(f);
	}
	kernel_leave(&l);
	return r;
}

long
rsys_fstat(struct rsys_proc *p, int fd, struct rsys_stat *st)
{
	struct lwp l;
	struct file *f;

	kernel_enter(&l, p);
	f = file_get(p, fd);
	if (f != NULL) {
		f->ops->stat(f, st);
		file_put(f);
	}
	kernel_leave(&l);
	return f == NULL ? -EBADF : 0;
}

static long
do_ftruncate(struct file *f, int64_t size)
{
	struct vnode *v = f->vnode;
	int e;

	if (!vfile_may(f, ACCESS_WRITE) || vnode_type(v) != S_IFREG || size < 0)
		return -EINVAL;
	krw_write(v->lock);
	e = mount_readonly(v->mp) ? EROFS : v->protection & VP_APPEND ? EPERM : v->ops->truncate(v, (uint64_t)size);
	krw_exit(v->lock);
	return -e;
}

long
rsys_ftruncate(struct rsys_proc *p, int fd, int64_t size)
{
	struct lwp l;
	struct file *f;
	long r;

	kernel_enter(&l, p);
	r = -file_get_vnode(p, fd, EINVAL, &f);
	if (r == 0) {
		r = do_ftruncate(f, size);
		file_put(f);
	}
	kernel_leave(&l);
	return r;
}

long
rsys_fsync(struct rsys_proc *p, int fd)
{
	struct lwp l;
	struct file *f;
	long r;

	kernel_enter(&l, p);
	r = -file_get_vnode(p, fd, EINVAL, &f);
	if (r == 0) {
		krw_read(f->vnode->lock);
		r = -f->vnode->ops->fsync(f->vnode);
		krw_exit(f->vnode->lock);
		file_put(f);
	}
	kernel_leave(&l);
	return r;
}
