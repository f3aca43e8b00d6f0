/*
 * Mounts: which directory is covered by which file system.
 *
 * Everything here is guarded by the table of vnodes' lock. Invariant: a mount is in the list
 * exactly as long as its covered directory points to it; only then can anybody reach a vnode of it
 * who has none yet.
 */
#include "dev.h"
#include "vnode.h"

static struct mount *mounts; /* the newest first; without the first root */
static struct mount *first;  /* the root in memory; set once */
static kcond unused;         /* a mount's users have become 0 */
static kmutex changing;      /* one unmount at a time; taken before everything else */

int
mount_root(void)
{
	kcond_init(&unused);
	kmutex_init(&changing);
	first = rootfs_create();
	return first == NULL ? ENOMEM : 0;
}

struct vnode *
mount_root_vnode(void)
{
	vnode_ref(first->root);
	return mount_cross_up(first->root);
}

struct vnode *
mount_first_vnode(void)
{
	vnode_ref(first->root);
	return first->root;
}

struct vnode *
mount_cross_up(struct vnode *v)
{
	while (__atomic_load_n(&v->mounted, __ATOMIC_ACQUIRE) != NULL) {
		struct mount *mp;

		vnode_table_lock();
		mp = v->mounted;
		if (mp != NULL)
			vnode_ref_locked(mp->root);
		vnode_table_unlock();
		if (mp == NULL)
			break;
		vnode_release(v);
		v = mp->root;
	}
	return v;
}

struct vnode *
mount_cross_down(struct vnode *v)
{
	while (v == v->mp->root && v->mp->covered != NULL) {
		struct vnode *down = v->mp->covered;

		vnode_ref(down);
		vnode_release(v);
		v = down;
	}
	return v;
}

int
mount_add(struct mount *mp, struct vnode *covered)
{
	int busy;

	vnode_table_lock();
	busy = covered->mounted != NULL;
	if (!busy) {
		mp->covered = covered;
		mp->next = mounts;
		mounts = mp;
		__atomic_store_n(&covered->mounted, mp, __ATOMIC_RELEASE);
	}
	vnode_table_unlock();
	return busy ? EBUSY : 0;
}

/* Locked. Takes the mount out of the name space, if nobody uses it. */
static int
detach(struct mount *mp)
{
	struct mount **at = &mounts;

	while (mp->users > 0)
		vnode_table_wait(unused);
	if (vnode_table_busy(mp))
		return EBUSY;
	while (*at != mp)
		at = &(*at)->next;
	*at = mp->next;
	__atomic_store_n(&mp->covered->mounted, NULL, __ATOMIC_RELEASE);
	return 0;
}

/* Nobody can reach it any more. */
static int
dismantle(struct mount *mp, struct vnode *covered)
{
	vnode_release(mp->root);
	vnode_table_lock();
	vnode_table_purge(mp);
	vnode_table_unlock();
	vnode_release(covered);
	return mp->ops->unmount(mp);
}

int
mount_unmount(struct vnode *root)
{
	struct mount *mp = root->mp;
	int e = root == mp->root && mp->covered != NULL ? 0 : EINVAL;

	kmutex_enter(changing);
	vnode_release(root);
	if (e == 0) {
		vnode_table_lock();
		e = detach(mp);
		vnode_table_unlock();
		if (e == 0)
			e = dismantle(mp, mp->covered);
	}
	kmutex_exit(changing);
	return e;
}

/* Locked. The mount after one in the list, used; the one before is not used any more. */
static struct mount *
next_used(struct mount *mp)
{
	struct mount *next = mp == NULL ? mounts : mp->next;

	if (mp != NULL && --mp->users == 0)
		kcond_broadcast(unused);
	if (next != NULL)
		next->users++;
	return next;
}

int
mount_sync_all(void)
{
	struct mount *mp = NULL;
	int error = 0;

	for (;;) {
		int e;

		vnode_table_lock();
		mp = next_used(mp);
		vnode_table_unlock();
		if (mp == NULL)
			return error;
		e = mp->ops->sync(mp);
		if (error == 0)
			error = e;
	}
}

int
mount_claim(struct bdev *d)
{
	int busy;

	vnode_table_lock();
	busy = d->mounted;
	d->mounted = 1;
	vnode_table_unlock();
	return busy ? EBUSY : 0;
}

void
mount_unclaim(struct bdev *d)
{
	vnode_table_lock();
	d->mounted = 0;
	vnode_table_unlock();
}

int
mount_begin_writer(struct mount *mp)
{
	__atomic_fetch_add(&mp->writers, 1, __ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&mp->readonly, __ATOMIC_SEQ_CST))
		return 0;
	mount_end_writer(mp);
	return EROFS;
}

void
mount_end_writer(struct mount *mp)
{
	__atomic_fetch_sub(&mp->writers, 1, __ATOMIC_RELAXED);
}

/* From here on nobody begins to change anything; when this is over, nobody is changing anything. */
static int
make_readonly(struct mount *mp)
{
	int e;

	__atomic_store_n(&mp->readonly, 1, __ATOMIC_SEQ_CST);
	e = __atomic_load_n(&mp->writers, __ATOMIC_SEQ_CST) > 0 ? EBUSY : vnode_table_settle(mp);
	if (e == 0)
		return mp->ops->remount(mp, 1);
	__atomic_store_n(&mp->readonly, 0, __ATOMIC_RELAXED);
	return e;
}

static int
make_writable(struct mount *mp)
{
	int e = mp->ops->remount(mp, 0);

	if (e == 0)
		__atomic_store_n(&mp->readonly, 0, __ATOMIC_RELAXED);
	return e;
}

int
mount_remount(struct vnode *root, int readonly)
{
	struct mount *mp = root->mp;
	int e = 0;

	if (root != mp->root)
		return EINVAL;
	kmutex_enter(changing);
	if (readonly != mount_readonly(mp))
		e = readonly ? make_readonly(mp) : make_writable(mp);
	kmutex_exit(changing);
	return e;
}
