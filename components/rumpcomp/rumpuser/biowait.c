/*
 * Block requests that somebody waits for.
 */
#include <abi/err.h>

#include <rumpuser.h>

#include "bio.h"
#include "file.h"
#include "hyp.h"
#include "qlock.h"
#include "waitq.h"

/* One request. It lies on the stack of whoever waits: over() last touches it when it leaves the lock. */
struct transfer {
	struct qlock lock;
	struct waitq waiting; /* guarded by lock, as what follows */
	int done, error;
};

static void
over(void *arg, size_t bytes, int error)
{
	struct transfer *t = arg;
	struct waiter *w;

	(void)bytes;
	qlock_enter(&t->lock);
	t->done = 1;
	t->error = error;
	w = waitq_take_all(&t->waiting);
	qlock_exit(&t->lock);
	waiter_wake_list(w);
}

int
bio_transfer(struct disk *d, int op, void *data, size_t len, uint64_t at)
{
	struct transfer t = {.lock = {QLOCK_FREE}, .waiting = {NULL, NULL}};
	struct waiter w;
	int nlocks, wait;

	bio_held(d, op, data, len, at, over, &t);
	nlocks = hyp_unschedule(NULL);
	qlock_enter(&t.lock);
	wait = !t.done;
	if (wait)
		waitq_add(&t.waiting, &w, 0);
	qlock_exit(&t.lock);
	if (wait)
		waiter_wait(&w, BRIDGE_FOREVER);
	hyp_schedule(nlocks, NULL);
	return t.error;
}

static void
nobody_waits(void *arg, size_t bytes, int error)
{
	(void)arg;
	(void)bytes;
	(void)error;
}

/* What is complete becomes stable; without SYNC, the flush only begins. */
static int
flush(struct disk *d, int wait)
{
	const int op = RUMPUSER_BIO_WRITE | RUMPUSER_BIO_SYNC;

	if (wait)
		return bio_transfer(d, op, NULL, 0, 0);
	bio_held(d, op, NULL, 0, 0, nobody_waits, NULL);
	return 0;
}

/*
 * BARRIER: what was begun before is complete when this returns, and so before all that comes. READ: nothing is kept here that could
 * be older than the device. Files of the boot image do not change.
 */
int
rumpuser_syncfd(int fd, int flags, uint64_t start, uint64_t len)
{
	const int all = RUMPUSER_SYNCFD_BOTH | RUMPUSER_SYNCFD_BARRIER | RUMPUSER_SYNCFD_SYNC;
	const struct file *f = file_of(fd);

	if (f == NULL)
		return EBADF;
	if ((flags & ~all) != 0 || !(flags & RUMPUSER_SYNCFD_BOTH) || start > f->bytes || len > f->bytes - start)
		return EINVAL;
	if (f->device == NULL)
		return 0;
	if (flags & RUMPUSER_SYNCFD_BARRIER)
		bio_barrier(f->device);
	return flags & RUMPUSER_SYNCFD_WRITE ? flush(f->device, flags & RUMPUSER_SYNCFD_SYNC) : 0;
}
