/*
 * Block requests. A bio goes to the block server in pieces of at most 64 KiB, each with a slot of
 * the ring and pages of the session buffer; a slot's number is its request's id, so there are
 * never more requests than slots and neither side of the ring overflows. The caller copies the
 * data of a write in and kicks; the block thread takes completions, copies the data of a read
 * out, and calls biodone on a rump CPU.
 *
 *   issuing -> pieces in flight -> finished                        a read, or a write that may be lost with the power
 *   issuing -> pieces in flight -> flush wanted -> flushing -> finished    a write with SYNC
 *
 * One flush is in flight at most, in a slot of its own, and serves every bio that wanted one
 * before it was issued: their pieces have completed by then, and that is what a flush makes
 * stable. Whoever finds no slot or no pages waits, off the rump CPU, until something completes.
 *
 * The server is not trusted with more than the data: ids that are not in flight, and counts that
 * cannot be, stop the component.
 */
#include "bio.h"

#include <abi/err.h>
#include <lib/string.h>

#include "hyp.h"
#include "qlock.h"
#include "space.h"
#include "waitq.h"

#define PIECE_MAX  65536UL
#define FLUSH_SLOT (BLK_RING_SLOTS - 1)
#define PIECES     FLUSH_SLOT /* slots for data */
#define BUFFER_PAGES 257      /* the ring, and 1 MiB of data */

struct bio {
	struct bio *next;
	uint8_t *data;
	size_t len;
	int op;                   /* RUMPUSER_BIO_* */
	unsigned pending;         /* pieces that have not completed */
	int error;                /* of the first piece that failed */
	rump_biodone_fn done;
	void *donearg;
};

struct piece { /* free if bio is NULL */
	struct bio *bio;
	uint8_t *data;
	size_t len;
	unsigned page;            /* first page of its data in the buffer, counted behind the ring */
};

struct bio_list {
	struct bio *first;
};

static struct qlock lock; /* guards everything below */
static struct bridge_disk disk;
static int opened;
static struct space space;
static struct bio bios[BLK_RING_SLOTS];
static struct bio_list unused; /* of bios */
static struct piece pieces[PIECES];
static unsigned hint;     /* where the search for a free piece begins */
static struct waitq waiting; /* for a bio, a piece or pages */
static struct blk_client_ring ring;
static int flush_in_flight;
static struct bio_list flush_wanted, flushing, finished;

static void
list_add(struct bio_list *l, struct bio *b)
{
	b->next = l->first;
	l->first = b;
}

static struct bio *
list_take_all(struct bio_list *l)
{
	struct bio *all = l->first;

	l->first = NULL;
	return all;
}

/* lock is held. */
static int
open_locked(void)
{
	int e = bridge_disk_open(BUFFER_PAGES, &disk);

	if (e != 0)
		return e;
	blk_client_open(&ring, disk.ring, 0);
	space_init(&space, (unsigned)(disk.bytes / BRIDGE_PAGE) - 1);
	for (unsigned i = 0; i < BLK_RING_SLOTS; i++)
		list_add(&unused, &bios[i]);
	opened = 1;
	return 0;
}

int
bio_open(void)
{
	int e;

	qlock_enter(&lock);
	e = opened ? 0 : open_locked();
	qlock_exit(&lock);
	return e;
}

uint64_t
bio_size(void)
{
	return disk.sectors * BLK_SECTOR;
}

int
bio_readonly(void)
{
	return disk.readonly;
}

static unsigned
pages_for(size_t len)
{
	return (unsigned)((len + BRIDGE_PAGE - 1) / BRIDGE_PAGE);
}

static uint64_t
offset_of(unsigned page)
{
	return BRIDGE_PAGE * (1 + (uint64_t)page);
}

/* lock is held. A slot for each request means that there is always room. */
static void
ring_put(const struct blk_request *r)
{
	if (!blk_client_issue(&ring, r))
		bridge_stop("the block ring has more requests than slots");
}

/* lock is held. Result: number of a free piece, or -1. */
static int
piece_find(void)
{
	for (unsigned i = 0; i < PIECES; i++) {
		unsigned n = (hint + i) % PIECES;

		if (pieces[n].bio == NULL) {
			hint = n + 1;
			return (int)n;
		}
	}
	return -1;
}

static uint32_t
ring_op(const struct bio *b)
{
	return b->op & RUMPUSER_BIO_READ ? BLK_READ : BLK_WRITE;
}

struct issue { /* a piece to be issued */
	struct bio *bio;
	uint8_t *data;
	size_t len;
	uint64_t sector;
};

/* lock is held. Result: 0 if there is no room now. */
static int
piece_issue(void *arg)
{
	const struct issue *i = arg;
	uint32_t op = ring_op(i->bio);
	int n = piece_find(), page;

	if (n < 0)
		return 0;
	page = space_take(&space, pages_for(i->len));
	if (page < 0)
		return 0;
	if (op == BLK_WRITE)
		memcpy(disk.buffer + offset_of((unsigned)page), i->data, i->len);
	pieces[n] = (struct piece){i->bio, i->data, i->len, (unsigned)page};
	ring_put(&(struct blk_request){(uint64_t)n, op, (uint32_t)(i->len / BLK_SECTOR), i->sector,
	                               offset_of((unsigned)page)});
	return 1;
}

