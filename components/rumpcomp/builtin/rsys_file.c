/*
 * System calls on descriptors, and open. Each enters the kernel, does its work in a function of
 * its own, and leaves.
 */
#include "proc.h"

/* The size may not become larger than an offset can say. */
#define OFFSET_MAX INT64_MAX

static int
access_wanted(int flags)
{
	int mode = flags & RSYS_ACCMODE;
	int want = mode == RSYS_RDONLY ? ACCESS_READ : mode == RSYS_WRONLY ? ACCESS_WRITE : ACCESS_READ | ACCESS_WRITE;

	return flags & RSYS_TRUNC ? want | ACCESS_WRITE : want;
}

/*
 * May the vnode be opened so? Truncates it, if that was wanted. created: it is new, and its mode
 * does not matter.
 */
static int
open_check(struct vnode *v, const struct cred *c, int flags, int created)
{
	uint32_t type = vnode_type(v);
	int want = access_wanted(flags), e;

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
	fd = e != 0 ? -e : file_open(p, v, flags);
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
	struct file *f = NULL;
	struct lwp l;

	kernel_enter(&l, p);
	kmutex_enter(p->lock);
	if (fd >= 0 && fd < FILES_MAX) {
		f = p->files[fd];
		p->files[fd] = NULL;
	}
	kmutex_exit(p->lock);
	if (f != NULL)
		file_put(f);
	kernel_leave(&l);
	return f == NULL ? -EBADF : 0;
}

static long
read_at(struct file *f, void *buf, size_t n, uint64_t off)
{
	struct vnode *v = f->vnode;
	size_t done = 0;
	int e;

	if (vnode_type(v) == S_IFDIR)
		return -EISDIR;
	krw_read(v->lock);
	e = v->ops->read(v, buf, n, off, &done);
	krw_exit(v->lock);
	return e != 0 && done == 0 ? -e : (long)done;
}

/*
 * What was changed is not what was trusted, unless it is root who writes. The vnode is locked for
 * writing; the write puts the mode on the disk.
 */
static int
write_untrusted(struct vnode *v, const void *buf, size_t n, uint64_t off, size_t *donep)
{
	struct rsys_proc *p = rumpuser_curlwp()->proc;
	uint32_t mode = v->mode;
	int e;

	if (p != NULL && proc_cred(p).uid != 0)
		__atomic_store_n(&v->mode, mode & ~(uint32_t)(S_ISUID | S_ISGID), __ATOMIC_RELAXED);
	e = v->ops->write(v, buf, n, off, donep);
	if (*donep == 0)
		__atomic_store_n(&v->mode, mode, __ATOMIC_RELAXED);
	return e;
}

/*
 * *offp: where to write; afterwards, where it ended. A write to the end of the file goes where the
 * end is once the file is locked.
 */
static long
write_at(struct file *f, const void *buf, size_t n, uint64_t *offp)
{
	struct vnode *v = f->vnode;
	size_t done = 0;
	int e;

	krw_write(v->lock);
	if (f->flags & RSYS_APPEND)
		*offp = v->size;
	if (mount_readonly(v->mp))
		e = EROFS;
	else if (*offp > OFFSET_MAX - n)
		e = EFBIG;
	else if (v->mode & (S_ISUID | S_ISGID))
		e = write_untrusted(v, buf, n, *offp, &done);
	else
		e = v->ops->write(v, buf, n, *offp, &done);
	krw_exit(v->lock);
	*offp += done;
	return e != 0 && done == 0 ? -e : (long)done;
}

static int
may(const struct file *f, int access)
{
	return access_wanted(f->flags & RSYS_ACCMODE) & access;
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
	uint64_t off;
	long r;

	kmutex_enter(f->lock);
	off = f->offset;
	if (t->in != NULL) {
		r = read_at(f, t->in, t->n, off);
		if (r > 0)
			off += (uint64_t)r;
	} else {
		r = write_at(f, t->out, t->n, &off);
	}
	f->offset = off;
	kmutex_exit(f->lock);
	return r;
}

static long
transfer(struct rsys_proc *p, int fd, const struct transfer *t)
{
	struct file *f = file_get(p, fd);
	uint64_t off = (uint64_t)t->off;
	long r;

	if (f == NULL)
		return -EBADF;
	if (!may(f, t->in != NULL ? ACCESS_READ : ACCESS_WRITE))
		r = -EBADF;
	else if (t->n > OFFSET_MAX || t->off < -1)
		r = -EINVAL;
	else if (t->off == -1)
		r = transfer_own(f, t);
	else if (t->in != NULL)
		r = read_at(f, t->in, t->n, off);
	else
		r = write_at(f, t->out, t->n, &off);
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
	long r = -EBADF;

	kernel_enter(&l, p);
	f = file_get(p, fd);
	if (f != NULL) {
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
	long r = -EBADF;

	kernel_enter(&l, p);
	f = file_get(p, fd);
	if (f != NULL) {
		kmutex_enter(f->lock);
		r = may(f, ACCESS_READ) ? do_readdir(f, buf, n) : -EBADF;
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
		vnode_stat(f->vnode, st);
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

	if (!may(f, ACCESS_WRITE) || vnode_type(v) != S_IFREG || size < 0)
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
	long r = -EBADF;

	kernel_enter(&l, p);
	f = file_get(p, fd);
	if (f != NULL) {
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
	long r = -EBADF;

	kernel_enter(&l, p);
	f = file_get(p, fd);
	if (f != NULL) {
		krw_read(f->vnode->lock);
		r = -f->vnode->ops->fsync(f->vnode);
		krw_exit(f->vnode->lock);
		file_put(f);
	}
	kernel_leave(&l);
	return r;
}
