/*
 * From paths to vnodes. One directory is locked at a time, for reading; what was found stays
 * referenced, not locked, so whoever changes a directory looks again with the lock held.
 */
#include "proc.h"

#define LINKS_MAX 32

/*
 * A directory has one parent. Another name for it is damage, with which locking from the root down
 * would not be an order.
 */
static int
check_parent(struct vnode *dir, const struct name *name, struct vnode *v)
{
	uint32_t parent = 0;

	if (vnode_type(v) != S_IFDIR || name_is_dotdot(name))
		return 0;
	if (__atomic_compare_exchange_n(&v->parent, &parent, dir->ino, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return 0;
	return parent == dir->ino ? 0 : EIO;
}

int
lookup_child_locked(struct vnode *dir, const struct name *name, struct vnode **vp)
{
	uint32_t ino;
	int e = dir->dead ? ENOENT : dir->ops->lookup(dir, name, &ino);

	if (e != 0)
		return e;
	if (ino == dir->ino) {
		if (!name_is_dot(name) && !name_is_dotdot(name))
			return EIO;
		vnode_ref(dir);
		*vp = dir;
		return 0;
	}
	e = vnode_get(dir->mp, ino, vp);
	if (e != 0)
		return e;
	e = check_parent(dir, name, *vp);
	if (e != 0) {
		vnode_release(*vp);
		*vp = NULL;
	}
	return e;
}

int
lookup_child(struct vnode *dir, const struct name *name, struct vnode **vp)
{
	int e;

	krw_read(dir->lock);
	e = lookup_child_locked(dir, name, vp);
	krw_exit(dir->lock);
	return e;
}

/* One step down or up, as the path's owner may go, and through mounts. */
static int
step(struct lookup *l, struct vnode **vp)
{
	struct vnode *dir;
	int e;

	if (name_is_dotdot(&l->name))
		l->v = mount_cross_down(l->v);
	dir = l->v;
	if (vnode_type(dir) != S_IFDIR)
		return ENOTDIR;
	krw_read(dir->lock);
	e = vnode_access(dir, &l->cred, ACCESS_EXEC);
	if (e == 0)
		e = lookup_child_locked(dir, &l->name, vp);
	krw_exit(dir->lock);
	if (e == 0)
		*vp = mount_cross_up(*vp);
	return e;
}

/* Takes the next name off the path. Result: 0 at its end. */
static int
next_name(struct lookup *l, const char **pathp)
{
	const char *p = *pathp;

	while (*p == '/')
		p++;
	l->name.s = p;
	while (*p != '/' && *p != '\0')
		p++;
	l->name.len = (uint32_t)(p - l->name.s);
	l->slash = *p == '/';
	while (*p == '/')
		p++;
	*pathp = p;
	return l->name.len > 0;
}

/*
 * Puts a link's target before the rest of the path, with a slash between. The old text may hold
 * the rest.
 */
static int
expand(struct lookup *l, struct vnode *link, const char **pathp)
{
	char *text = kmem_alloc(PATH_LONGEST + 2);
	size_t rest = strlen(*pathp), n = 0;
	int e = text == NULL ? ENOMEM : ++l->links > LINKS_MAX ? ELOOP : 0;

	if (e == 0) {
		krw_read(link->lock);
		e = link->ops->readlink(link, text, PATH_LONGEST, &n);
		krw_exit(link->lock);
	}
	if (e == 0)
		e = n == 0 ? ENOENT : n + 1 + rest > PATH_LONGEST ? ENAMETOOLONG : 0;
	if (e == 0) {
		if (l->slash)
			text[n++] = '/';
		memcpy(text + n, *pathp, rest + 1);
		if (l->text != NULL)
			kmem_free(l->text, PATH_LONGEST + 2);
		l->text = text;
		*pathp = text;
	} else if (text != NULL) {
		kmem_free(text, PATH_LONGEST + 2);
	}
	return e;
}

static void
start_at_root(struct lookup *l)
{
	if (l->v != NULL)
		vnode_release(l->v);
	l->v = mount_root_vnode();
}

static void
start(struct lookup *l, struct rsys_proc *p)
{
	kmutex_enter(p->lock);
	l->cred = p->cred;
	l->v = p->cwd;
	vnode_ref(l->v);
	kmutex_exit(p->lock);
	l->v = mount_cross_up(l->v);
}

static int
wants_link(const struct lookup *l, int last, enum lookup_mode mode)
{
	return !last || l->slash || mode == LOOKUP_FOLLOW || mode == LOOKUP_PARENT_FOLLOW;
}

/* Goes on to a vnode that a name was found to be: into it, or on with the path that it holds. */
static int
go_on(struct lookup *l, struct vnode *v, const char **pathp, int follow)
{
	int e = 0;

	if (vnode_type(v) != S_IFLNK || !follow) {
		vnode_release(l->v);
		l->v = v;
		return 0;
	}
	e = expand(l, v, pathp);
	vnode_release(v);
	if (e == 0 && **pathp == '/')
		start_at_root(l);
	return e;
}

/*
 * The last name in a PARENT mode. Result: 1 if it is the answer, 0 if it is a link that was
 * followed, or a negated errno.
 */
static int
last_name(struct lookup *l, const char **pathp, enum lookup_mode mode)
{
	struct vnode *v;
	int e;

	if (vnode_type(l->v) != S_IFDIR)
		return -ENOTDIR;
	if (mode == LOOKUP_PARENT)
		return 1;
	e = step(l, &v);
	if (e != 0)
		return e == ENOENT ? 1 : -e;
	if (vnode_type(v) != S_IFLNK) {
		vnode_release(v);
		return 1;
	}
	return -go_on(l, v, pathp, 1);
}

static int
walk(struct lookup *l, const char *path, enum lookup_mode mode)
{
	int parent = mode == LOOKUP_PARENT || mode == LOOKUP_PARENT_FOLLOW;

	while (next_name(l, &path)) {
		struct vnode *v;
		int last = *path == '\0', e;

		if (l->name.len > NAME_LONGEST)
			return vnode_type(l->v) != S_IFDIR ? ENOTDIR : ENAMETOOLONG;
		if (last && parent) {
			e = last_name(l, &path, mode);
			if (e != 0)
				return e > 0 ? 0 : -e;
			continue;
		}
		e = step(l, &v);
		if (e == 0)
			e = go_on(l, v, &path, wants_link(l, last, mode));
		if (e == 0 && l->slash && *path == '\0' && vnode_type(l->v) != S_IFDIR)
			e = ENOTDIR;
		if (e != 0)
			return e;
	}
	return parent ? EEXIST : 0; /* the root has no name */
}

int
lookup(struct lookup *l, struct rsys_proc *p, const char *path, enum lookup_mode mode)
{
	int e;

	*l = (struct lookup){0};
	if (*path == '\0')
		return ENOENT;
	if (strlen(path) > PATH_LONGEST)
		return ENAMETOOLONG;
	start(l, p);
	if (*path == '/')
		start_at_root(l);
	e = walk(l, path, mode);
	if (e != 0)
		lookup_end(l);
	return e;
}

void
lookup_end(struct lookup *l)
{
	if (l->v != NULL)
		vnode_release(l->v);
	if (l->text != NULL)
		kmem_free(l->text, PATH_LONGEST + 2);
	l->v = NULL;
	l->text = NULL;
}
