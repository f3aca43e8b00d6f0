/*
 * ext2: from a file's blocks to the disk's, through up to three levels of indirect blocks. One
 * indirect block is busy at a time, so that damaged ones which refer to each other cannot make a
 * thread wait for itself.
 */
#include "ext2.h"

#define RUN_MAX 64 /* longest run that is looked for */

int
ext2_path(const struct ext2 *fs, uint64_t lbn, struct ext2_path *p)
{
	uint32_t mask = (1u << fs->addrs_shift) - 1;
	uint64_t first = EXT2_NDIRECT;

	if (lbn < EXT2_NDIRECT) {
		p->top = (uint32_t)lbn;
		return 0;
	}
	for (unsigned level = 1; level <= 3; level++) {
		uint64_t n = 1ull << (fs->addrs_shift * level);

		if (lbn - first < n) {
			p->top = EXT2_NDIRECT + level - 1;
			for (unsigned i = 0; i < level; i++)
				p->index[i] = (uint32_t)((lbn - first) >> (fs->addrs_shift * (level - 1 - i))) & mask;
			return (int)level;
		}
		first += n;
	}
	return -1;
}

/* How many of the numbers at and after the first continue it, or are holes as it is. */
static uint32_t
run_length(const uint32_t *numbers, uint32_t n)
{
	uint32_t run = 1;

	while (run < n && run < RUN_MAX && numbers[run] == (numbers[0] == 0 ? 0 : numbers[0] + run))
		run++;
	return run;
}

/* The blocks of a run are all the file's own: ends it before the first that is not. */
static int
check_run(struct ext2_node *n, uint32_t block, uint32_t *run)
{
	struct ext2 *fs = ext2_of(&n->v);

	if (block == 0)
		return 0;
	if (!ext2_block_ok(fs, block))
		return ext2_damage(fs, "a block of inode", n->v.ino);
	for (uint32_t i = 1; i < *run; i++) {
		if (!ext2_block_ok(fs, block + i))
			*run = i;
	}
	return 0;
}

int
ext2_bmap(struct ext2_node *n, uint64_t lbn, uint32_t *blockp, uint32_t *runp)
{
	struct ext2 *fs = ext2_of(&n->v);
	uint32_t addrs = 1u << fs->addrs_shift, block;
	struct ext2_path p;
	int levels = ext2_path(fs, lbn, &p);

	if (levels < 0)
		return EFBIG;
	block = n->block[p.top];
	*runp = levels == 0 ? run_length(&n->block[p.top], EXT2_NDIRECT - p.top) : 1;
	for (int i = 0; i < levels && block != 0; i++) {
		const uint32_t *numbers;
		struct buf *b;
		int e;

		if (!ext2_block_ok(fs, block))
			return ext2_damage(fs, "an indirect block of inode", n->v.ino);
		e = buf_read(fs->dev, block, 0, &b);
		if (e != 0)
			return e;
		numbers = (const uint32_t *)b->data;
		block = numbers[p.index[i]];
		if (i == levels - 1)
			*runp = run_length(&numbers[p.index[i]], addrs - p.index[i]);
		buf_release(b);
	}
	*blockp = block;
	return check_run(n, block, runp);
}

/* Where a new block of the file is wanted: behind the last one, else in the inode's group. */
static uint32_t
goal(struct ext2_node *n, uint64_t lbn)
{
	struct ext2 *fs = ext2_of(&n->v);

	if (n->last_pbn != 0 && lbn >= n->last_lbn && lbn - n->last_lbn <= 64)
		return n->last_pbn + 1;
	if (lbn > 0 && lbn <= EXT2_NDIRECT && n->block[lbn - 1] != 0)
		return n->block[lbn - 1] + 1;
	return ext2_group_first(fs, (n->v.ino - 1) / fs->inodes_per_group);
}

static int
take_block(struct op *op, struct ext2_node *n, uint64_t lbn, uint32_t *blockp)
{
	struct ext2 *fs = ext2_of(&n->v);
	int e = ext2_block_alloc(op, fs, goal(n, lbn), blockp);

	if (e != 0)
		return e;
	n->sectors += fs->bsize / 512;
	n->last_lbn = (uint32_t)lbn;
	n->last_pbn = *blockp;
	return 0;
}

/* A new indirect block, empty. */
static int
take_indirect(struct op *op, struct ext2_node *n, uint64_t lbn, uint32_t *blockp)
{
	struct ext2 *fs = ext2_of(&n->v);
	struct buf *b;
	int e = take_block(op, n, lbn, blockp);

	if (e != 0)
		return e;
	e = buf_zeroed(fs->dev, *blockp, &b);
	if (e != 0) {
		ext2_block_free(op, fs, *blockp);
		n->sectors -= fs->bsize / 512;
		return e;
	}
	op_dirty(op, b, BUF_OWNER_META);
	buf_release(b);
	return 0;
}

/*
 * Follows or makes the number at a place; leaf: it is the file's own block, else an indirect one.
 */
static int
follow(struct op *op, struct ext2_node *n, uint64_t lbn, uint32_t *place, int leaf)
{
	struct ext2 *fs = ext2_of(&n->v);
	uint32_t block;
	int e;

	if (*place != 0)
		return ext2_block_ok(fs, *place) ? 0
		                                 : ext2_damage(fs, "a block of inode", n->v.ino);
	e = leaf ? take_block(op, n, lbn, &block) : take_indirect(op, n, lbn, &block);
	if (e == 0)
		*place = block;
	return e;
}

int
ext2_bmap_alloc(struct op *op, struct ext2_node *n, uint64_t lbn, uint32_t *blockp, int *newp)
{
	struct ext2 *fs = ext2_of(&n->v);
	struct ext2_path p;
	int levels = ext2_path(fs, lbn, &p), e;
	uint32_t *place, block;

	if (levels < 0)
		return EFBIG;
	*newp = levels == 0 && n->block[p.top] == 0;
	e = follow(op, n, lbn, &n->block[p.top], levels == 0);
	block = n->block[p.top];
	for (int i = 0; i < levels && e == 0; i++) {
		struct buf *b;
		uint32_t before;

		e = buf_read(fs->dev, block, 0, &b);
		if (e != 0)
			break;
		place = (uint32_t *)b->data + p.index[i];
		before = *place;
		e = follow(op, n, lbn, place, i == levels - 1);
		block = *place;
		if (block != before)
			op_dirty_part(op, b, BUF_OWNER_META, place, sizeof(*place));
		*newp = before == 0;
		buf_release(b);
	}
	*blockp = block;
	return e;
}
