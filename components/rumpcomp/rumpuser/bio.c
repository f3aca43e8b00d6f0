/*
 * Block requests. A bio goes to the block server in pieces of at most 64 KiB (pieces.c). The caller copies the data of a write in and
 * kicks; the block thread takes completions, copies the data of a read out, and calls biodone on a rump CPU.
 *
 *   issuing -> pieces in flight -> finished                        a read, or a write that may be lost with the power
 *   issuing -> pieces in flight -> flush wanted -> flushing -> finished    a write with SYNC
 *
 * One flush is in flight at most, in a slot of its own, and serves every bio that wanted one before it was issued: their pieces have
 * completed by then, and that is what a flush makes stable. Whoever finds no slot or no pages waits, off the rump CPU, until something
 * completes.
 *
 * The server carries requests out in any order. Who needs one holds a range: then his requests alone are in it.
 */
#include "bio.h"

#include <abi/err.h>

#include "file.h"
#include "hyp.h"
#include "pieces.h"
#include "qlock.h"
#include "waitq.h"

struct range {
	uint64_t from, to; /* bytes of the device; to = 0: none */
};

struct bio {
	struct bio *next;
	uint64_t number;          /* bios are counted as they come; 0: not in use */
	struct range range;
	uint8_t *data;
	int op;                   /* RUMPUSER_BIO_* */
	unsigned pending;         /* pieces that have not completed */
	int error;                /* of the first piece that failed */
	rump_biodone_fn done;
	void *donearg;
};

struct bio_list {
	struct bio *first;
};

static struct qlock lock; /* guards everything below, and the pieces */
static int opened;
static struct bio bios[BLK_RING_SLOTS];
static struct bio_list unused; /* of bios */
static uint64_t counted;       /* bios that have come */
static struct range held;
static struct waitq waiting;   /* for a bio, a piece, pages, a range */
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
	int e = pieces_open();

	if (e != 0)
		return e;
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
	return pieces_disk()->sectors * BLK_SECTOR;
}

