/*
 * ext2: mounting, unmounting, and what concerns a whole file system.
 */
#include "ext2.h"

#include "ncache.h"
#include "redo.h"

static void
ext2_destroy(struct ext2 *fs)
{
	if (fs->groups != NULL)
		kmem_free(fs->groups, (size_t)fs->ngroups * sizeof(struct ext2_group));
	if (fs->redo != NULL)
		redo_close(fs->redo);
	ncache_purge(&fs->mount);
	kmutex_destroy(fs->alloc);
	kmutex_destroy(fs->orphan_lock);
	kmem_free(fs, sizeof(*fs));
}

static void
forget_vnodes(struct ext2 *fs)
{
	vnode_table_lock();
	vnode_table_purge(&fs->mount);
	vnode_table_unlock();
}

/* What is on the disk, into memory. *readonly is set if that is all that can be. */
static int
load(struct ext2 *fs, struct ext2_super *sb, int *readonly)
{
	struct bdev *d = fs->dev;
	int e = ext2_read_super(d, sb);

	if (e == 0)
		e = ext2_check_super(d, sb, readonly);
	if (e != 0)
		return e;
	ext2_take_super(fs, sb);
	d->bsize = fs->bsize;
	d->barrier_block = EXT2_SUPER_OFFSET / fs->bsize;
	return ext2_read_groups(fs);
}

/* The disk has changed: what was read before is forgotten and read again. */
static int
load_again(struct ext2 *fs, struct ext2_super *sb, int *readonly)
{
	forget_vnodes(fs);
	buf_purge(fs->dev);
	kmem_free(fs->groups, (size_t)fs->ngroups * sizeof(struct ext2_group));
	fs->groups = NULL;
	return load(fs, sb, readonly);
}

static int
write_clean(struct ext2 *fs)
{
	int e = ext2_write_super(fs, 1);

	return e != 0 ? e : buf_flush(fs->dev, BUF_OWNER_META);
}

/* First what the journal holds, and then what a kernel that died has done since. */
static int
recover(struct ext2 *fs, struct ext2_super *sb, int *readonly)
{
	int e = 0;

	if (fs->needs_recovery) {
		e = ext2_journal_recover(fs);
		if (e == 0)
			e = load_again(fs, sb, readonly);
		if (e == 0)
			e = write_clean(fs);
	}
	if (e == 0 && fs->redo != NULL && redo_pending(fs->redo, sb->s_uuid)) {
		e = redo_recover(fs->redo);
		if (e == 0)
			e = load_again(fs, sb, readonly);
		fs->was_clean = (int)fs->redo->head.clean;
		if (e == 0)
			e = write_clean(fs);
		if (e == 0 && *readonly) /* else redo_start empties it */
			redo_stop(fs->redo);
	}
	return e;
}

/* From here on the disk says that it is in use. */
static int
begin_writing(struct ext2 *fs)
{
	int e = fs->redo == NULL ? 0 : redo_start(fs->redo, fs->uuid, fs->was_clean);

	fs->keeps_orphans = fs->has_journal || (fs->redo != NULL && fs->was_clean);
	if (e == 0)
		e = ext2_write_super(fs, 0);
	if (e == 0)
		e = buf_flush(fs->dev, BUF_OWNER_META);
	if (e == 0 && fs->has_journal)
		e = ext2_journal_start(fs);
	if (e == 0 && fs->keeps_orphans)
		e = ext2_orphans_finish(fs);
	if (e != 0)
		ext2_journal_stop(fs, 1);
	return e;
}

/* Everything is on the disk, which says so. */
static int
end_writing(struct ext2 *fs, int force)
{
	int e = fs->has_journal ? ext2_journal_stop(fs, force) : buf_flush(fs->dev, BUF_OWNER_META);

	if (e == 0)
		e = write_clean(fs);
	if (e == 0 && fs->redo != NULL)
		redo_stop(fs->redo);
	return e;
}

static int
start(struct ext2 *fs)
{
	int e = vnode_get(&fs->mount, EXT2_ROOT_INO, &fs->mount.root);

	if (e != 0)
		return e;
	fs->mount.root->parent = EXT2_ROOT_INO;
	e = vnode_type(fs->mount.root) != S_IFDIR ? ext2_damage(fs, "the root is no directory", EXT2_ROOT_INO) : 0;
	if (e == 0 && !mount_readonly(&fs->mount))
		e = begin_writing(fs);
	if (e != 0)
		vnode_release(fs->mount.root);
	return e;
}

