/*
 * ext2: reading and writing files. Reading is a copy for each block that is in the cache, and
 * transfers of up to 64 KiB, with the next one already under way, for what is not. Writing is one
 * operation for every few blocks.
 */
#include "ext2.h"

#define WRITE_BLOCKS 16 /* blocks written in one operation */

void
ext2_note_size(struct ext2 *fs, uint64_t size)
{
	if (size > INT32_MAX)
		__atomic_store_n(&fs->large_file, 1, __ATOMIC_RELAXED);
}

/*
 * Sequential reading: starts the next transfer when the reader comes near the end of the last.
 * Only inside a run of neighbours.
 */
static void
read_ahead(struct ext2_node *n, uint64_t lbn, uint32_t block, uint32_t run)
{
	struct ext2 *fs = ext2_of(&n->v);
	uint32_t window = IO_MAX >> fs->bshift;
	uint64_t until = __atomic_load_n(&n->ahead_until, __ATOMIC_RELAXED), from;

	if (__atomic_load_n(&n->read_next, __ATOMIC_RELAXED) != lbn || run < 2)
		return;
	if (until > lbn + window / 2 && until <= lbn + 2 * window)
		return;
	from = until > lbn && until < lbn + run ? until : lbn + 1;
	if (from - lbn < run) {
		uint32_t count = (uint32_t)min_u64(window, run - (from - lbn));

		buf_read_ahead(fs->dev, block + (from - lbn), count);
		__atomic_store_n(&n->ahead_until, from + count, __ATOMIC_RELAXED);
	}
}

/* The part of a read in one run of blocks. */
struct piece {
	uint8_t *to;
	uint64_t off;
	size_t n;
};

static int
read_run(struct ext2_node *n, struct piece *p, uint32_t block, uint32_t run)
{
	struct ext2 *fs = ext2_of(&n->v);
	uint64_t lbn = p->off >> fs->bshift;
	uint32_t left = run;

	while (left > 0 && p->n > 0) {
		uint32_t from = (uint32_t)(p->off & (fs->bsize - 1));
		uint32_t wanted = (uint32_t)min_u64(left, (from + p->n - 1) >> fs->bshift);
		size_t part = min_u64(fs->bsize - from, p->n);

		if (block == 0) {
			memset(p->to, 0, part);
		} else {
			uint32_t at = block + (run - left);
			struct buf *b;
			int e = buf_read(fs->dev, at, wanted, &b);

			if (e != 0)
				return e;
			memcpy(p->to, b->data + from, part);
			buf_release(b);
			read_ahead(n, lbn + (run - left), at, left);
		}
		__atomic_store_n(&n->read_next, lbn + (run - left) + 1, __ATOMIC_RELAXED);
		p->to += part;
		p->off += part;
		p->n -= part;
		left--;
	}
	return 0;
}

int
ext2_read(struct vnode *v, void *buf, size_t n, uint64_t off, size_t *donep)
{
	struct ext2_node *node = node_of(v);
	struct piece p = {buf, off, 0};
	int e = 0;

	if (n == 0)
		return 0;
	ext2_note_access(node);
	if (off >= v->size)
		return 0;
	p.n = min_u64(n, v->size - off);
	n = p.n;
	while (p.n > 0 && e == 0) {
		uint32_t block, run;

		e = ext2_bmap(node, p.off >> ext2_of(v)->bshift, &block, &run);
		if (e == 0)
			e = read_run(node, &p, block, run);
	}
	*donep = n - p.n;
	return e;
}

/* Part of one block. */
static int
write_block(struct op *op, struct ext2_node *n, const uint8_t *from, size_t part, uint64_t off)
{
	struct ext2 *fs = ext2_of(&n->v);
	uint32_t block, at = (uint32_t)(off & (fs->bsize - 1));
	struct buf *b;
	int new, e = ext2_bmap_alloc(op, n, off >> fs->bshift, &block, &new);

	if (e != 0)
		return e;
	if (new && part < fs->bsize)
		e = buf_zeroed(fs->dev, block, &b);
	else if (part < fs->bsize)
		e = buf_read(fs->dev, block, 0, &b);
	else
		e = buf_get(fs->dev, block, &b);
	if (e != 0)
		return e;
	memcpy(b->data + at, from, part);
	if (part == fs->bsize)
		buf_set_valid(b);
	if (new)
		op_dirty(op, b, n->v.ino);
	else
		op_dirty_part(op, b, n->v.ino, b->data + at, part);
	buf_release(b);
	return 0;
}

/* A few blocks in one operation. *donep counts on. */
static int
write_some(struct ext2_node *n, const uint8_t *from, size_t total, uint64_t off, size_t *donep)
{
	struct ext2 *fs = ext2_of(&n->v);
	size_t before = *donep;
	struct op op;
	int e = 0, e2;

	op_begin(&op, fs->dev);
	for (unsigned i = 0; i < WRITE_BLOCKS && *donep < total && e == 0; i++) {
		uint64_t at = off + *donep;
		size_t part = min_u64(fs->bsize - (at & (fs->bsize - 1)), total - *donep);

		e = write_block(&op, n, from + *donep, part, at);
		if (e == 0)
			*donep += part;
	}
	if (*donep > before) {
		if (off + *donep > n->v.size)
			n->v.size = off + *donep;
		ext2_touch(n, 1);
		ext2_note_size(fs, n->v.size);
	}
	e2 = ext2_inode_write(&op, n);
	if (*donep > before && e2 == 0)
		op_answers(&op, (int64_t)*donep);
	op_end(&op);
	return e != 0 ? e : e2;
}

int
ext2_write(struct vnode *v, const void *buf, size_t n, uint64_t off, size_t *donep)
{
	struct ext2 *fs = ext2_of(v);
	int e = 0;

	if (n == 0)
		return 0;
	if (off > fs->file_max || n > fs->file_max - off)
		return EFBIG;
	while (*donep < n && e == 0) {
		e = write_some(node_of(v), buf, n, off, donep);
		if (e == ENOSPC && ext2_reclaim(fs))
			e = 0;
	}
	if (e != 0) /* indirect blocks that were made for nothing */
		ext2_free_blocks(node_of(v), (v->size + fs->bsize - 1) >> fs->bshift);
	return e;
}
