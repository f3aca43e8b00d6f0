/*
 * The buffer cache's transfers. Neighbours go in one transfer through a bounce buffer; a single
 * block goes from where it lies. Transfers are asynchronous: biodone, on a thread of the host,
 * gives the buffers back.
 */
#include "buf.h"
#include "journal.h"
#include "op.h"

#define BATCH_BUFS   256 /* dirty buffers that one round of write-back takes */
#define WRITE_TRIES  5   /* how often a block is written that cannot be */
#define DIRTY_ROUNDS 5   /* rounds of write-back that a dirty buffer may wait */

/*
 * The cache's lock is held. What cannot be written stays dirty and is tried again, but not for
 * ever.
 */
static void
buf_written(struct buf *b, int error)
{
	b->failures = error == 0 ? 0 : b->failures + 1;
	if (error != 0 && b->failures < WRITE_TRIES)
		return;
	buf_mark_clean(b);
	if (error == 0)
		return;
	b->failures = 0;
	b->flags &= ~(uint32_t)BUF_VALID;
	b->dev->lost = 1;
}

/* The cache's lock is held. One buffer of a transfer that is over. */
static void
buf_transferred(struct buf *b, int op, int error)
{
	b->flags &= ~(uint32_t)BUF_IO;
	b->error = error;
	if (op == RUMPUSER_BIO_READ && error == 0)
		b->flags |= BUF_VALID;
	if (op != RUMPUSER_BIO_READ)
		buf_written(b, error);
	if (b->flags & BUF_ASYNC) {
		b->flags &= ~(uint32_t)(BUF_ASYNC | BUF_BUSY);
		buf_settle(b);
	} else {
		kcond_broadcast(bcache.released);
	}
}

static void
bounce_back(struct buf *first)
{
	size_t at = 0;

	for (struct buf *b = first; b != NULL; b = b->io_next) {
		memcpy(b->data, first->io_bounce + at, b->size);
		at += b->size;
	}
}

/* The cache's lock is held. */
static void
write_over(struct bdev *d, int op, int error, struct io_batch *batch)
{
	if (error != 0 && !d->complained) {
		kprintf("%s: a write failed with error %d; it will be tried again\n", d->key, error);
		d->complained = 1;
	}
	if (error == 0 && !(op & RUMPUSER_BIO_SYNC))
		d->written++;
	if (batch == NULL)
		return;
	if (error != 0 && batch->error == 0)
		batch->error = error;
	if (--batch->pending == 0)
		kcond_broadcast(bcache.released);
}

static void
biodone(void *arg, size_t bytes, int error)
{
	struct buf *first = arg, *next;
	uint8_t *bounce = first->io_bounce;
	uint32_t length = first->io_bytes;
	int op = first->io_op;

	if (error == 0 && bytes != length)
		error = EIO;
	if (op == RUMPUSER_BIO_READ && bounce != NULL && error == 0)
		bounce_back(first);
	kmutex_enter(bcache.lock);
	if (op != RUMPUSER_BIO_READ)
		write_over(first->dev, op, error, first->io_batch);
	for (struct buf *b = first; b != NULL; b = next) {
		next = b->io_next;
		buf_transferred(b, op, error);
	}
	kmutex_exit(bcache.lock);
	if (bounce != NULL)
		kmem_free(bounce, length);
}

static void
transfer(struct buf *first, unsigned n, int op, uint8_t *bounce, struct io_batch *batch)
{
	first->io_bounce = bounce;
	first->io_bytes = n * first->size;
	first->io_op = op;
	first->io_batch = batch;
	rumpuser_bio(first->dev->fd, op, bounce != NULL ? bounce : first->data, first->io_bytes,
	             (int64_t)(first->blkno * first->size), biodone, first);
}

/* No memory for a bounce buffer: one by one. */
static void
transfer_singly(struct buf *first, int op, struct io_batch *batch)
{
	struct buf *next;

	for (struct buf *b = first; b != NULL; b = next) {
		next = b->io_next;
		b->io_next = NULL;
		if (batch != NULL && b != first) {
			kmutex_enter(bcache.lock);
			batch->pending++;
			kmutex_exit(bcache.lock);
		}
		transfer(b, 1, op, NULL, batch);
	}
}

void
io_start(struct buf *first, int op, struct io_batch *batch)
{
	uint8_t *bounce;
	unsigned n = 0;
	size_t at = 0;

	for (struct buf *b = first; b != NULL; b = b->io_next)
		n++;
	if (n == 1) {
		transfer(first, 1, op, NULL, batch);
		return;
	}
	bounce = kmem_alloc(n * (size_t)first->size);
	if (bounce == NULL) {
		transfer_singly(first, op, batch);
		return;
	}
	for (struct buf *b = first; b != NULL && op != RUMPUSER_BIO_READ; b = b->io_next) {
		memcpy(bounce + at, b->data, b->size);
		at += b->size;
	}
	transfer(first, n, op, bounce, batch);
}