int
ext2_mount(struct bdev *d, int readonly, struct mount **mpp)
{
	struct ext2_super *sb = kmem_alloc(sizeof(*sb));
	struct ext2 *fs = kmem_zalloc(sizeof(*fs));
	int e = sb == NULL || fs == NULL ? ENOMEM : 0;

	readonly |= d->readonly;
	if (e == 0) {
		fs->dev = d;
		fs->mount = (struct mount){.ops = &ext2_mount_ops, .dev = d};
		d->lost = d->complained = 0;
		kmutex_init(&fs->alloc);
		kmutex_init(&fs->orphan_lock);
		link_init(&fs->orphans);
		e = load(fs, sb, &readonly);
		if (e == 0)
			e = redo_open(d, &fs->redo);
		if (e == 0 && !d->readonly)
			e = recover(fs, sb, &readonly);
		if (e == 0 && !readonly && !fs->was_clean)
			kprintf("%s: was not unmounted; e2fsck should have a look\n", d->key);
		fs->mount.readonly = readonly;
		if (e == 0)
			e = start(fs);
		if (e == 0) {
			*mpp = &fs->mount;
		} else {
			forget_vnodes(fs);
			buf_purge(d);
			ext2_destroy(fs);
		}
	} else if (fs != NULL) {
		kmem_free(fs, sizeof(*fs));
	}
	if (sb != NULL)
		kmem_free(sb, sizeof(*sb));
	return e;
}

static int
ext2_sync(struct mount *mp)
{
	struct ext2 *fs = (struct ext2 *)mp;
	int e;

	if (mount_readonly(mp)) /* perhaps since the journal cannot be written */
		return bdev_lost(fs->dev) ? EIO : 0;
	e = ext2_write_super(fs, 0);
	return e != 0 ? e : buf_flush(fs->dev, BUF_OWNER_META);
}

static int
ext2_remount(struct mount *mp, int readonly)
{
	struct ext2 *fs = (struct ext2 *)mp;

	int e;

	if (!readonly) /* a journal that is still there could not be ended: it is not begun again */
		return fs->only_readonly || fs->dev->readonly || fs->dev->journal != NULL ? EROFS : begin_writing(fs);
	e = end_writing(fs, 0);
	if (e != 0 && (!fs->has_journal || ext2_journal_works(fs)))
		__atomic_store_n(&mp->readonly, 0, __ATOMIC_RELAXED);
	return e;
}

#define SYNC_TRIES 5 /* before an unmount gives up what cannot be written */

/* Only when everything else is safe is it marked as clean. */
static int
ext2_unmount(struct mount *mp)
{
	struct ext2 *fs = (struct ext2 *)mp;
	struct bdev *d = fs->dev;
	int e = mount_readonly(mp) ? 0 : end_writing(fs, 0), lost;

	for (int i = 1; e != 0 && i < SYNC_TRIES; i++)
		e = end_writing(fs, i == SYNC_TRIES - 1);
	lost = ext2_journal_stop(fs, 1); /* it is read-only because the journal could not be written */
	buf_purge(d);
	ext2_destroy(fs);
	mount_unclaim(d);
	return e != 0 ? e : lost;
}

static void
ext2_statfs(struct mount *mp, struct rsys_statfs *st)
{
	struct ext2 *fs = (struct ext2 *)mp;
	uint32_t per_group = 2 + fs->itable_blocks, overhead = fs->first_block;

	for (uint32_t g = 0; g < fs->ngroups; g++)
		overhead += per_group + (ext2_group_has_super(fs, g) ? 1 + fs->gd_blocks + fs->reserved_gd_blocks : 0);
	kmutex_enter(fs->alloc);
	st->blocks = fs->nblocks - overhead;
	st->bfree = fs->free_blocks;
	st->bavail = fs->free_blocks > fs->reserved_blocks ? fs->free_blocks - fs->reserved_blocks : 0;
	st->files = fs->ninodes;
	st->ffree = fs->free_inodes;
	kmutex_exit(fs->alloc);
	st->bsize = fs->bsize;
	st->namemax = NAME_LONGEST;
	st->readonly = (uint32_t)mount_readonly(mp);
}

static struct vnode *
ext2_node_alloc(struct mount *mp)
{
	struct ext2_node *n = kmem_zalloc(sizeof(*n));

	(void)mp;
	if (n == NULL)
		return NULL;
	n->v.ops = &ext2_vnode_ops;
	link_init(&n->orphan);
	kmutex_init(&n->time_lock);
	return &n->v;
}

static void
ext2_node_free(struct vnode *v)
{
	link_remove(&node_of(v)->orphan);
	kmutex_destroy(node_of(v)->time_lock);
	kmem_free(node_of(v), sizeof(struct ext2_node));
}

const struct mount_ops ext2_mount_ops = {
	.alloc = ext2_node_alloc, .free = ext2_node_free, .load = ext2_load, .sync = ext2_sync, .remount = ext2_remount,
	.unmount = ext2_unmount,
	.statfs = ext2_statfs,
};
