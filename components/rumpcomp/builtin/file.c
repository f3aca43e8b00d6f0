/*
 * Open files and descriptors. A file goes when neither its descriptor nor a system call has it any
 * more.
 */
#include "proc.h"

static struct file reserved; /* a descriptor's that is to get one */

struct file *
file_get(struct rsys_proc *p, long fd)
{
	struct file *f = NULL;

	if (fd < 0 || fd >= FILES_MAX)
		return NULL;
	kmutex_enter(p->lock);
	if (p->files[fd] != &reserved)
		f = p->files[fd];
	if (f != NULL)
		__atomic_fetch_add(&f->refs, 1, __ATOMIC_RELAXED);
	kmutex_exit(p->lock);
	return f;
}

int
file_get_vnode(struct rsys_proc *p, long fd, int error, struct file **fp)
{
	*fp = file_get(p, fd);
	if (*fp == NULL)
		return EBADF;
	if ((*fp)->vnode != NULL)
		return 0;
	file_put(*fp);
	return error;
}

void
file_put(struct file *f)
{
	if (__atomic_sub_fetch(&f->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	f->ops->free(f);
	kmem_free(f, sizeof(*f));
}

void
file_close(struct file *f)
{
	f->ops->close(f);
	file_put(f);
}

long
file_reserve(struct rsys_proc *p)
{
	long fd = 0;

	kmutex_enter(p->lock);
	while (fd < FILES_MAX && p->files[fd] != NULL)
		fd++;
	if (fd < FILES_MAX)
		p->files[fd] = &reserved;
	kmutex_exit(p->lock);
	return fd < FILES_MAX ? fd : -EMFILE;
}

void
file_fill(struct rsys_proc *p, long fd, struct file *f)
{
	kmutex_enter(p->lock);
	p->files[fd] = f;
	kmutex_exit(p->lock);
}

struct file *
file_remove(struct rsys_proc *p, long fd)
{
	struct file *f;

	if (fd < 0 || fd >= FILES_MAX)
		return NULL;
	kmutex_enter(p->lock);
	f = p->files[fd] == &reserved ? NULL : p->files[fd];
	if (f != NULL)
		p->files[fd] = NULL;
	kmutex_exit(p->lock);
	return f;
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
