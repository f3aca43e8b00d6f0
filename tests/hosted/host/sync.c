/*
 * Mutexes, read/write locks and condition variables on pthreads.
 *
 * A mutex that is SPIN keeps the rump CPU while it waits; any other gives it up, but only when
 * the lock is taken. A KMUTEX knows the lwp that holds it. Locks check their contract (destroyed
 * while held, left by somebody else), since a component would only go astray.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "internal.h"

struct rumpuser_mtx {
	pthread_mutex_t lock;
	int flags;
	_Atomic(struct lwp *) owner; /* of a KMUTEX */
};

struct rumpuser_cv {
	pthread_cond_t cond;
	atomic_int waiters;
};

struct rumpuser_rw {
	pthread_mutex_t lock; /* guards what follows; never held while waiting for anything else */
	pthread_cond_t changed;
	int readers, writers_waiting;
	int written;
	struct lwp *writer;
};

static void *
new(size_t size)
{
	void *p = calloc(1, size);

	if (p == NULL)
		host_die("no memory for a lock");
	return p;
}

void
rumpuser_mutex_init(struct rumpuser_mtx **mtxp, int flags)
{
	struct rumpuser_mtx *m = new(sizeof(*m));

	host_count(HOST_mutex_init);
	if ((flags & (RUMPUSER_MTX_SPIN | RUMPUSER_MTX_KMUTEX)) == 0)
		host_die("mutex_init: neither SPIN nor KMUTEX");
	pthread_mutex_init(&m->lock, NULL);
	m->flags = flags;
	*mtxp = m;
}

static void
mutex_own(struct rumpuser_mtx *m)
{
	if (m->flags & RUMPUSER_MTX_KMUTEX)
		atomic_store(&m->owner, rumpuser_curlwp());
}

static void
mutex_disown(struct rumpuser_mtx *m)
{
	if (m->flags & RUMPUSER_MTX_KMUTEX) {
		if (atomic_load(&m->owner) != rumpuser_curlwp())
			host_die("mutex_exit: the mutex belongs to another lwp");
		atomic_store(&m->owner, NULL);
	}
}

static void
mutex_take(struct rumpuser_mtx *m)
{
	if (pthread_mutex_trylock(&m->lock) != 0) {
		host_count(HOST_mutex_spin_contended);
		pthread_mutex_lock(&m->lock);
	}
	mutex_own(m);
}

void
rumpuser_mutex_enter_nowrap(struct rumpuser_mtx *m)
{
	host_count(HOST_mutex_enter_nowrap);
	mutex_take(m);
}

void
rumpuser_mutex_enter(struct rumpuser_mtx *m)
{
	host_count(HOST_mutex_enter);
	if (m->flags & RUMPUSER_MTX_SPIN) {
		mutex_take(m);
		return;
	}
	if (atomic_load(&m->owner) != NULL && atomic_load(&m->owner) == rumpuser_curlwp())
		host_die("mutex_enter: the lwp has it already");
	if (pthread_mutex_trylock(&m->lock) != 0) {
		int nlocks;

		host_count(HOST_mutex_contended);
		nlocks = host_unschedule(NULL);
		pthread_mutex_lock(&m->lock);
		host_schedule(nlocks, NULL);
	}
	mutex_own(m);
}

int
rumpuser_mutex_tryenter(struct rumpuser_mtx *m)
{
	host_count(HOST_mutex_tryenter);
	if (pthread_mutex_trylock(&m->lock) != 0)
		return host_errno(EBUSY);
	mutex_own(m);
	return 0;
}

void
rumpuser_mutex_exit(struct rumpuser_mtx *m)
{
	host_count(HOST_mutex_exit);
	mutex_disown(m);
	pthread_mutex_unlock(&m->lock);
}

void
rumpuser_mutex_destroy(struct rumpuser_mtx *m)
{
	host_count(HOST_mutex_destroy);
	if (pthread_mutex_destroy(&m->lock) != 0)
		host_die("mutex_destroy: somebody has it");
	free(m);
}

