/*
 * The write-back thread: once a second, or when memory is short, writes buffers that have been
 * dirty for a while.
 */
#include "buf.h"
#include "lwp.h"

static kmutex lock;
static kcond wake;
static int woken; /* guarded by lock */

static void
syncer(void)
{
	for (;;) {
		kmutex_enter(lock);
		if (!woken)
			rumpuser_cv_timedwait(wake, lock, 1, 0);
		woken = 0;
		kmutex_exit(lock);
		buf_write_back();
	}
}

/* May be called with the cache's lock held. */
void
syncer_wake(void)
{
	kmutex_enter(lock);
	woken = 1;
	kcond_broadcast(wake);
	kmutex_exit(lock);
}

void
syncer_init(void)
{
	kmutex_init(&lock);
	kcond_init(&wake);
	kassert(kthread_create(syncer, "syncer") == 0, "no thread for write-back");
}
