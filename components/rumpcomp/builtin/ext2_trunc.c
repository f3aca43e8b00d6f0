/*
 * ext2: making files shorter or longer. Blocks are freed from the end, a batch in each operation,
 * so that one operation stays bounded and every one leaves a file that is whole.
 */
#include "ext2.h"

/* blocks freed in one operation: each may change another bitmap and another group */
#define BATCH 32

struct batch {
	unsigned n;
	uint32_t blocks[BATCH];
};

/* One operation's work. */
struct round {
	struct op op;
	struct ext2_node *n;
	uint64_t first; /* the file's blocks at and behind this one go */
	struct batch batch;
};

static int gather(struct round *r, uint32_t *place, int level, uint64_t base);

static int
is_full(const struct round *r)
{
	return r->batch.n == BATCH;
}

/* Takes numbers out of the lowest kind of indirect block, from the end. */
static int
gather_leaves(struct round *r, uint32_t block, uint32_t low)
{
	struct ext2 *fs = ext2_of(&r->n->v);
	uint32_t *numbers;
	struct buf *b;
	int e = buf_read(fs->dev, block, 0, &b);

	if (e != 0)
		return e;
	numbers = (uint32_t *)b->data;
	for (uint32_t i = 1u << fs->addrs_shift; i-- > low && !is_full(r); ) {
		if (numbers[i] != 0)
			r->batch.blocks[r->batch.n++] = numbers[i];
		numbers[i] = 0;
	}
	op_dirty(&r->op, b, BUF_OWNER_META);
	buf_release(b);
	return 0;
}

/*
 * The highest number that is not 0, from *ip - 1 down to low. Result: in *number; 0 if there is
 * none.
 */
static int
highest(struct ext2 *fs, uint32_t block, uint32_t *ip, uint32_t low, uint32_t *number)
{
	struct buf *b;
	int e = buf_read(fs->dev, block, 0, &b);

	if (e != 0)
		return e;
	*number = 0;
	while (*number == 0 && *ip > low)
		*number = ((uint32_t *)b->data)[--*ip];
	buf_release(b);
	return 0;
}

static int
clear_number(struct round *r, uint32_t block, uint32_t index)
{
	struct buf *b;
	int e = buf_read(r->op.dev, block, 0, &b);

	if (e != 0)
		return e;
	((uint32_t *)b->data)[index] = 0;
	op_dirty_part(&r->op, b, BUF_OWNER_META, (uint32_t *)b->data + index, sizeof(uint32_t));
	buf_release(b);
	return 0;
}

/*
 * An indirect block's numbers from the end. If the round is not full afterwards, the block is
 * empty from `first` on.
 */
static int
gather_indirect(struct round *r, uint32_t block, int level, uint64_t base)
{
	struct ext2 *fs = ext2_of(&r->n->v);
	uint64_t each = 1ull << (fs->addrs_shift * (unsigned)(level - 1));
	uint32_t low = r->first > base ? (uint32_t)((r->first - base) / each) : 0;
	uint32_t i = 1u << fs->addrs_shift;

	if (level == 1)
		return gather_leaves(r, block, low);
	while (i > low && !is_full(r)) {
		uint32_t number, left;
		int e = highest(fs, block, &i, low, &number);

		left = number;
		if (e == 0 && number != 0)
			e = gather(r, &left, level - 1, base + i * each);
		if (e == 0 && left != number)
			e = clear_number(r, block, i);
		if (e != 0)
			return e;
	}
	return 0;
}

/*
 * Takes the number out of a place, and everything below it, as far as it belongs to blocks at or
 * behind `first` and the round has room. base: the place's first block of the file.
 */
static int
gather(struct round *r, uint32_t *place, int level, uint64_t base)
{
	struct ext2 *fs = ext2_of(&r->n->v);
	int e = 0;

	if (*place == 0 || base + (1ull << (fs->addrs_shift * (unsigned)level)) <= r->first || is_full(r))
		return 0;
	if (!ext2_block_ok(fs, *place)) {
		ext2_damage(fs, "a block of inode", r->n->v.ino);
		*place = 0;
		return 0;
	}
	if (level > 0)
		e = gather_indirect(r, *place, level, base);
	if (e == 0 && base >= r->first && !is_full(r)) {
		r->op.freed |= level > 0;
		r->batch.blocks[r->batch.n++] = *place;
		*place = 0;
	}
	return e;
}