/* lock is held. Result: 0 if there is none now. */
static int
bio_take(void *arg)
{
	struct bio **bp = arg;

	*bp = unused.first;
	if (*bp != NULL)
		unused.first = (*bp)->next;
	return *bp != NULL;
}

static int
attempt(int (*try)(void *), void *arg, struct waiter *w)
{
	int done;

	qlock_enter(&lock);
	done = try(arg);
	if (!done && w != NULL)
		waitq_add(&waiting, w, 0);
	qlock_exit(&lock);
	return done;
}

/* Does what try does under the lock, if need be after a wait. The server knows of every
 * request that came before. */
static void
succeed(int (*try)(void *), void *arg)
{
	struct waiter w;
	int nlocks;

	if (attempt(try, arg, NULL))
		return;
	nlocks = hyp_unschedule(NULL);
	while (!attempt(try, arg, &w))
		waiter_wait(&w, BRIDGE_FOREVER);
	hyp_schedule(nlocks, NULL);
}

/* lock is held. One piece of the bio is over. */
static void
bio_piece_over(struct bio *b)
{
	if (--b->pending > 0)
		return;
	if ((b->op & RUMPUSER_BIO_SYNC) && b->error == 0)
		list_add(&flush_wanted, b);
	else
		list_add(&finished, b);
}

/* lock is held. */
static void
flush_issue(void)
{
	if (flush_in_flight || flush_wanted.first == NULL)
		return;
	flushing.first = list_take_all(&flush_wanted);
	flush_in_flight = 1;
	ring_put(&(struct blk_request){.id = FLUSH_SLOT, .op = BLK_FLUSH});
}

/* lock is held. */
static void
flush_over(int error)
{
	struct bio *b = list_take_all(&flushing), *next;

	if (!flush_in_flight)
		bridge_stop("the block server completed a flush that nobody wanted");
	flush_in_flight = 0;
	for (; b != NULL; b = next) {
		next = b->next;
		b->error = error;
		list_add(&finished, b);
	}
}

/* lock is held. */
static void
piece_over(const struct blk_completion *c)
{
	struct piece *p;

	if (c->id >= PIECES || pieces[c->id].bio == NULL)
		bridge_stop("the block server completed a request that is not in flight");
	p = &pieces[c->id];
	if (c->error == 0 && ring_op(p->bio) == BLK_READ)
		memcpy(p->data, disk.buffer + offset_of(p->page), p->len);
	if (c->error != 0 && p->bio->error == 0)
		p->bio->error = (int)c->error;
	space_give(&space, p->page, pages_for(p->len));
	bio_piece_over(p->bio);
	p->bio = NULL;
}

/* lock is held. */
static void
ring_take(void)
{
	uint32_t n = blk_client_pending(&ring);

	if (n == BLK_RING_BROKEN)
		bridge_stop("the block server counts more completions than it can have");
	while (n-- > 0) {
		struct blk_completion c;

		blk_client_take(&ring, &c);
		if (c.id == FLUSH_SLOT)
			flush_over((int)c.error);
		else
			piece_over(&c);
	}
}

/* Takes what has completed. Result: the bios that are finished. *kick: whether a flush was put
 * into the ring. */
static struct bio *
completions(int *kick)
{
	struct waiter *woken;
	struct bio *all;

	qlock_enter(&lock);
	ring_take();
	*kick = !flush_in_flight && flush_wanted.first != NULL;
	flush_issue();
	all = list_take_all(&finished);
	woken = waitq_take_all(&waiting);
	qlock_exit(&lock);
	waiter_wake_list(woken);
	return all;
}

static void
bio_put(struct bio *b)
{
	struct waiter *woken;

	qlock_enter(&lock);
	list_add(&unused, b);
	woken = waitq_take_all(&waiting);
	qlock_exit(&lock);
	waiter_wake_list(woken);
}

/* On a rump CPU. The data is not ours any more when done is called, and may be freed. */
static void
bios_done(struct bio *b)
{
	while (b != NULL) {
		struct bio own = *b;

		bio_put(b);
		own.done(own.donearg, own.error == 0 ? own.len : 0, own.error);
		b = own.next;
	}
}

void
bio_thread(void)
{
	int adopted = 0, kick;

	bridge_thread_raise();
	for (;;) {
		struct bio *b;

		bridge_disk_wait();
		b = completions(&kick);
		if (kick)
			bridge_disk_kick();
		if (b == NULL)
			continue;
		if (!adopted)
			hyp_adopt_thread();
		adopted = 1;
		hyp_schedule(0, NULL);
		bios_done(b);
		hyp_unschedule(NULL);
	}
}

void
rumpuser_bio(int fd, int op, void *data, size_t len, int64_t off, rump_biodone_fn done, void *donearg)
{
	struct bio *b;

	(void)fd;
	succeed(bio_take, &b);
	*b = (struct bio){NULL, data, len, op, (unsigned)((len + PIECE_MAX - 1) / PIECE_MAX), 0, done, donearg};
	/* With its last piece issued, the bio may be gone at any moment. */
	for (size_t at = 0; at < len; at += PIECE_MAX) {
		struct issue i = {b, (uint8_t *)data + at, len - at < PIECE_MAX ? len - at : PIECE_MAX,
		                  ((uint64_t)off + at) / BLK_SECTOR};

		succeed(piece_issue, &i);
		bridge_disk_kick();
	}
}