int
bio_readonly(void)
{
	return pieces_disk()->readonly;
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

/* Does what try does under the lock, if need be after a wait. The server knows of every request that came before. */
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

static int
overlap(const struct range *a, const struct range *b)
{
	return a->from < b->to && b->from < a->to;
}

struct taking {
	struct bio *bio;
	const struct bio *as; /* what it is to be */
	int holder;           /* the range is held for it */
};

/* lock is held. Result: 0 if there is none now, or somebody holds its range. */
static int
bio_take(void *arg)
{
	struct taking *t = arg;
	struct bio *b = unused.first;

	if (b == NULL || (!t->holder && overlap(&held, &t->as->range)))
		return 0;
	unused.first = b->next;
	*b = *t->as;
	b->number = ++counted;
	t->bio = b;
	return 1;
}

struct issue {
	struct piece piece;
	uint64_t sector;
};

static int
issue(void *arg)
{
	const struct issue *i = arg;

	return piece_issue(&i->piece, i->sector);
}

/* lock is held. Result: whether the server must be kicked. */
static int
flush_issue(void)
{
	if (flush_in_flight || flush_wanted.first == NULL)
		return 0;
	flushing.first = list_take_all(&flush_wanted);
	flush_in_flight = 1;
	piece_flush();
	return 1;
}

/* A bio without pieces: nothing but a flush. */
static void
flush_want(struct bio *b)
{
	int kick;

	qlock_enter(&lock);
	list_add(&flush_wanted, b);
	kick = flush_issue();
	qlock_exit(&lock);
	if (kick)
		bridge_disk_kick();
}

/* Begins a bio. With its last piece issued, it may be gone at any moment. */
static void
bio_begin(const struct bio *as, int holder)
{
	struct taking t = {NULL, as, holder};
	uint64_t from = as->range.from, len = as->range.to - from;

	succeed(bio_take, &t);
	if (len == 0)
		flush_want(t.bio);
	for (uint64_t at = 0; at < len; at += PIECE_MAX) {
		struct issue i = {{t.bio, as->op & RUMPUSER_BIO_READ ? BLK_READ : BLK_WRITE, as->data + at,
		                   len - at < PIECE_MAX ? len - at : PIECE_MAX, 0}, (from + at) / BLK_SECTOR};

		succeed(issue, &i);
		bridge_disk_kick();
	}
}

/* lock is held. */
void
bio_piece_over(struct bio *b, int error)
{
	if (b->error == 0)
		b->error = error;
	if (--b->pending > 0)
		return;
	if ((b->op & RUMPUSER_BIO_SYNC) && b->error == 0)
		list_add(&flush_wanted, b);
	else
		list_add(&finished, b);
}

/* lock is held. */
void
bio_flush_over(int error)
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

/* Takes what has completed. Result: the bios that are finished. *kick: whether a flush was put into the ring. */
static struct bio *
completions(int *kick)
{
	struct waiter *woken;
	struct bio *all;

	qlock_enter(&lock);
	pieces_take();
	*kick = flush_issue();
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
	b->number = 0;
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
		own.done(own.donearg, own.error == 0 ? own.range.to - own.range.from : 0, own.error);
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

static void
begin(int op, void *data, size_t len, uint64_t at, rump_biodone_fn done, void *donearg, int holder)
{
	struct bio as = {.range = {at, at + len}, .data = data, .op = op, .done = done, .donearg = donearg,
	                 .pending = (unsigned)((len + PIECE_MAX - 1) / PIECE_MAX)};

	bio_begin(&as, holder);
}

/* Result: 0, or what is wrong with a request. */
static int
refusal(int fd, int op, size_t len, int64_t off)
{
	const struct file *f = file_of(fd);
	int reading = op & RUMPUSER_BIO_READ, writing = op & RUMPUSER_BIO_WRITE;

	if (f == NULL || !f->device || (writing && (f->flags & RUMPUSER_OPEN_ACCMODE) == RUMPUSER_OPEN_RDONLY))
		return EBADF;
	if (!reading == !writing || len == 0 || len % BLK_SECTOR != 0 || off < 0 || off % BLK_SECTOR != 0)
		return EINVAL;
	return (uint64_t)off > f->bytes || len > f->bytes - (uint64_t)off ? ENOSPC : 0;
}

void
rumpuser_bio(int fd, int op, void *data, size_t len, int64_t off, rump_biodone_fn done, void *donearg)
{
	int e = refusal(fd, op, len, off);

	if (e != 0)
		done(donearg, 0, e);
	else
		begin(op, data, len, (uint64_t)off, done, donearg, 0);
}

void
bio_held(int op, void *data, size_t len, uint64_t at, rump_biodone_fn done, void *donearg)
{
	begin(op, data, len, at, done, donearg, 1);
}

/* lock is held. Result: 0 if another holds one. */
static int
hold_take(void *arg)
{
	if (held.to != 0)
		return 0;
	held = *(const struct range *)arg;
	return 1;
}

/* lock is held. Result: 0 while something that came before is in flight there. */
static int
hold_clear(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < BLK_RING_SLOTS; i++) {
		if (bios[i].number != 0 && overlap(&bios[i].range, &held))
			return 0;
	}
	return 1;
}

void
bio_hold(uint64_t from, uint64_t to)
{
	struct range r = {from, to};

	succeed(hold_take, &r);
	succeed(hold_clear, NULL);
}

void
bio_release(void)
{
	struct waiter *woken;

	qlock_enter(&lock);
	held.to = 0;
	woken = waitq_take_all(&waiting);
	qlock_exit(&lock);
	waiter_wake_list(woken);
}

/* lock is held. *arg: how many bios had come when somebody began to wait; 0 at first. */
static int
older_over(void *arg)
{
	uint64_t *come = arg;

	if (*come == 0)
		*come = counted;
	for (unsigned i = 0; i < BLK_RING_SLOTS; i++) {
		if (bios[i].number != 0 && bios[i].number <= *come)
			return 0;
	}
	return 1;
}

void
bio_barrier(void)
{
	uint64_t come = 0;

	succeed(older_over, &come);
}
