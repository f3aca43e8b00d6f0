/*
 * Mutexes. A KMUTEX knows the lwp that holds it. Who finds one taken blocks; only if it is SPIN
 * does the thread keep its rump CPU meanwhile (its holder never waits for one).
 */
#include <abi/err.h>

#include "bridge.h"
#include "hyp.h"
#include "mutex.h"

void
rumpuser_mutex_init(struct rumpuser_mtx **mtxp, int flags)
{
	void *mem;

	if (rumpuser_malloc(sizeof(struct rumpuser_mtx), 0, &mem) != 0)
		bridge_stop("no memory for a mutex");
	*mtxp = mem;
	atomic_init(&(*mtxp)->lock.word, QLOCK_FREE);
	atomic_init(&(*mtxp)->owner, NULL);
	(*mtxp)->flags = flags;
}

void
rumpuser_mutex_enter_nowrap(struct rumpuser_mtx *m)
{
	mutex_take(m);
}

static __attribute__((noinline)) void
enter_slow(struct rumpuser_mtx *m)
{
	int nlocks = 0, keep = m->flags & RUMPUSER_MTX_SPIN;

	if (!keep)
		nlocks = hyp_unschedule(NULL);
	qlock_enter_slow(&m->lock);
	if (!keep)
		hyp_schedule(nlocks, NULL);
	mutex_own(m);
}

void
rumpuser_mutex_enter(struct rumpuser_mtx *m)
{
	if (qlock_tryenter(&m->lock))
		mutex_own(m);
	else
		enter_slow(m);
}

int
rumpuser_mutex_tryenter(struct rumpuser_mtx *m)
{
	if (!qlock_tryenter(&m->lock))
		return EBUSY;
	mutex_own(m);
	return 0;
}

void
rumpuser_mutex_exit(struct rumpuser_mtx *m)
{
	mutex_leave(m);
}

void
rumpuser_mutex_destroy(struct rumpuser_mtx *m)
{
	if (atomic_load_explicit(&m->lock.word, memory_order_acquire) != QLOCK_FREE)
		bridge_stop("a mutex is destroyed while somebody has it");
	rumpuser_free(m, sizeof(*m));
}

void
rumpuser_mutex_owner(struct rumpuser_mtx *m, struct lwp **lp)
{
	*lp = atomic_load_explicit(&m->owner, memory_order_relaxed);
}
