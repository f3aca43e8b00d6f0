/*
 * Condition variables. A waiter is in the queue before the thread gives up its rump CPU and the
 * mutex, so a signal that comes at any moment after that finds it: also one from the rump
 * kernel's scheduler, which holds only the CPU.
 */
#include <abi/err.h>

#include "hyp.h"
#include "mutex.h"
#include "waitq.h"

struct rumpuser_cv {
	struct qlock lock;
	struct waitq queue;  /* guarded by lock */
	atomic_int waiters;  /* length of queue; written under lock, read without to see that there is nothing to do */
};

void
rumpuser_cv_init(struct rumpuser_cv **cvp)
{
	void *mem;

	if (rumpuser_malloc(sizeof(struct rumpuser_cv), 0, &mem) != 0)
		bridge_stop("no memory for a condition variable");
	*cvp = mem;
	atomic_init(&(*cvp)->lock.word, QLOCK_FREE);
	(*cvp)->queue = (struct waitq){NULL, NULL};
	atomic_init(&(*cvp)->waiters, 0);
}

void
rumpuser_cv_destroy(struct rumpuser_cv *cv)
{
	/* Whoever signalled last may still be leaving the lock. */
	qlock_enter(&cv->lock);
	if (!waitq_empty(&cv->queue))
		bridge_stop("a condition variable is destroyed while somebody waits");
	qlock_exit(&cv->lock);
	rumpuser_free(cv, sizeof(*cv));
}

static void
cv_queue(struct rumpuser_cv *cv, struct waiter *w)
{
	qlock_enter(&cv->lock);
	waitq_add(&cv->queue, w, 0);
	atomic_fetch_add(&cv->waiters, 1);
	qlock_exit(&cv->lock);
}

/* The time is over: leaves the queue. Result: 0 if a signal was quicker. */
static int
cv_withdraw(struct rumpuser_cv *cv, struct waiter *w)
{
	int there;

	qlock_enter(&cv->lock);
	there = waitq_remove(&cv->queue, w);
	if (there)
		atomic_fetch_sub(&cv->waiters, 1);
	qlock_exit(&cv->lock);
	return there;
}

static int
cv_sleep(struct rumpuser_cv *cv, struct waiter *w, uint64_t until)
{
	if (!waiter_wait(w, until))
		return 0;
	if (cv_withdraw(cv, w))
		return ETIMEDOUT;
	waiter_wait(w, BRIDGE_FOREVER);
	return 0;
}

/*
 * Takes the mutex and a rump CPU again. A KMUTEX that spins must not be held while waiting for a
 * CPU, since its other takers keep theirs. Any other is taken first; the scheduler's own mutex is
 * handed to the upcall, which releases it.
 */
static void
cv_reschedule(struct rumpuser_mtx *m, int nlocks)
{
	const int both = RUMPUSER_MTX_SPIN | RUMPUSER_MTX_KMUTEX;

	if ((m->flags & both) == both) {
		hyp_schedule(nlocks, m);
		mutex_take(m);
	} else {
		mutex_take(m);
		hyp_schedule(nlocks, m);
	}
}

static int
cv_wait_until(struct rumpuser_cv *cv, struct rumpuser_mtx *m, uint64_t until)
{
	struct waiter w;
	int nlocks, e;

	cv_queue(cv, &w);
	nlocks = hyp_unschedule(m);
	mutex_leave(m);
	e = cv_sleep(cv, &w, until);
	cv_reschedule(m, nlocks);
	return e;
}

void
rumpuser_cv_wait(struct rumpuser_cv *cv, struct rumpuser_mtx *m)
{
	cv_wait_until(cv, m, BRIDGE_FOREVER);
}

int
rumpuser_cv_timedwait(struct rumpuser_cv *cv, struct rumpuser_mtx *m, int64_t sec, int64_t nsec)
{
	return cv_wait_until(cv, m, hyp_after(sec, nsec));
}

void
rumpuser_cv_wait_nowrap(struct rumpuser_cv *cv, struct rumpuser_mtx *m)
{
	struct waiter w;

	cv_queue(cv, &w);
	mutex_leave(m);
	cv_sleep(cv, &w, BRIDGE_FOREVER);
	mutex_take(m);
}

void
rumpuser_cv_signal(struct rumpuser_cv *cv)
{
	struct waiter *w;

	if (atomic_load(&cv->waiters) == 0)
		return;
	qlock_enter(&cv->lock);
	w = waitq_take(&cv->queue);
	if (w != NULL)
		atomic_fetch_sub(&cv->waiters, 1);
	qlock_exit(&cv->lock);
	if (w != NULL)
		waiter_wake(w);
}

void
rumpuser_cv_broadcast(struct rumpuser_cv *cv)
{
	struct waiter *all;

	if (atomic_load(&cv->waiters) == 0)
		return;
	qlock_enter(&cv->lock);
	all = waitq_take_all(&cv->queue);
	atomic_store(&cv->waiters, 0);
	qlock_exit(&cv->lock);
	waiter_wake_list(all);
}

void
rumpuser_cv_has_waiters(struct rumpuser_cv *cv, int *waitersp)
{
	*waitersp = atomic_load(&cv->waiters);
}
