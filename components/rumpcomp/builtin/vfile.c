/*
 * Open files that stand for a vnode.
 */
#include "proc.h"

static int
is_writer(int flags)
{
	return (flags & RSYS_ACCMODE) != RSYS_RDONLY;
}

int
vfile_access(int flags)
{
	int mode = flags & RSYS_ACCMODE;
	int want = mode == RSYS_RDONLY ? ACCESS_READ : mode == RSYS_WRONLY ? ACCESS_WRITE : ACCESS_READ | ACCESS_WRITE;

	return flags & RSYS_TRUNC ? want | ACCESS_WRITE : want;
}

int
vfile_may(const struct file *f, int access)
{
	return vfile_access(f->flags & RSYS_ACCMODE) & access;
}

long
vfile_pread(struct file *f, void *buf, size_t n, uint64_t off)
{
	struct vnode *v = f->vnode;
	size_t done = 0;
	int e;

	if (!vfile_may(f, ACCESS_READ))
		return -EBADF;
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

	if (!vfile_may(f, ACCESS_WRITE))
		return -EBADF;
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

void
vnode_stat(struct vnode *v, struct rsys_stat *st)
{
	*st = (struct rsys_stat){0};
	krw_read(v->lock);
	st->ino = v->ino;
	st->size = v->size;
	st->mode = v->mode;
	st->nlink = v->nlink;
	st->uid = v->uid;
	st->gid = v->gid;
	v->ops->getattr(v, st);
	krw_exit(v->lock);
}

long
vfile_pwrite(struct file *f, const void *buf, size_t n, uint64_t off)
{
	return write_at(f, buf, n, &off);
}

static long
vfile_read(struct file *f, void *buf, size_t n)
{
	long r;

	kmutex_enter(f->lock);
	r = vfile_pread(f, buf, n, f->offset);
	if (r > 0)
		f->offset += (uint64_t)r;
	kmutex_exit(f->lock);
	return r;
}

static long
vfile_write(struct file *f, const void *buf, size_t n)
{
	long r;

	kmutex_enter(f->lock);
	r = write_at(f, buf, n, &f->offset);
	kmutex_exit(f->lock);
	return r;
}

static void
vfile_stat(struct file *f, struct rsys_stat *st)
{
	vnode_stat(f->vnode, st);
}

static int
vfile_events(struct file *f)
{
	(void)f;
	return RSYS_IN | RSYS_OUT;
}

static void
vfile_close(struct file *f)
{
	(void)f; /* whoever still reads or writes goes on */
}

static void
vfile_free(struct file *f)
{
	if (is_writer(f->flags))
		mount_end_writer(f->vnode->mp);
	vnode_release(f->vnode);
	kmutex_destroy(f->lock);
}

static const struct file_ops vfile_ops = {
	.read = vfile_read, .write = vfile_write, .stat = vfile_stat, .events = vfile_events, .close = vfile_close,
	.free = vfile_free,
};

static void
start(struct file *f, struct vnode *v, int flags)
{
	f->ops = &vfile_ops;
	f->vnode = v;
	f->flags = flags;
	f->refs = 1;
	kmutex_init(&f->lock);
}

long
vfile_open(struct rsys_proc *p, struct vnode *v, int flags)
{
	struct file *f = kmem_zalloc(sizeof(*f));
	long fd = f == NULL ? -ENOMEM : 0;

	if (fd == 0 && is_writer(flags))
		fd = -mount_begin_writer(v->mp);
	if (fd == 0) {
		fd = file_reserve(p);
		if (fd < 0 && is_writer(flags))
			mount_end_writer(v->mp);
	}
	if (fd >= 0) {
		start(f, v, flags);
		file_fill(p, fd, f);
	} else if (f != NULL) {
		kmem_free(f, sizeof(*f));
	}
	return fd;
}
