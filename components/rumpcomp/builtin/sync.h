/*
 * The kernel's locks: the host's, by shorter names. A kmutex gives the rump CPU up while it waits;
 * so do krw and kcond. The order in which they are taken is in README.md.
 */
#ifndef SYNC_H
#define SYNC_H

#include "klib.h"

typedef struct rumpuser_mtx *kmutex;
typedef struct rumpuser_rw  *krw;
typedef struct rumpuser_cv  *kcond;

static inline void kmutex_init(kmutex *m) { rumpuser_mutex_init(m, RUMPUSER_MTX_KMUTEX); }
static inline void kmutex_enter(kmutex m) { rumpuser_mutex_enter(m); }
static inline void kmutex_exit(kmutex m) { rumpuser_mutex_exit(m); }
static inline void kmutex_destroy(kmutex m) { rumpuser_mutex_destroy(m); }

static inline void krw_init(krw *l) { rumpuser_rw_init(l); }
static inline void krw_read(krw l) { rumpuser_rw_enter(RUMPUSER_RW_READER, l); }
static inline void krw_write(krw l) { rumpuser_rw_enter(RUMPUSER_RW_WRITER, l); }
static inline void krw_exit(krw l) { rumpuser_rw_exit(l); }
static inline void krw_destroy(krw l) { rumpuser_rw_destroy(l); }

static inline void kcond_init(kcond *c) { rumpuser_cv_init(c); }
static inline void kcond_destroy(kcond c) { rumpuser_cv_destroy(c); }
static inline void kcond_wait(kcond c, kmutex m) { rumpuser_cv_wait(c, m); }
static inline void kcond_broadcast(kcond c) { rumpuser_cv_broadcast(c); }

/* until: of kmono, or FOREVER. */
static inline void
kcond_wait_until(kcond c, kmutex m, uint64_t until)
{
	uint64_t now = until == FOREVER ? 0 : kmono();

	if (until == FOREVER)
		kcond_wait(c, m);
	else if (now < until)
		rumpuser_cv_timedwait(c, m, (int64_t)((until - now) / 1000000000), (int64_t)((until - now) % 1000000000));
}

#endif
