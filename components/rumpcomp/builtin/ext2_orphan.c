/*
 * ext2: orphans: inodes that a crash would leave with work to do, because their last name is gone
 * while they are open, or because they are being shortened in several operations. ext3 chains
 * them on the disk, from the superblock through the field for the time of deletion; the newest is the first.
 *
 * Only with a journal or a redo log: without, e2fsck looks through everything anyway.
 */
#include "ext2.h"

/* A word of the superblock or an inode, changed in an operation. */
static int
put_first(struct op *op, struct ext2 *fs, uint32_t ino)
{
	struct buf *b;
	uint32_t *first;
	int e = buf_read(fs->dev, EXT2_SUPER_OFFSET / fs->bsize, 0, &b);

	if (e != 0)
		return e;
	first = &((struct ext2_super *)(b->data + EXT2_SUPER_OFFSET % fs->bsize))->s_last_orphan;
	*first = ino;
	op_dirty_part(op, b, BUF_OWNER_META, first, sizeof(*first));
	buf_release(b);
	return 0;
}

static struct ext2_node *
newer(struct ext2 *fs, struct ext2_node *n)
{
	return n->orphan.prev == &fs->orphans ? NULL : container_of(n->orphan.prev, struct ext2_node, orphan);
}

int
ext2_orphan_add(struct op *op, struct ext2_node *n)
{
	struct ext2 *fs = ext2_of(&n->v);
	int e = 0;

	if (!fs->keeps_orphans)
		return 0;
	kmutex_enter(fs->orphan_lock);
	if (link_empty(&n->orphan)) {
		struct link *first = fs->orphans.next;

		e = put_first(op, fs, n->v.ino);
		if (e == 0) {
			n->dtime = first == &fs->orphans ? 0 : container_of(first, struct ext2_node, orphan)->v.ino;
			link_append(first, &n->orphan); /* before the first */
		}
	}
	kmutex_exit(fs->orphan_lock);
	return e;
}

int
ext2_orphan_remove(struct op *op, struct ext2_node *n)
{
	struct ext2 *fs = ext2_of(&n->v);
	int e = 0;

	if (!fs->keeps_orphans)
		return 0;
	kmutex_enter(fs->orphan_lock);
	if (!link_empty(&n->orphan)) {
		struct ext2_node *before = newer(fs, n);

		e = before == NULL ? put_first(op, fs, n->dtime) : ext2_inode_put_dtime(op, before, n->dtime);
		link_remove(&n->orphan);
		n->dtime = 0;
	}
	kmutex_exit(fs->orphan_lock);
	return e;
}

static uint32_t
first_on_disk(struct ext2 *fs)
{
	struct buf *b;
	uint32_t ino = 0;

	if (buf_read(fs->dev, EXT2_SUPER_OFFSET / fs->bsize, 0, &b) == 0) {
		ino = ((struct ext2_super *)(b->data + EXT2_SUPER_OFFSET % fs->bsize))->s_last_orphan;
		buf_release(b);
	}
	return ino;
}

/* What was begun with one orphan is brought to its end. */
static int
finish(struct ext2 *fs, struct ext2_node *n)
{
	int e = 0;

	krw_write(n->v.lock);
	link_append(&fs->orphans, &n->orphan);
	if (n->v.nlink == 0)
		vnode_add_work(&n->v, VW_DELETE);
	else if ((n->v.mode & S_IFMT) == S_IFREG)
		e = ext2_free_blocks(n, (n->v.size + fs->bsize - 1) >> fs->bshift);
	else
		e = ext2_damage(fs, "an orphan is no file", n->v.ino);
	krw_exit(n->v.lock);
	return e;
}

/* Gives up what cannot be followed: e2fsck finds the rest. */
static int
forget_all(struct ext2 *fs, uint32_t ino)
{
	struct op op;
	int e;

	ext2_damage(fs, "the list of orphans at inode", ino);
	op_begin(&op, fs->dev);
	e = put_first(&op, fs, 0);
	op_end(&op);
	return e;
}

int
ext2_orphans_finish(struct ext2 *fs)
{
	uint32_t ino, count = 0;
	int e = 0;

	while (e == 0 && (ino = first_on_disk(fs)) != 0) {
		struct vnode *v;

		if (!ext2_ino_ok(fs, ino) || ino == EXT2_ROOT_INO || ++count > fs->ninodes)
			return forget_all(fs, ino);
		fs->finishing_orphans = 1;
		e = vnode_get(&fs->mount, ino, &v);
		fs->finishing_orphans = 0;
		if (e == EIO)
			return forget_all(fs, ino);
		if (e != 0)
			return e;
		e = finish(fs, node_of(v));
		vnode_release(v);
		if (e == 0 && first_on_disk(fs) == ino)
			e = EIO;
		if (e == EIO)
			return forget_all(fs, ino);
	}
	if (count > 0)
		kprintf("%s: %u orphans were finished\n", fs->dev->key, count);
	return e;
}
