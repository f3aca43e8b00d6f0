/*
 * rename. One at a time in the whole kernel, so that the tree of directories stands still while
 * this one looks at it: no other call moves a directory. Then the two directories are locked, the
 * ancestor first; unrelated ones, and what the names mean, by inode number.
 */
#include "proc.h"

#define DEPTH_MAX 65536 /* a tree that is deeper goes in circles */
#define CHANGED   (-1)  /* no errno: the source is another file by now, everything begins again */

static kmutex one;

void
rename_init(void)
{
	kmutex_init(&one);
}

/*
 * Is a an ancestor of v, or v itself? *answer. If so, *child is the inode number of what a has on
 * the way to v, and 0 if it is v itself.
 */
static int
is_ancestor(struct vnode *a, struct vnode *v, int *answer, uint32_t *child)
{
	int depth = 0, e = 0;

	vnode_ref(v);
	*answer = 0;
	*child = 0;
	for (;;) {
		struct vnode *up;

		if (a == v)
			*answer = 1;
		if (a == v || v == v->mp->root)
			break;
		e = ++depth > DEPTH_MAX ? EIO : lookup_child(v, &(struct name){"..", 2}, &up);
		if (e != 0)
			break;
		*child = v->ino;
		vnode_release(v);
		v = up;
	}
	vnode_release(v);
	return e;
}

static void
lock_two(struct vnode *a, struct vnode *b, int a_first)
{
	if (a == b) {
		krw_write(a->lock);
		return;
	}
	krw_write(a_first ? a->lock : b->lock);
	krw_write(a_first ? b->lock : a->lock);
}

static void
unlock_two(struct vnode *a, struct vnode *b)
{
	krw_exit(a->lock);
	if (a != b)
		krw_exit(b->lock);
}

/*
 * The source is found; the target directory must not lie in it. *way: what the target directory
 * has on the way to the source's, or 0. It stays so: only a rename moves a directory, and no
 * directory is removed while there is something in it.
 */
static int
check_tree(struct rename *r, int *fdir_first, uint32_t *way)
{
	uint32_t unused;
	int inside, e = 0;

	*way = 0;

	if (vnode_type(r->file) == S_IFDIR) {
		e = is_ancestor(r->file, r->tdir, &inside, &unused);
		if (e == 0 && inside)
			e = EINVAL;
	}
	if (e == 0)
		e = is_ancestor(r->fdir, r->tdir, fdir_first, &unused);
	if (e == 0 && !*fdir_first) {
		int below;

		e = is_ancestor(r->tdir, r->fdir, &below, way);
		if (!below)
			*way = 0;
		*fdir_first = !below && r->fdir->ino < r->tdir->ino;
	}
	return e;
}

/* All are locked. */
static int
check_victim(const struct rename *r)
{
	if (r->victim == NULL)
		return 0;
	if (vnode_is_dir(r->file) && !vnode_is_dir(r->victim))
		return ENOTDIR;
	if (!vnode_is_dir(r->file) && vnode_is_dir(r->victim))
		return EISDIR;
	return __atomic_load_n(&r->victim->mounted, __ATOMIC_ACQUIRE) != NULL ? EBUSY : 0;
}

/* The directories are locked. Files are locked by inode number, then everything is checked. */
static int
rename_files(struct rename *r, const struct cred *c)
{
	struct vnode *other = r->victim != NULL ? r->victim : r->file;
	int e;

	lock_two(r->file, other, r->file->ino < other->ino);
	e = r->file->dead || other->dead ? ENOENT : vnode_may_remove(r->fdir, r->file, c);
	if (e == 0 && r->victim != NULL)
		e = vnode_may_remove(r->tdir, r->victim, c);
	if (e == 0)
		e = check_victim(r);
	if (e == 0)
		e = r->fdir->ops->rename(r);
	unlock_two(r->file, other);
	return e;
}