static int
gather_file(struct round *r)
{
	struct ext2 *fs = ext2_of(&r->n->v);
	uint64_t base[4] = {0, EXT2_NDIRECT};
	int e = 0;

	for (unsigned level = 2; level <= 3; level++)
		base[level] = base[level - 1] + (1ull << (fs->addrs_shift * (level - 1)));
	for (int level = 3; level >= 1 && e == 0; level--)
		e = gather(r, &r->n->block[EXT2_NDIRECT + level - 1], level, base[level]);
	for (unsigned i = EXT2_NDIRECT; i-- > 0 && e == 0; )
		e = gather(r, &r->n->block[i], 0, i);
	return e;
}

/*
 * Goes on after an error, but reports it: a block that is free already may be an indirect one, and
 * lead in circles.
 */
static int
free_batch(struct round *r)
{
	struct ext2 *fs = ext2_of(&r->n->v);
	int error = 0;

	for (unsigned i = 0; i < r->batch.n; i++) {
		int e = ext2_block_free(&r->op, fs, r->batch.blocks[i]);

		if (error == 0)
			error = e;
	}
	r->n->sectors -= min_u64(r->n->sectors, (uint64_t)r->batch.n * (fs->bsize / 512));
	return error;
}

int
ext2_free_blocks(struct ext2_node *n, uint64_t first_lbn)
{
	struct round r = {.n = n, .first = first_lbn};
	int e;

	n->last_pbn = 0;
	do {
		int freed, written;

		op_begin(&r.op, ext2_of(&n->v)->dev);
		r.batch.n = 0;
		e = gather_file(&r);
		freed = free_batch(&r);
		r.op.freed |= (n->v.mode & S_IFMT) != S_IFREG;
		if (!is_full(&r) && n->v.nlink > 0)
			ext2_orphan_remove(&r.op, n);
		written = ext2_inode_write(&r.op, n);
		op_end(&r.op);
		if (e == 0)
			e = freed != 0 ? freed : written;
	} while (e == 0 && is_full(&r));
	return e;
}

/* What lies behind the new end in its block is zero, for when the file grows again. */
static int
clear_tail(struct op *op, struct ext2_node *n, uint64_t size)
{
	struct ext2 *fs = ext2_of(&n->v);
	uint32_t block, run, from = (uint32_t)(size & (fs->bsize - 1));
	struct buf *b;
	int e;

	if (from == 0)
		return 0;
	e = ext2_bmap(n, size >> fs->bshift, &block, &run);
	if (e != 0 || block == 0)
		return e;
	e = buf_read(fs->dev, block, 0, &b);
	if (e != 0)
		return e;
	memset(b->data + from, 0, fs->bsize - from);
	op_dirty_part(op, b, n->v.ino, b->data + from, fs->bsize - from);
	buf_release(b);
	return 0;
}

int
ext2_truncate(struct vnode *v, uint64_t size)
{
	struct ext2_node *n = node_of(v);
	struct ext2 *fs = ext2_of(v);
	uint64_t old = v->size;
	struct op op;
	int e = 0;

	if (size > fs->file_max)
		return EFBIG;
	op_begin(&op, fs->dev);
	if (size < old)
		e = clear_tail(&op, n, size);
	if (e == 0) {
		v->size = size;
		if (size < old)
			e = ext2_orphan_add(&op, n);
		ext2_touch(n, 1);
		ext2_note_size(fs, size);
		if (e == 0)
			e = ext2_inode_write(&op, n);
		if (e == 0)
			op_answers(&op, 0);
	}
	op_end(&op);
	if (e == 0 && size < old)
		e = ext2_free_blocks(n, (size + fs->bsize - 1) >> fs->bshift);
	return e;
}
