/*
 * What a mutex is, for those that wait on condition variables with one.
 */
#ifndef MUTEX_H
#define MUTEX_H

#include <rumpuser.h>

#include "hyp.h"
#include "qlock.h"

struct rumpuser_mtx {
	struct qlock lock;
	int flags;                   /* RUMPUSER_MTX_* */
	_Atomic(struct lwp *) owner; /* who holds it; written only by its holder; asked of a KMUTEX only */
};

static inline void
mutex_own(struct rumpuser_mtx *m)
{
	atomic_store_explicit(&m->owner, hyp_curlwp, memory_order_relaxed);
}

static inline void
mutex_disown(struct rumpuser_mtx *m)
{
	atomic_store_explicit(&m->owner, NULL, memory_order_relaxed);
}

static inline void
mutex_take(struct rumpuser_mtx *m)
{
	qlock_enter(&m->lock);
	mutex_own(m);
}

static inline void
mutex_leave(struct rumpuser_mtx *m)
{
	mutex_disown(m);
	qlock_exit(&m->lock);
}

#endif