void
rumpuser_mutex_owner(struct rumpuser_mtx *m, struct lwp **lp)
{
	host_count(HOST_mutex_owner);
	if (!(m->flags & RUMPUSER_MTX_KMUTEX))
		host_die("mutex_owner: not a KMUTEX");
	*lp = atomic_load(&m->owner);
}

void
rumpuser_rw_init(struct rumpuser_rw **rwp)
{
	struct rumpuser_rw *rw = new(sizeof(*rw));

	host_count(HOST_rw_init);
	pthread_mutex_init(&rw->lock, NULL);
	pthread_cond_init(&rw->changed, NULL);
	*rwp = rw;
}

/* rw->lock is held. Waiting writers go before new readers, who would starve them. */
static int
rw_take(struct rumpuser_rw *rw, int lk)
{
	if (rw->written || (lk == RUMPUSER_RW_WRITER && rw->readers > 0))
		return 0;
	if (lk == RUMPUSER_RW_READER && rw->writers_waiting > 0)
		return 0;
	if (lk == RUMPUSER_RW_WRITER) {
		rw->written = 1;
		rw->writer = rumpuser_curlwp();
	} else {
		rw->readers++;
	}
	return 1;
}

static void
rw_wait(struct rumpuser_rw *rw, int lk)
{
	pthread_mutex_lock(&rw->lock);
	rw->writers_waiting += lk == RUMPUSER_RW_WRITER;
	while (!rw_take(rw, lk))
		pthread_cond_wait(&rw->changed, &rw->lock);
	rw->writers_waiting -= lk == RUMPUSER_RW_WRITER;
	pthread_cond_broadcast(&rw->changed);
	pthread_mutex_unlock(&rw->lock);
}

int
rumpuser_rw_tryenter(int lk, struct rumpuser_rw *rw)
{
	int taken;

	host_count(HOST_rw_tryenter);
	pthread_mutex_lock(&rw->lock);
	taken = rw_take(rw, lk);
	pthread_mutex_unlock(&rw->lock);
	return taken ? 0 : host_errno(EBUSY);
}

void
rumpuser_rw_enter(int lk, struct rumpuser_rw *rw)
{
	int taken, nlocks;

	host_count(HOST_rw_enter);
	pthread_mutex_lock(&rw->lock);
	taken = rw_take(rw, lk);
	pthread_mutex_unlock(&rw->lock);
	if (taken)
		return;
	host_count(HOST_rw_contended);
	nlocks = host_unschedule(NULL);
	rw_wait(rw, lk);
	host_schedule(nlocks, NULL);
}

int
rumpuser_rw_tryupgrade(struct rumpuser_rw *rw)
{
	int taken;

	host_count(HOST_rw_tryupgrade);
	pthread_mutex_lock(&rw->lock);
	taken = rw->readers == 1;
	if (taken) {
		rw->readers = 0;
		rw->written = 1;
		rw->writer = rumpuser_curlwp();
	}
	pthread_mutex_unlock(&rw->lock);
	return taken ? 0 : host_errno(EBUSY);
}

void
rumpuser_rw_downgrade(struct rumpuser_rw *rw)
{
	host_count(HOST_rw_downgrade);
	pthread_mutex_lock(&rw->lock);
	if (!rw->written)
		host_die("rw_downgrade: nobody writes");
	rw->written = 0;
	rw->writer = NULL;
	rw->readers = 1;
	pthread_cond_broadcast(&rw->changed);
	pthread_mutex_unlock(&rw->lock);
}

void
rumpuser_rw_exit(struct rumpuser_rw *rw)
{
	host_count(HOST_rw_exit);
	pthread_mutex_lock(&rw->lock);
	if (!rw->written && rw->readers == 0)
		host_die("rw_exit: nobody has it");
	if (rw->written) {
		rw->written = 0;
		rw->writer = NULL;
	} else {
		rw->readers--;
	}
	if (rw->readers == 0)
		pthread_cond_broadcast(&rw->changed);
	pthread_mutex_unlock(&rw->lock);
}

void
rumpuser_rw_destroy(struct rumpuser_rw *rw)
{
	host_count(HOST_rw_destroy);
	if (rw->written || rw->readers > 0)
		host_die("rw_destroy: somebody has it");
	pthread_mutex_destroy(&rw->lock);
	pthread_cond_destroy(&rw->changed);
	free(rw);
}

