/*
 * ext2: inodes, taken from and given back to the groups' bitmaps. Files go to their directory's
 * group, or a following one with free inodes; directories below the root are spread over the
 * groups, deeper ones stay near unless their group is fuller than most.
 */
#include "ext2.h"

static int
group_has_room(const struct ext2 *fs, uint32_t group)
{
	const struct ext2_group *g = &fs->groups[group];

	return g->bg_free_inodes_count > 0 && g->bg_free_inodes_count >= fs->free_inodes / fs->ngroups / 2 &&
	       g->bg_free_blocks_count >= fs->free_blocks / fs->ngroups / 2;
}

/* `alloc` is held. Where to begin to look. */
static uint32_t
group_choose(struct ext2 *fs, const struct vnode *dir, int is_dir)
{
	uint32_t own = (dir->ino - 1) / fs->inodes_per_group, group = own;

	if (!is_dir)
		return own;
	if (dir->ino == EXT2_ROOT_INO) {
		group = fs->next_dir_group;
		fs->next_dir_group = (group + 1) % fs->ngroups;
	}
	for (uint32_t i = 0; i < fs->ngroups; i++) {
		if (group_has_room(fs, group))
			return group;
		group = (group + 1) % fs->ngroups;
	}
	return own;
}

static int
alloc_in_group(struct op *op, struct ext2 *fs, uint32_t group, uint32_t *inop)
{
	uint32_t bit, from = group == 0 ? fs->first_ino - 1 : 0;
	struct buf *b;
	int e;

	if (from >= fs->inodes_per_group)
		return ENOSPC;
	e = buf_read(fs->dev, fs->groups[group].bg_inode_bitmap, 0, &b);
	if (e != 0)
		return e;
	bit = bitmap_find_clear(b->data, from, fs->inodes_per_group);
	if (bit == fs->inodes_per_group) {
		e = ENOSPC;
	} else {
		b->data[bit / 8] |= (uint8_t)(1u << bit % 8);
		op_dirty_part(op, b, BUF_OWNER_META, &b->data[bit / 8], 1);
		*inop = group * fs->inodes_per_group + bit + 1;
	}
	buf_release(b);
	return e;
}

int
ext2_inode_alloc(struct op *op, struct ext2 *fs, const struct vnode *dir, int is_dir, uint32_t *inop)
{
	uint32_t group;
	int e = ENOSPC;

	kmutex_enter(fs->alloc);
	group = group_choose(fs, dir, is_dir);
	for (uint32_t i = 0; i < fs->ngroups && e == ENOSPC; i++) {
		if (i > 0)
			group = (group + 1) % fs->ngroups;
		if (fs->groups[group].bg_free_inodes_count > 0)
			e = alloc_in_group(op, fs, group, inop);
	}
	if (e == 0) {
		fs->free_inodes -= fs->free_inodes > 0;
		fs->groups[group].bg_free_inodes_count--;
		fs->groups[group].bg_used_dirs_count += is_dir != 0;
		e = ext2_group_update(op, fs, group);
	}
	kmutex_exit(fs->alloc);
	return e;
}

int
ext2_inode_free(struct op *op, struct ext2 *fs, uint32_t ino, int is_dir)
{
	uint32_t group = (ino - 1) / fs->inodes_per_group, bit = (ino - 1) % fs->inodes_per_group;
	struct buf *b;
	int e;

	kmutex_enter(fs->alloc);
	e = buf_read(fs->dev, fs->groups[group].bg_inode_bitmap, 0, &b);
	if (e == 0 && !(b->data[bit / 8] & (1u << bit % 8))) {
		e = ext2_damage(fs, "an inode is free and in use", ino);
		buf_release(b);
	} else if (e == 0) {
		b->data[bit / 8] &= (uint8_t)~(1u << bit % 8);
		op_dirty_part(op, b, BUF_OWNER_META, &b->data[bit / 8], 1);
		buf_release(b);
		fs->free_inodes++;
		fs->groups[group].bg_free_inodes_count++;
		fs->groups[group].bg_used_dirs_count -= is_dir && fs->groups[group].bg_used_dirs_count > 0;
		e = ext2_group_update(op, fs, group);
	}
	kmutex_exit(fs->alloc);
	return e;
}
