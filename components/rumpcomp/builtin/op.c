/*
 * Operations. Everything here is guarded by the buffer cache's lock.
 *
 * Invariant: active * OP_BUFS blocks fit into three quarters of the cache (or only one operation
 * is active), so there are always buffers that can be written and reused, and an active operation
 * never waits for another.
 */
#include "op.h"
#include "journal.h"

static unsigned active;
static int stopped;   /* how many flushes keep operations from beginning */
static kcond changed; /* either of them has */

void
ops_init(void)
{
	kcond_init(&changed);
}

static int
may_begin(const struct bdev *d)
{
	if (stopped > 0 || (d->journal != NULL && !journal_has_room(d->journal, active)))
		return 0;
	return active == 0 || (active + 1) * (size_t)(OP_BUFS * d->bsize) <= bcache.limit / 4 * 3;
}

void
op_begin(struct op *op, struct bdev *d)
{
	op->dev = d;
	op->n = 0;
	op->freed = 0;
	kmutex_enter(bcache.lock);
	while (!may_begin(d)) {
		if (stopped == 0 && d->journal != NULL && !journal_has_room(d->journal, active)) {
			kmutex_exit(bcache.lock);
			journal_commit(d->journal);
			kmutex_enter(bcache.lock);
		} else {
			kcond_wait(changed, bcache.lock);
		}
	}
	active++;
	kmutex_exit(bcache.lock);
}

/* The cache's lock is held. */
static void
mark(const struct op *op, struct buf *b, uint32_t owner)
{
	struct journal *j = op->dev->journal;

	if (j != NULL && j->aborted) /* what is in the journal counts: nothing may be written over it */
		return;
	buf_mark_dirty(b);
	if (j == NULL || owner != BUF_OWNER_META || (b->flags & BUF_LOGGED))
		return;
	b->flags |= BUF_LOGGED;
	j->logged++;
}

void
op_dirty(struct op *op, struct buf *b, uint32_t owner)
{
	for (unsigned i = op->n; i-- > 0; ) {
		if (op->bufs[i] == b) {
			kmutex_enter(bcache.lock);
			mark(op, b, owner);
			kmutex_exit(bcache.lock);
			return;
		}
	}
	kassert(op->n < OP_BUFS, "an operation changes more buffers than it may");
	op->bufs[op->n++] = b;
	kmutex_enter(bcache.lock);
	b->owner = owner;
	b->pins++;
	mark(op, b, owner);
	kmutex_exit(bcache.lock);
}

void
op_end(struct op *op)
{
	int much;

	kmutex_enter(bcache.lock);
	for (unsigned i = 0; i < op->n; i++) {
		struct buf *b = op->bufs[i];

		if (--b->pins == 0 && !(b->flags & BUF_BUSY))
			buf_settle(b);
	}
	if (op->freed && op->dev->journal != NULL)
		op->dev->journal->freed = 1;
	active--;
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
	while (active > 0)
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
