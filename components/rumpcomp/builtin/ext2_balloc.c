/*
 * ext2: blocks, taken from and given back to the groups' bitmaps. `alloc` is held throughout; a
 * bitmap and its group's count change together.
 */
#include "ext2.h"
#include "proc.h"

uint32_t
bitmap_find_clear(const uint8_t *map, uint32_t from, uint32_t n)
{
	uint32_t i = from;

	while (i < n) {
		uint64_t word;

		if (i % 64 == 0 && n - i >= 64) {
			memcpy(&word, map + i / 8, sizeof(word));
			if (word == ~0ull) {
				i += 64;
				continue;
			}
			return i + (uint32_t)__builtin_ctzll(~word);
		}
		if (!(map[i / 8] & (1u << i % 8)))
			return i;
		i++;
	}
	return n;
}

/* A clear bit that was clear before the running transaction too; n if there is none. */
static uint32_t
find_free(const struct ext2 *fs, uint32_t group, const uint8_t *map, uint32_t from, uint32_t n)
{
	const uint8_t *frozen = fs->frozen != NULL ? fs->frozen[group] : NULL;
	uint32_t bit = bitmap_find_clear(map, from, n);

	while (bit < n && frozen != NULL && (frozen[bit / 8] & (1u << bit % 8)))
		bit = bitmap_find_clear(map, bit + 1, n);
	return bit;
}

/* Takes a block of one group, at or behind from, else anywhere in it. ENOSPC. */
static int
alloc_in_group(struct op *op, struct ext2 *fs, uint32_t group, uint32_t from, uint32_t *blockp)
{
	uint32_t n = ext2_group_blocks(fs, group), bit;
	struct buf *b;
	int e = buf_read(fs->dev, fs->groups[group].bg_block_bitmap, 0, &b);

	if (e != 0)
		return e;
	bit = find_free(fs, group, b->data, from, n);
	if (bit == n) {
		bit = find_free(fs, group, b->data, 0, from);
		bit = bit == from ? n : bit;
	}
	if (bit == n) {
		e = ENOSPC;
	} else if (!ext2_block_ok(fs, ext2_group_first(fs, group) + bit)) {
		e = ext2_damage(fs, "a table is free in the bitmap of group", group);
	} else {
		b->data[bit / 8] |= (uint8_t)(1u << bit % 8);
		op_dirty_part(op, b, BUF_OWNER_META, &b->data[bit / 8], 1);
		*blockp = ext2_group_first(fs, group) + bit;
	}
	buf_release(b);
	return e;
}

/* `alloc` is held. */
static int
alloc_somewhere(struct op *op, struct ext2 *fs, uint32_t goal, uint32_t *blockp)
{
	uint32_t group, from;

	if (goal < fs->first_block || goal >= fs->nblocks)
		goal = fs->first_block;
	group = (goal - fs->first_block) / fs->blocks_per_group;
	from = (goal - fs->first_block) % fs->blocks_per_group;
	for (uint32_t i = 0; i < fs->ngroups; i++) {
		if (fs->groups[group].bg_free_blocks_count > 0) {
			int e = alloc_in_group(op, fs, group, from, blockp);

			if (e != ENOSPC)
				return e;
			if (fs->frozen == NULL || fs->frozen[group] == NULL)
				ext2_damage(fs, "nothing is free in the bitmap of group", group);
		}
		group = group + 1 < fs->ngroups ? group + 1 : 0;
		from = 0;
	}
	return ENOSPC;
}

/* The last blocks are root's, and of whom the superblock names; and the kernel's own work goes on. */
static int
may_use_reserve(const struct ext2 *fs)
{
	struct rsys_proc *p = rumpuser_curlwp()->proc;
	struct cred c;

	if (p == NULL)
		return 1;
	c = proc_cred(p);
	return c.uid == 0 || c.uid == fs->reserve_uid || (fs->reserve_gid != 0 && cred_has_group(&c, fs->reserve_gid));
}

int
ext2_block_alloc(struct op *op, struct ext2 *fs, uint32_t goal, uint32_t *blockp)
{
	int e = ENOSPC;

	kmutex_enter(fs->alloc);
	if (fs->free_blocks > fs->reserved_blocks || (fs->free_blocks > 0 && may_use_reserve(fs)))
		e = alloc_somewhere(op, fs, goal, blockp);
	if (e == 0) {
		uint32_t group = (*blockp - fs->first_block) / fs->blocks_per_group;

		fs->free_blocks--;
		fs->groups[group].bg_free_blocks_count--;
		e = ext2_group_update(op, fs, group);
	}
	kmutex_exit(fs->alloc);
	return e;
}

/* `alloc` is held. */
static int
free_locked(struct op *op, struct ext2 *fs, uint32_t block)
{
	uint32_t group = (block - fs->first_block) / fs->blocks_per_group;
	uint32_t bit = (block - fs->first_block) % fs->blocks_per_group;
	struct buf *b;
	int e = buf_read(fs->dev, fs->groups[group].bg_block_bitmap, 0, &b);

	if (e != 0)
		return e;
	e = ext2_freeze(fs, group, b->data);
	if (e == 0 && !(b->data[bit / 8] & (1u << bit % 8))) {
		e = ext2_damage(fs, "a block is free and in use", block);
	} else if (e == 0) {
		b->data[bit / 8] &= (uint8_t)~(1u << bit % 8);
		op_dirty_part(op, b, BUF_OWNER_META, &b->data[bit / 8], 1);
	}
	buf_release(b);
	if (e != 0)
		return e;
	fs->free_blocks++;
	fs->groups[group].bg_free_blocks_count++;
	return ext2_group_update(op, fs, group);
}

int
ext2_block_free(struct op *op, struct ext2 *fs, uint32_t block)
{
	int e;

	if (!ext2_block_ok(fs, block))
		return ext2_damage(fs, "an inode has the block", block);
	buf_discard(fs->dev, block);
	kmutex_enter(fs->alloc);
	e = free_locked(op, fs, block);
	kmutex_exit(fs->alloc);
	return e;
}
