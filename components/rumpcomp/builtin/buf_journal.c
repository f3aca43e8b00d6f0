/*
 * What the journal asks of the buffer cache: the buffers of the running transaction, and transfers
 * past the cache.
 */
#include "buf.h"

/* The cache's lock is held. Is one of the logged buffers somebody's? */
static int
logged_busy(struct bdev *d)
{
	int busy = 0;

	for (struct link *l = bcache.dirty.next; l != &bcache.dirty; l = l->next) {
		struct buf *b = container_of(l, struct buf, dirty);

		if (b->dev == d && (b->flags & BUF_LOGGED) && (b->flags & BUF_BUSY)) {
			b->wanted = 1;
			busy = 1;
		}
	}
	return busy;
}

struct buf *
buf_take_logged(struct bdev *d, unsigned *np)
{
	struct buf *chain = NULL;

	*np = 0;
	kmutex_enter(bcache.lock);
	while (logged_busy(d))
		kcond_wait(bcache.released, bcache.lock);
	for (struct link *l = bcache.dirty.next; l != &bcache.dirty; l = l->next) {
		struct buf *b = container_of(l, struct buf, dirty);

		if (b->dev != d || !(b->flags & BUF_LOGGED))
			continue;
		b->flags |= BUF_BUSY;
		b->io_next = chain;
		chain = b;
		++*np;
	}
	kmutex_exit(bcache.lock);
	return buf_chain_sort(chain, *np);
}

void
buf_give_logged(struct buf *chain, int committed)
{
	struct buf *next;

	kmutex_enter(bcache.lock);
	for (struct buf *b = chain; b != NULL; b = next) {
		next = b->io_next;
		b->flags &= ~(uint32_t)(BUF_LOGGED | BUF_BUSY);
		if (!committed)
			buf_mark_clean(b);
		buf_settle(b);
	}
	kmutex_exit(bcache.lock);
}

struct transfer_done {
	int over, error;
};

static void
transfer_over(void *arg, size_t bytes, int error)
{
	struct transfer_done *t = arg;

	(void)bytes;
	kmutex_enter(bcache.lock);
	t->error = error;
	t->over = 1;
	kcond_broadcast(bcache.released);
	kmutex_exit(bcache.lock);
}

int
bdev_transfer(struct bdev *d, int op, void *data, uint32_t bytes, uint64_t blkno)
{
	struct transfer_done t = {0, 0};
	uint64_t before;

	kmutex_enter(bcache.lock);
	before = d->written;
	kmutex_exit(bcache.lock);
	rumpuser_bio(d->fd, op, data, bytes, (int64_t)(blkno * d->bsize), transfer_over, &t);
	kmutex_enter(bcache.lock);
	while (!t.over)
		kcond_wait(bcache.released, bcache.lock);
	if (t.error == 0 && op == RUMPUSER_BIO_WRITE)
		d->written++;
	if (t.error == 0 && (op & RUMPUSER_BIO_SYNC) && d->stable < before)
		d->stable = before;
	kmutex_exit(bcache.lock);
	return t.error;
}

int
bdev_unstable(struct bdev *d)
{
	int unstable;

	kmutex_enter(bcache.lock);
	unstable = d->written != d->stable;
	kmutex_exit(bcache.lock);
	return unstable;
}

int
bdev_lost(struct bdev *d)
{
	int lost;

	kmutex_enter(bcache.lock);
	lost = d->lost;
	kmutex_exit(bcache.lock);
	return lost;
}
