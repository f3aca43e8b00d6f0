/*
 * Processes: whose they are, where they stand.
 */
#include "socket.h"

static struct rsys_proc *
proc_alloc(void)
{
	struct rsys_proc *p = kmem_zalloc(sizeof(*p));

	if (p == NULL)
		return NULL;
	p->account = account_create();
	if (p->account != NULL)
		return p;
	kmem_free(p, sizeof(*p));
	return NULL;
}

struct rsys_proc *
rsys_proc_create(void)
{
	struct rsys_proc *p;
	struct lwp l;

	kernel_enter(&l, NULL);
	p = proc_alloc();
	if (p != NULL) {
		kmutex_init(&p->lock);
		link_init(&p->polls);
		p->umask = 022;
		p->cwd = mount_first_vnode(); /* so that what covers it can be unmounted */
	}
	kernel_leave(&l);
	return p;
}

static void
close_all(struct rsys_proc *p)
{
	for (int fd = 0; fd < FILES_MAX; fd++) {
		struct file *f = file_remove(p, fd);

		if (f != NULL)
			file_close(f);
	}
}

void
rsys_proc_abandon(struct rsys_proc *p)
{
	struct lwp l;

	kernel_enter(&l, p);
	close_all(p);
	poll_abandon(p);
	kernel_leave(&l);
}

void
rsys_proc_destroy(struct rsys_proc *p)
{
	struct lwp l;

	kernel_enter(&l, NULL);
	close_all(p);
	vnode_release(p->cwd);
	account_put(p->account);
	kmutex_destroy(p->lock);
	kmem_free(p, sizeof(*p));
	kernel_leave(&l);
}

int
rsys_proc_setcred(struct rsys_proc *p, const struct rsys_cred *cred)
{
	struct cred c = {cred->uid, cred->gid, cred->ngroups, {0}};
	struct lwp l;

	if (c.ngroups > GROUPS_MAX)
		return -EINVAL;
	memcpy(c.groups, cred->groups, c.ngroups * sizeof(c.groups[0]));
	kernel_enter(&l, p);
	kmutex_enter(p->lock);
	p->cred = c;
	kmutex_exit(p->lock);
	kernel_leave(&l);
	return 0;
}

long
rsys_umask(struct rsys_proc *p, unsigned mask)
{
	return (long)__atomic_exchange_n(&p->umask, mask & 0777, __ATOMIC_RELAXED);
}

static int
do_chdir(struct rsys_proc *p, const char *path)
{
	struct vnode *old;
	struct lookup l;
	int e = lookup(&l, p, path, LOOKUP_FOLLOW);

	if (e != 0)
		return e;
	krw_read(l.v->lock);
	e = !vnode_is_dir(l.v) ? ENOTDIR : vnode_access(l.v, &l.cred, ACCESS_EXEC);
	krw_exit(l.v->lock);
	if (e == 0) {
		kmutex_enter(p->lock);
		old = p->cwd;
		p->cwd = l.v;
		kmutex_exit(p->lock);
		l.v = old;
	}
	lookup_end(&l);
	return e;
}

long
rsys_chdir(struct rsys_proc *p, const char *path)
{
	struct lwp l;
	int e;

	kernel_enter(&l, p);
	e = do_chdir(p, path);
	kernel_leave(&l);
	return -e;
}

/* A path is built from its end: name and a slash go before what is there. */
struct path {
	char *text;  /* of size bytes */
	size_t size, at;
};

static int
prepend(struct path *p, const char *name, size_t n)
{
	if (p->at < n + 1)
		return ERANGE;
	p->at -= n + 1;
	p->text[p->at] = '/';
	memcpy(p->text + p->at + 1, name, n);
	return 0;
}

/* The name in a batch of entries that means an inode, and is neither "." nor "..". */
static const struct rsys_dirent *
find_entry(const char *batch, size_t n, uint32_t ino)
{
	for (size_t at = 0; at < n; ) {
		const struct rsys_dirent *d = (const struct rsys_dirent *)(batch + at);
		struct name name = {d->name, d->namelen};

		if (d->ino == ino && !name_is_dot(&name) && !name_is_dotdot(&name))
			return d;
		at += d->reclen;
	}
	return NULL;
}

#define BATCH 1024 /* bytes of entries */

/* Puts the name of a directory in its parent before the path. ENOENT: it has none any more. */
static int
prepend_name(struct path *p, struct vnode *parent, uint32_t ino)
{
	char *batch = kmem_alloc(BATCH);
	const struct rsys_dirent *d = NULL;
	uint64_t off = 0;
	size_t n = 1;
	int e = batch == NULL ? ENOMEM : 0;

	while (e == 0 && d == NULL && n > 0) {
		krw_read(parent->lock);
		e = parent->dead ? ENOENT : parent->ops->readdir(parent, batch, BATCH, &off, &n);
		krw_exit(parent->lock);
		if (e == 0)
			d = find_entry(batch, n, ino);
	}
	if (e == 0)
		e = d == NULL ? ENOENT : prepend(p, d->name, d->namelen);
	if (batch != NULL)
		kmem_free(batch, BATCH);
	return e;
}

/* From a directory, whose reference is taken over, up to the root. */
static int
climb(struct path *p, struct vnode *v)
{
	struct vnode *root = mount_root_vnode(), *up;
	int e = 0;

	while (v != root && e == 0) {
		v = mount_cross_down(v);
		e = lookup_child(v, &(struct name){"..", 2}, &up);
		if (e != 0)
			break;
		e = prepend_name(p, up, v->ino);
		vnode_release(v);
		v = mount_cross_up(up);
	}
	vnode_release(v);
	vnode_release(root);
	return e;
}

static long
do_getcwd(struct rsys_proc *p, char *buf, size_t n)
{
	struct path path = {kmem_alloc(PATH_LONGEST), PATH_LONGEST, PATH_LONGEST};
	struct vnode *v;
	size_t length;
	int e;

	if (path.text == NULL)
		return -ENOMEM;
	kmutex_enter(p->lock);
	v = p->cwd;
	vnode_ref(v);
	kmutex_exit(p->lock);
	e = climb(&path, mount_cross_up(v));
	if (e == 0 && path.at == path.size)
		e = prepend(&path, "", 0);
	length = path.size - path.at;
	if (e == 0 && length > n)
		e = ERANGE;
	if (e == 0)
		memcpy(buf, path.text + path.at, length);
	kmem_free(path.text, PATH_LONGEST);
	return e != 0 ? -e : (long)length;
}

long
rsys_getcwd(struct rsys_proc *p, char *buf, size_t n)
{
	struct lwp l;
	long r;

	kernel_enter(&l, p);
	r = do_getcwd(p, buf, n);
	kernel_leave(&l);
	return r;
}