/*
 * The cache's lock is held. Chains the blocks behind b that are not there, as far as memory goes
 * without waiting.
 */
static void
chain_ahead(struct buf *b, unsigned ahead)
{
	unsigned most = IO_MAX / b->size - 1;

	for (unsigned i = 0; i < ahead && i < most; i++) {
		struct buf *next;

		if ((b->blkno + 2) * b->size > b->dev->size || buf_take_idle(b->dev, b->blkno + 1, &next) != 0)
			break;
		next->flags |= BUF_IO | BUF_ASYNC;
		next->io_next = NULL;
		b->io_next = next;
		b = next;
	}
}

static int
io_wait(struct buf *b)
{
	int e;

	kmutex_enter(bcache.lock);
	while (b->flags & BUF_IO)
		kcond_wait(bcache.released, bcache.lock);
	e = b->error;
	kmutex_exit(bcache.lock);
	return e;
}

int
buf_read(struct bdev *d, uint64_t blkno, unsigned ahead, struct buf **bp)
{
	struct buf *b;
	int e;

	if ((blkno + 1) * d->bsize > d->size)
		return EIO;
	e = buf_get(d, blkno, &b);
	if (e != 0)
		return e;
	*bp = b;
	if (b->flags & BUF_VALID)
		return 0;
	kmutex_enter(bcache.lock);
	b->flags |= BUF_IO;
	b->io_next = NULL;
	if (ahead > 0)
		chain_ahead(b, ahead);
	kmutex_exit(bcache.lock);
	io_start(b, RUMPUSER_BIO_READ, NULL);
	e = io_wait(b);
	if (e != 0)
		buf_release(b);
	return e;
}

void
buf_read_ahead(struct bdev *d, uint64_t blkno, unsigned n)
{
	struct buf *b;

	if (n == 0 || (blkno + 1) * d->bsize > d->size)
		return;
	kmutex_enter(bcache.lock);
	if (buf_take_idle(d, blkno, &b) != 0) {
		kmutex_exit(bcache.lock);
		return;
	}
	b->flags |= BUF_IO | BUF_ASYNC;
	b->io_next = NULL;
	chain_ahead(b, n - 1);
	kmutex_exit(bcache.lock);
	io_start(b, RUMPUSER_BIO_READ, NULL);
}

static int
before(const struct buf *a, const struct buf *b)
{
	return a->dev != b->dev ? a->dev < b->dev : a->blkno < b->blkno;
}

static struct buf *
chain_merge(struct buf *a, struct buf *b)
{
	struct buf *first = NULL, **at = &first;

	while (a != NULL && b != NULL) {
		struct buf **from = before(a, b) ? &a : &b;

		*at = *from;
		*from = (*from)->io_next;
		at = &(*at)->io_next;
	}
	*at = a != NULL ? a : b;
	return first;
}

/* By merging; the depth of the recursion is the logarithm of n. */
struct buf *
buf_chain_sort(struct buf *chain, unsigned n)
{
	struct buf *middle = chain, *second;

	if (n < 2)
		return chain;
	for (unsigned i = 1; i < n / 2; i++)
		middle = middle->io_next;
	second = middle->io_next;
	middle->io_next = NULL;
	return chain_merge(buf_chain_sort(chain, n / 2), buf_chain_sort(second, n - n / 2));
}

static void
batch_wait(struct io_batch *batch)
{
	kmutex_enter(bcache.lock);
	while (batch->pending > 0)
		kcond_wait(bcache.released, bcache.lock);
	kmutex_exit(bcache.lock);
}

/*
 * Writes a sorted chain in transfers of neighbours. They are BUF_ASYNC: given back as each is
 * over.
 */
static void
chain_write(struct buf *chain, struct io_batch *batch)
{
	while (chain != NULL) {
		struct buf *first = chain, *last = chain;
		unsigned n = 1;

		while (last->io_next != NULL && last->io_next->dev == last->dev && n < IO_MAX / first->size &&
		       last->io_next->blkno == last->blkno + 1) {
			last = last->io_next;
			n++;
		}
		chain = last->io_next;
		last->io_next = NULL;
		kmutex_enter(bcache.lock);
		batch->pending++;
		kmutex_exit(bcache.lock);
		io_start(first, RUMPUSER_BIO_WRITE, batch);
	}
}

struct choice { /* which dirty buffers */
	struct bdev *dev;   /* NULL: of all */
	uint32_t owner;     /* BUF_OWNER_META: of all */
	int only_data;
	uint64_t until;     /* dirty since then or longer */
	unsigned most;
};

