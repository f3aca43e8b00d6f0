/*
 * Operations. Everything here is guarded by the buffer cache's lock.
 *
 * Invariant: active * OP_BUFS blocks fit into three quarters of the cache (or only one operation
 * is active), so there are always buffers that can be written and reused, and an active operation
 * never waits for another.
 */
#include "op.h"
#include "journal.h"
#include "redo.h"

static unsigned active;
static struct op *ended; /* those that wait for their record: it is written when none is active */
static int stopped;      /* how many flushes keep operations from beginning */
static kcond changed;    /* any of them has */

void
ops_init(void)
{
	kcond_init(&changed);
}

static int
has_room(const struct bdev *d)
{
	if (d->journal != NULL && (d->journal->aborted || !journal_has_room(d->journal, active)))
		return d->journal->aborted;
	return d->redo == NULL || redo_has_room(d->redo, active + 1);
}

/* Makes room; the lock is not held meanwhile. */
static void
make_room(struct bdev *d)
{
	kmutex_exit(bcache.lock);
	if (d->redo != NULL)
		redo_checkpoint(d->redo);
	else
		journal_commit(d->journal);
	kmutex_enter(bcache.lock);
}

static int
may_begin(const struct bdev *d)
{
	if (stopped > 0 || ended != NULL || !has_room(d))
		return 0;
	return active == 0 || (active + 1) * (size_t)(OP_BUFS * d->bsize) <= bcache.limit / 4 * 3;
}

void
op_begin(struct op *op, struct bdev *d)
{
	op->dev = d;
	op->n = 0;
	op->freed = 0;
	op->answer.client = 0;
	kmutex_enter(bcache.lock);
	while (!may_begin(d)) {
		if (stopped == 0 && ended == NULL && !has_room(d))
			make_room(d);
		else
			kcond_wait(changed, bcache.lock);
	}
	active++;
	kmutex_exit(bcache.lock);
}

/* The cache's lock is held. */
static void
mark(const struct op *op, struct buf *b, uint32_t owner, uint64_t parts)
{
	struct journal *j = op->dev->journal;

	if (j != NULL && j->aborted) /* what is in the journal counts: nothing may be written over it */
		return;
	buf_mark_dirty(b);
	if (op->dev->redo != NULL)
		b->changed |= parts;
	if (j == NULL || owner != BUF_OWNER_META || (b->flags & BUF_LOGGED))
		return;
	b->flags |= BUF_LOGGED;
	j->logged++;
}

static void
dirty(struct op *op, struct buf *b, uint32_t owner, uint64_t parts)
{
	for (unsigned i = op->n; i-- > 0; ) {
		if (op->bufs[i] == b) {
			kmutex_enter(bcache.lock);
			mark(op, b, owner, parts);
			kmutex_exit(bcache.lock);
			return;
		}
	}
	kassert(op->n < OP_BUFS, "an operation changes more buffers than it may");
	op->bufs[op->n++] = b;
	kmutex_enter(bcache.lock);
	b->owner = owner;
	b->pins++;
	mark(op, b, owner, parts);
	kmutex_exit(bcache.lock);
}

void
op_dirty(struct op *op, struct buf *b, uint32_t owner)
{
	dirty(op, b, owner, ~0ull);
}

void
op_dirty_part(struct op *op, struct buf *b, uint32_t owner, const void *first, size_t n)
{
	dirty(op, b, owner, buf_parts(b, (uint32_t)((const uint8_t *)first - b->data), (uint32_t)n));
}

static int
needs_record(const struct op *op)
{
	const struct bdev *d = op->dev;

	return op->n > 0 && d->redo != NULL && (d->journal == NULL || !d->journal->aborted);
}

/*
 * The cache's lock is held. Operations that were going on at the same time are recorded together, by the last of
 * them: until then their buffers stay pinned, and no other begins.
 */
static void
record(struct op *op)
{
	op->recorded = 0;
	if (needs_record(op)) {
		op->next = ended;
		ended = op;
	} else {
		op->recorded = 1;
	}
	if (active == 0 && ended != NULL) {
		kmutex_exit(bcache.lock);
		redo_record(ended);
		kmutex_enter(bcache.lock);
		for (; ended != NULL; ended = ended->next)
			ended->recorded = 1;
		kcond_broadcast(changed);
	}
	while (!op->recorded)
		kcond_wait(changed, bcache.lock);
}

void
op_end(struct op *op)
{
	int much;

	kmutex_enter(bcache.lock);
	active--;
	record(op);
	for (unsigned i = 0; i < op->n; i++) {
		struct buf *b = op->bufs[i];

		if (--b->pins == 0 && !(b->flags & BUF_BUSY))
			buf_settle(b);
	}
	if (op->freed && op->dev->journal != NULL)
		op->dev->journal->freed = 1;
	kcond_broadcast(changed);
	much = bcache.dirty_bytes > bcache.limit / 2;
	kmutex_exit(bcache.lock);
	if (much)
		syncer_wake();
}

void
ops_stop(void)
{
	kmutex_enter(bcache.lock);
	stopped++;
	while (active > 0 || ended != NULL)
		kcond_wait(changed, bcache.lock);
	kmutex_exit(bcache.lock);
}

void
ops_go(void)
{
	kmutex_enter(bcache.lock);
	stopped--;
	kcond_broadcast(changed);
	kmutex_exit(bcache.lock);
}
