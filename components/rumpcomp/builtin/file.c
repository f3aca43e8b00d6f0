/*
 * Open files and descriptors. A file goes when neither its descriptor nor a system call has it any
 * more.
 */
#include "proc.h"

struct file *
file_get(struct rsys_proc *p, long fd)
{
	struct file *f = NULL;

	if (fd < 0 || fd >= FILES_MAX)
		return NULL;
	kmutex_enter(p->lock);
	f = p->files[fd];
	if (f != NULL)
		__atomic_fetch_add(&f->refs, 1, __ATOMIC_RELAXED);
	kmutex_exit(p->lock);
	return f;
}

static int
is_writer(int flags)
{
	return (flags & RSYS_ACCMODE) != RSYS_RDONLY;
}

void
file_put(struct file *f)
{
	if (__atomic_sub_fetch(&f->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	if (is_writer(f->flags))
		mount_end_writer(f->vnode->mp);
	vnode_release(f->vnode);
	kmutex_destroy(f->lock);
	kmem_free(f, sizeof(*f));
}

/* The process is locked. */
static long
lowest_free(struct rsys_proc *p)
{
	for (long fd = 0; fd < FILES_MAX; fd++) {
		if (p->files[fd] == NULL)
			return fd;
	}
	return -EMFILE;
}

long
file_open(struct rsys_proc *p, struct vnode *v, int flags)
{
	struct file *f = kmem_zalloc(sizeof(*f));
	long fd;

	if (f == NULL)
		return -ENOMEM;
	if (is_writer(flags) && mount_begin_writer(v->mp) != 0) {
		kmem_free(f, sizeof(*f));
		return -EROFS;
	}
	f->vnode = v;
	f->flags = flags;
	f->refs = 1;
	kmutex_init(&f->lock);
	kmutex_enter(p->lock);
	fd = lowest_free(p);
	if (fd >= 0)
		p->files[fd] = f;
	kmutex_exit(p->lock);
	if (fd < 0) {
		if (is_writer(flags))
			mount_end_writer(v->mp);
		kmutex_destroy(f->lock);
		kmem_free(f, sizeof(*f));
	}
	return fd;
}

struct cred
proc_cred(struct rsys_proc *p)
{
	struct cred c;

	kmutex_enter(p->lock);
	c = p->cred;
	kmutex_exit(p->lock);
	return c;
}

uint32_t
proc_mask(struct rsys_proc *p, uint32_t mode)
{
	return mode & ~__atomic_load_n(&p->umask, __ATOMIC_RELAXED);
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