static int
chosen(const struct buf *b, const struct choice *c)
{
	if (b->flags & BUF_LOGGED)
		return 0;
	if (c->only_data && b->owner == BUF_OWNER_META)
		return 0;
	return (c->dev == NULL || b->dev == c->dev) &&
	       (c->owner == BUF_OWNER_META || b->owner == BUF_OWNER_META || b->owner == c->owner);
}

/*
 * The cache's lock is held. Takes chosen buffers that nobody has. *left: how many were busy or
 * pinned.
 */
static struct buf *
chain_take(const struct choice *c, unsigned *np, unsigned *left)
{
	struct buf *chain = NULL;

	*np = *left = 0;
	for (struct link *l = bcache.dirty.next; l != &bcache.dirty && *np < c->most; l = l->next) {
		struct buf *b = container_of(l, struct buf, dirty);

		if (b->dirtied > c->until)
			break;
		if (!chosen(b, c))
			continue;
		if ((b->flags & BUF_BUSY) || b->pins > 0) {
			b->wanted = 1;
			++*left;
			continue;
		}
		b->flags |= BUF_BUSY | BUF_IO | BUF_ASYNC;
		b->io_next = chain;
		chain = b;
		++*np;
	}
	return chain;
}

/* The barrier's block, BUSY, with no operation's changes that are not recorded yet. */
static int
barrier_buffer(struct bdev *d, struct buf **bp)
{
	int e;

	ops_stop();
	e = buf_read(d, d->barrier_block, 0, bp);
	ops_go();
	return e;
}

/* Writes a block again, so that with it everything that was written before becomes stable. */
static int
barrier(struct bdev *d)
{
	struct io_batch batch = {1, 0};
	struct buf *b;
	uint64_t before;
	int e = barrier_buffer(d, &b);

	if (e != 0)
		return e;
	kmutex_enter(bcache.lock);
	before = d->written;
	b->flags |= BUF_IO | BUF_ASYNC;
	b->io_next = NULL;
	kmutex_exit(bcache.lock);
	io_start(b, RUMPUSER_BIO_WRITE | RUMPUSER_BIO_SYNC, &batch);
	batch_wait(&batch);
	kmutex_enter(bcache.lock);
	if (batch.error == 0 && d->stable < before)
		d->stable = before;
	kmutex_exit(bcache.lock);
	return batch.error;
}

/*
 * One round of a flush. No operation is going on while buffers are chosen, so none of them is
 * pinned, and whoever has one busy gives it back without waiting for an operation. Result: whether
 * anything was left to do.
 */
static int
flush_round(const struct choice *c, struct io_batch *batch)
{
	struct buf *chain;
	unsigned n, left;

	ops_stop();
	kmutex_enter(bcache.lock);
	while ((chain = chain_take(c, &n, &left)) == NULL && left > 0)
		kcond_wait(bcache.released, bcache.lock);
	kmutex_exit(bcache.lock);
	ops_go();
	chain_write(buf_chain_sort(chain, n), batch);
	batch_wait(batch);
	return n > 0;
}

int
buf_flush(struct bdev *d, uint32_t owner)
{
	struct io_batch batch = {0, 0};
	struct choice c = {.dev = d, .owner = owner, .most = ~0u};
	int unstable, e;

	if (d->journal != NULL)
		return journal_commit(d->journal);
	kmutex_enter(bcache.lock);
	c.until = bcache.clock;
	kmutex_exit(bcache.lock);
	while (batch.error == 0 && flush_round(&c, &batch))
		;
	if (batch.error != 0)
		return batch.error;
	kmutex_enter(bcache.lock);
	unstable = d->written != d->stable;
	e = d->lost ? EIO : 0;
	kmutex_exit(bcache.lock);
	if (e == 0 && unstable)
		e = barrier(d);
	return e;
}

int
buf_write_all(struct bdev *d, int only_data)
{
	struct io_batch batch = {0, 0};
	struct choice c = {.dev = d, .owner = BUF_OWNER_META, .only_data = only_data, .until = ~0ull, .most = ~0u};

	while (batch.error == 0 && flush_round(&c, &batch))
		;
	return batch.error;
}

void
buf_write_back(void)
{
	/* the cache's clock at the last rounds; the only user is the write-back thread */
	static uint64_t seen[DIRTY_ROUNDS];
	struct io_batch batch = {0, 0};
	struct choice c = {.owner = BUF_OWNER_META, .most = BATCH_BUFS};
	struct buf *chain;
	unsigned n, left;

	kmutex_enter(bcache.lock);
	c.until = bcache.short_of_memory || bcache.dirty_bytes > bcache.limit / 4 ? bcache.clock : seen[0];
	memmove(&seen[0], &seen[1], sizeof(seen) - sizeof(seen[0]));
	seen[DIRTY_ROUNDS - 1] = bcache.clock;
	chain = chain_take(&c, &n, &left);
	kmutex_exit(bcache.lock);
	chain_write(buf_chain_sort(chain, n), &batch);
	batch_wait(&batch);
}
