/*
 * Opening and reading the redo log, before a file system is mounted. What is in it was written by a
 * kernel that died, perhaps because it had gone wrong: nothing is believed.
 */
#include "redo.h"

/* Reads a part of the log. EIO. */
static int
get(const struct redo *r, void *to, size_t n, uint64_t at)
{
	struct rumpuser_iovec iov = {to, n};
	size_t done = 0;
	int e = rumpuser_iovread(r->dev->nvram_fd, &iov, 1, (int64_t)at, &done);

	return e != 0 ? e : done == n ? 0 : EIO;
}

/* Memory that nobody has written yet is an empty log. */
static int
check_head(struct redo *r)
{
	const struct redo_head *h = &r->head;
	int fresh = h->magic != REDO_MAGIC;

	if (fresh)
		r->head = (struct redo_head){.magic = REDO_MAGIC, .version = REDO_VERSION};
	if (h->version != REDO_VERSION || (h->bsize != 0 && h->bsize != 1024 && h->bsize != 2048 && h->bsize != 4096)) {
		kprintf("%s: not mounted: the redo log is of another version\n", r->dev->key);
		return EINVAL;
	}
	/* there cannot be so many records */
	r->sequence = h->sequence + r->dev->nvram_size;
	return 0;
}

int
redo_open(struct bdev *d, struct redo **rp)
{
	struct redo *r;
	int e;

	*rp = NULL;
	if (d->nvram_size == 0)
		return 0;
	r = kmem_zalloc(sizeof(*r));
	if (r == NULL)
		return ENOMEM;
	r->dev = d;
	r->piece = kmem_alloc(REDO_PIECE);
	e = r->piece == NULL ? ENOMEM : get(r, &r->head, sizeof(r->head), 0);
	if (e == 0)
		e = check_head(r);
	if (e == 0)
		*rp = r;
	else
		redo_close(r);
	return e;
}

void
redo_close(struct redo *r)
{
	kmutex_enter(bcache.lock);
	if (r->dev->redo == r)
		r->dev->redo = NULL;
	kmutex_exit(bcache.lock);
	if (r->piece != NULL)
		kmem_free(r->piece, REDO_PIECE);
	kmem_free(r, sizeof(*r));
}

/* What is read, by way of the log's piece. */
struct reading {
	struct redo *r;
	uint64_t at, end;    /* of what comes next; of the record */
	uint64_t piece_at;   /* where what is in the piece lies */
	size_t piece_bytes;
	unsigned ranges;     /* how many were made again */
};

static int
fill(struct reading *g)
{
	g->piece_at = g->at;
	g->piece_bytes = min_u64(REDO_PIECE, g->r->dev->nvram_size - g->at);
	return get(g->r, g->r->piece, g->piece_bytes, g->at);
}

/* The next n bytes of the record. EINVAL: it has not so many. */
static int
next(struct reading *g, void *data, size_t n)
{
	uint8_t *to = data;
	int e = 0;

	if (n > g->end - g->at)
		return EINVAL;
	while (n > 0 && e == 0) {
		size_t from = g->at - g->piece_at, part;

		if (from >= g->piece_bytes) {
			e = fill(g);
			continue;
		}
		part = min_u64(n, g->piece_bytes - from);
		memcpy(to, g->r->piece + from, part);
		g->at += part;
		to += part;
		n -= part;
	}
	return e;
}

/* Is there a record where we are? One with another number was left by an earlier round. */
static int
next_record(struct reading *g, struct redo_record *record)
{
	uint64_t left = g->r->dev->nvram_size - g->at;

	if (left < sizeof(*record))
		return ENOENT;
	g->end = g->at + sizeof(*record);
	if (next(g, record, sizeof(*record)) != 0)
		return EIO;
	if (record->magic != REDO_MAGIC || record->sequence != g->r->sequence)
		return ENOENT;
	if (record->bytes % 8 != 0 || record->bytes < sizeof(*record) || record->bytes > left)
		return EINVAL;
	g->end = g->at - sizeof(*record) + record->bytes;
	return 0;
}

static int
take_answer(struct reading *g)
{
	struct redo_answer a;
	int e = next(g, &a, sizeof(a));

	if (e == 0 && a.client == 0)
		e = EINVAL;
	if (e == 0)
		redo_remember(g->r, &a);
	return e;
}

/* Bytes of a block, which lie behind what was read of the range. */
static int
take_range(struct reading *g)
{
	struct bdev *d = g->r->dev;
	struct redo_range range;
	uint8_t padding[8];
	struct buf *b;
	struct op op;
	int e = next(g, &range, sizeof(range));

	if (e != 0)
		return e;
	if (range.at > d->bsize || range.bytes == 0 || range.bytes > d->bsize - range.at || range.blkno >= d->size / d->bsize ||
	    range.bytes > g->end - g->at)
		return EINVAL;
	op_begin(&op, d);
	e = range.bytes == d->bsize ? buf_get(d, range.blkno, &b) : buf_read(d, range.blkno, 0, &b);
	if (e == 0) {
		e = next(g, b->data + range.at, range.bytes);
		if (range.bytes == d->bsize)
			buf_set_valid(b);
		op_dirty(&op, b, BUF_OWNER_META);
		buf_release(b);
	}
	op_end(&op);
	g->ranges++;
	return e != 0 ? e : next(g, padding, -range.bytes & 7);
}

static int
take_record(struct reading *g, const struct redo_record *record)
{
	int e = 0;

	for (uint32_t i = 0; i < record->answers && e == 0; i++)
		e = take_answer(g);
	for (uint32_t i = 0; i < record->ranges && e == 0; i++)
		e = take_range(g);
	return e == 0 && g->at != g->end ? EINVAL : e;
}

int
redo_recover(struct redo *r)
{
	struct reading g = {.r = r, .at = sizeof(r->head)};
	struct redo_record record;
	unsigned records = 0;
	int e;

	r->sequence = r->head.sequence;
	if (r->head.bsize != r->dev->bsize) {
		kprintf("%s: not mounted: the redo log is of blocks of %u bytes\n", r->dev->key, r->head.bsize);
		return EINVAL;
	}
	while ((e = next_record(&g, &record)) == 0 && (e = take_record(&g, &record)) == 0) {
		r->sequence++;
		records++;
	}
	if (e == EINVAL)
		kprintf("%s: not mounted: the redo log is damaged at record %u\n", r->dev->key, records);
	if (e != ENOENT)
		return e;
	kprintf("%s: %u operations were recovered, in %u places\n", r->dev->key, records - (records > 0), g.ranges);
	return buf_flush(r->dev, BUF_OWNER_META);
}

int
redo_pending(const struct redo *r, const uint8_t *uuid)
{
	if (r->head.bsize == 0)
		return 0;
	if (memcmp(r->head.uuid, uuid, sizeof(r->head.uuid)) == 0)
		return 1;
	kprintf("%s: the redo log is another file system's and is given up\n", r->dev->key);
	return 0;
}