/* The directories are locked: do the names still mean what they meant? *victim is referenced. */
static int
look_again(struct rename *r)
{
	struct vnode *now;
	int e = lookup_child_locked(r->fdir, r->fname, &now);

	if (e != 0)
		return e;
	vnode_release(now);
	if (now != r->file)
		return CHANGED;
	e = r->tdir->dead ? ENOENT : lookup_child_locked(r->tdir, r->tname, &r->victim);
	return e == ENOENT && !r->tdir->dead ? 0 : e;
}

/*
 * One of the directories is what the other name means, or lies in it: that one is not empty, or it
 * is its own ancestor. It must not be locked after what is in it.
 */
static int
check_related(const struct rename *r, uint32_t way)
{
	if (r->file == r->fdir || r->file == r->tdir)
		return EINVAL;
	if (r->victim == NULL)
		return 0;
	if (r->victim == r->fdir || r->victim == r->tdir || r->victim->ino == way)
		return ENOTEMPTY;
	return 0;
}

static int
rename_locked(struct rename *r, uint32_t way, const struct cred *c)
{
	int e = vnode_access(r->fdir, c, ACCESS_WRITE | ACCESS_EXEC);

	if (e == 0)
		e = vnode_access(r->tdir, c, ACCESS_WRITE | ACCESS_EXEC);
	if (e == 0)
		e = look_again(r);
	if (e == 0)
		e = check_related(r, way);
	if (e == 0 && r->victim != r->file) /* two names of one file: nothing happens */
		e = rename_files(r, c);
	return e;
}

/* What a name in a directory means, for somebody who may know that. */
static int
find_source(struct vnode *dir, const struct name *name, const struct cred *c, struct vnode **vp)
{
	int e;

	krw_read(dir->lock);
	e = vnode_access(dir, c, ACCESS_EXEC);
	if (e == 0)
		e = lookup_child_locked(dir, name, vp);
	krw_exit(dir->lock);
	return e;
}

/* Both parents are found; renames are stopped. */
static int
rename_between(struct lookup *from, struct lookup *to)
{
	struct rename r = {.fdir = from->v, .tdir = to->v, .fname = &from->name, .tname = &to->name};
	uint32_t way;
	int fdir_first, e;

	if (r.fdir->mp != r.tdir->mp)
		return EXDEV;
	e = find_source(r.fdir, r.fname, &from->cred, &r.file);
	if (e != 0)
		return e;
	if (__atomic_load_n(&r.file->mounted, __ATOMIC_ACQUIRE) != NULL)
		e = EBUSY;
	else if ((from->slash || to->slash) && vnode_type(r.file) != S_IFDIR)
		e = ENOTDIR;
	else
		e = check_tree(&r, &fdir_first, &way);
	if (e == 0) {
		lock_two(r.fdir, r.tdir, fdir_first);
		e = rename_locked(&r, way, &from->cred);
		unlock_two(r.fdir, r.tdir);
	}
	if (r.victim != NULL)
		vnode_release(r.victim);
	vnode_release(r.file);
	return e;
}

static int
bad_name(const struct name *n)
{
	return name_is_dot(n) || name_is_dotdot(n);
}

static int
do_rename(struct rsys_proc *p, const char *old, const char *path)
{
	struct lookup from, to;
	int e = lookup(&from, p, old, LOOKUP_PARENT);

	if (e != 0)
		return e == EEXIST ? EBUSY : e;
	e = lookup(&to, p, path, LOOKUP_PARENT);
	if (e == 0) {
		kmutex_enter(one);
		do
			e = bad_name(&from.name) || bad_name(&to.name) ? EINVAL : rename_between(&from, &to);
		while (e == CHANGED);
		kmutex_exit(one);
		lookup_end(&to);
	} else if (e == EEXIST) {
		e = EBUSY;
	}
	lookup_end(&from);
	return e;
}

long
rsys_rename(struct rsys_proc *p, const char *old, const char *path)
{
	struct lwp l;
	int e;

	kernel_enter(&l, p);
	e = do_rename(p, old, path);
	kernel_leave(&l);
	return -e;
}
