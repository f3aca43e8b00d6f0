/*
 * Read/write locks.
 *
 * The word: bit 0 = who has it is a writer, bit 1 = threads wait, the rest counts who has it. While
 * nobody waits, every move is one compare and exchange. While bit 1 is set, the word changes only
 * under the lock, and bit 1 is set exactly while the queue holds someone: whoever leaves hands over
 * to the oldest waiter and, if that is a reader, to all readers directly behind it. Newcomers line
 * up, so neither side starves.
 *
 * The first to come and the last to go are what nearly every move is: they are tried before anything is looked at. So that they are
 * the same few instructions for both kinds, each notes its lwp and takes the note away; it means something while a writer has the lock.
 */
#include <abi/err.h>

#include "hyp.h"
#include "qlock.h"
#include "waitq.h"

#define WRITTEN  1u
#define WAITED   2u
#define ONE      4u /* who has it */

_Static_assert(RUMPUSER_RW_WRITER == WRITTEN, "rw_enter");

struct rumpuser_rw {
	atomic_uint word;
	struct qlock lock;
	struct waitq queue;           /* guarded by lock; kind = enum rumprwlock */
	_Atomic(struct lwp *) owner;  /* written only by who has it; a writer's lwp, or NULL at his beginning and end */
};

void
rumpuser_rw_init(struct rumpuser_rw **rwp)
{
	void *mem;

	if (rumpuser_malloc(sizeof(struct rumpuser_rw), 0, &mem) != 0)
		bridge_stop("no memory for a lock");
	*rwp = mem;
	atomic_init(&(*rwp)->word, 0);
	atomic_init(&(*rwp)->lock.word, QLOCK_FREE);
	(*rwp)->queue = (struct waitq){NULL, NULL};
	atomic_init(&(*rwp)->owner, NULL);
}

void
rumpuser_rw_destroy(struct rumpuser_rw *rw)
{
	if (atomic_load(&rw->word) != 0)
		bridge_stop("a lock is destroyed while somebody has it");
	/* Whoever left last may still be on its way out of the lock. */
	qlock_enter(&rw->lock);
	qlock_exit(&rw->lock);
	rumpuser_free(rw, sizeof(*rw));
}

static int
move(struct rumpuser_rw *rw, unsigned *from, unsigned to)
{
	return atomic_compare_exchange_weak(&rw->word, from, to);
}

static void
own(struct rumpuser_rw *rw)
{
	atomic_store_explicit(&rw->owner, hyp_curlwp, memory_order_relaxed);
}

/* Whether somebody may come in, nobody having waited before; and the word with him inside. */
static int
admits(unsigned word, int lk)
{
	return lk == RUMPUSER_RW_WRITER ? (word & ~WAITED) == 0 : (word & WRITTEN) == 0;
}

static unsigned
with(unsigned word, int lk)
{
	return word + ONE + (unsigned)lk;
}

static int
try(struct rumpuser_rw *rw, int lk)
{
	unsigned word = atomic_load(&rw->word);

	while (!(word & WAITED) && admits(word, lk)) {
		if (move(rw, &word, with(word, lk)))
			return 1;
	}
	return 0;
}

/* Lines up; or comes in after all if the lock was left meanwhile. Result: 1 if w is to be
 * waited for. */
static int
line_up(struct rumpuser_rw *rw, struct waiter *w, int lk)
{
	unsigned word;
	int wait = 1;

	qlock_enter(&rw->lock);
	word = atomic_fetch_or(&rw->word, WAITED);
	if (!(word & WAITED) && admits(word, lk)) {
		atomic_store(&rw->word, with(word, lk));
		wait = 0;
	} else {
		waitq_add(&rw->queue, w, lk);
	}
	qlock_exit(&rw->lock);
	return wait;
}

/* The lock is held and word is the new word but for WAITED. Lets in who may come in, and
 * writes the word. Result: those to be woken. */
static struct waiter *
hand_over(struct rumpuser_rw *rw, unsigned word)
{
	struct waitq in = {NULL, NULL};
	struct waiter *w;

	while ((w = rw->queue.first) != NULL && admits(word, w->kind)) {
		word = with(word, w->kind);
		waitq_take(&rw->queue);
		w->next = NULL;
		if (in.first == NULL)
			in.first = w;
		else
			in.last->next = w;
		in.last = w;
	}
	atomic_store(&rw->word, word | (waitq_empty(&rw->queue) ? 0 : WAITED));
	return in.first;
}

static __attribute__((noinline)) void
enter_slow(int lk, struct rumpuser_rw *rw)
{
	struct waiter w;

	if (!try(rw, lk)) {
		int nlocks = hyp_unschedule(NULL);

		if (line_up(rw, &w, lk))
			waiter_wait(&w, BRIDGE_FOREVER);
		hyp_schedule(nlocks, NULL);
	}
	own(rw);
}

void
rumpuser_rw_enter(int lk, struct rumpuser_rw *rw)
{
	unsigned none = 0;

	if (atomic_compare_exchange_strong(&rw->word, &none, with(0, lk)))
		own(rw);
	else
		enter_slow(lk, rw);
}

int
rumpuser_rw_tryenter(int lk, struct rumpuser_rw *rw)
{
	if (!try(rw, lk))
		return EBUSY;
	own(rw);
	return 0;
}

/* Changes the word by hand of the one that has it: from what it is to what change makes of it. */
static __attribute__((noinline)) void
leave(struct rumpuser_rw *rw, unsigned (*change)(unsigned))
{
	unsigned word = atomic_load(&rw->word);
	struct waiter *woken;

	while (!(word & WAITED)) {
		if (move(rw, &word, change(word)))
			return;
	}
	qlock_enter(&rw->lock);
	word = atomic_load(&rw->word);
	/* If the last waiter has gone in meanwhile, the word may change under our hands again. */
	while (!(word & WAITED)) {
		if (move(rw, &word, change(word))) {
			qlock_exit(&rw->lock);
			return;
		}
	}
	woken = hand_over(rw, change(word & ~WAITED));
	qlock_exit(&rw->lock);
	waiter_wake_list(woken);
}

static unsigned
left(unsigned word)
{
	return (word & ~WRITTEN) - ONE;
}

static unsigned
downgraded(unsigned word)
{
	return word & ~WRITTEN;
}

void
rumpuser_rw_exit(struct rumpuser_rw *rw)
{
	unsigned alone = atomic_load_explicit(&rw->word, memory_order_relaxed);

	atomic_store_explicit(&rw->owner, NULL, memory_order_relaxed);
	if (alone & ~(WRITTEN | ONE) || !atomic_compare_exchange_strong(&rw->word, &alone, 0))
		leave(rw, left);
}

void
rumpuser_rw_downgrade(struct rumpuser_rw *rw)
{
	leave(rw, downgraded);
}

int
rumpuser_rw_tryupgrade(struct rumpuser_rw *rw)
{
	unsigned one = ONE;

	if (!atomic_compare_exchange_strong(&rw->word, &one, ONE | WRITTEN))
		return EBUSY;
	own(rw);
	return 0;
}

void
rumpuser_rw_held(int lk, struct rumpuser_rw *rw, int *heldp)
{
	unsigned word = atomic_load(&rw->word);

	if (lk == RUMPUSER_RW_WRITER)
		*heldp = (word & WRITTEN) &&
		         atomic_load_explicit(&rw->owner, memory_order_relaxed) == hyp_curlwp;
	else
		*heldp = word >= ONE && !(word & WRITTEN);
}