void
rumpuser_rw_held(int lk, struct rumpuser_rw *rw, int *heldp)
{
	host_count(HOST_rw_held);
	pthread_mutex_lock(&rw->lock);
	if (lk == RUMPUSER_RW_WRITER)
		*heldp = rw->written && rw->writer == rumpuser_curlwp();
	else
		*heldp = rw->readers > 0;
	pthread_mutex_unlock(&rw->lock);
}

void
rumpuser_cv_init(struct rumpuser_cv **cvp)
{
	struct rumpuser_cv *cv = new(sizeof(*cv));
	pthread_condattr_t attr;

	host_count(HOST_cv_init);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&cv->cond, &attr);
	pthread_condattr_destroy(&attr);
	*cvp = cv;
}

void
rumpuser_cv_destroy(struct rumpuser_cv *cv)
{
	host_count(HOST_cv_destroy);
	if (atomic_load(&cv->waiters) != 0)
		host_die("cv_destroy: %d threads wait", atomic_load(&cv->waiters));
	pthread_cond_destroy(&cv->cond);
	free(cv);
}

/*
 * After a wait the mutex is ours. A KMUTEX that spins must not be held while waiting for a rump
 * CPU, since its holders never give theirs up; any other is kept, and handed to the scheduler if
 * it is the scheduler's own.
 */
static void
cv_reschedule(struct rumpuser_mtx *m, int nlocks)
{
	const int both = RUMPUSER_MTX_SPIN | RUMPUSER_MTX_KMUTEX;

	if ((m->flags & both) == both) {
		pthread_mutex_unlock(&m->lock);
		host_schedule(nlocks, m);
		mutex_take(m);
	} else {
		mutex_own(m);
		host_schedule(nlocks, m);
	}
}

void
rumpuser_cv_wait(struct rumpuser_cv *cv, struct rumpuser_mtx *m)
{
	int nlocks;

	host_count(HOST_cv_wait);
	atomic_fetch_add(&cv->waiters, 1);
	nlocks = host_unschedule(m);
	mutex_disown(m);
	pthread_cond_wait(&cv->cond, &m->lock);
	cv_reschedule(m, nlocks);
	atomic_fetch_sub(&cv->waiters, 1);
	host_count(HOST_cv_woken);
}

void
rumpuser_cv_wait_nowrap(struct rumpuser_cv *cv, struct rumpuser_mtx *m)
{
	host_count(HOST_cv_wait_nowrap);
	atomic_fetch_add(&cv->waiters, 1);
	mutex_disown(m);
	pthread_cond_wait(&cv->cond, &m->lock);
	mutex_own(m);
	atomic_fetch_sub(&cv->waiters, 1);
	host_count(HOST_cv_woken);
}

int
rumpuser_cv_timedwait(struct rumpuser_cv *cv, struct rumpuser_mtx *m, int64_t sec, int64_t nsec)
{
	struct timespec until = host_deadline(sec, nsec);
	int nlocks, e;

	host_count(HOST_cv_timedwait);
	atomic_fetch_add(&cv->waiters, 1);
	nlocks = host_unschedule(m);
	mutex_disown(m);
	e = pthread_cond_timedwait(&cv->cond, &m->lock, &until);
	cv_reschedule(m, nlocks);
	atomic_fetch_sub(&cv->waiters, 1);
	host_count(e == ETIMEDOUT ? HOST_cv_timed_out : HOST_cv_woken);
	return host_errno(e);
}

void
rumpuser_cv_signal(struct rumpuser_cv *cv)
{
	host_count(HOST_cv_signal);
	pthread_cond_signal(&cv->cond);
}

void
rumpuser_cv_broadcast(struct rumpuser_cv *cv)
{
	host_count(HOST_cv_broadcast);
	pthread_cond_broadcast(&cv->cond);
}

void
rumpuser_cv_has_waiters(struct rumpuser_cv *cv, int *waitersp)
{
	host_count(HOST_cv_has_waiters);
	*waitersp = atomic_load(&cv->waiters);
}
