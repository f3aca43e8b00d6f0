/*
 * The devices, their lock, and who waits for something of theirs: a bio, a piece, pages, a range.
 */
#include "disk.h"

#include <abi/err.h>

#include "bio.h"
#include "hyp.h"
#include "pieces.h"
#include "waitq.h"

struct qlock disk_lock;
struct disk disks[BRIDGE_DISKS];
static struct waitq waiting; /* guarded by disk_lock, as the devices */

/* disk_lock is held. */
static int
open_locked(struct disk *d)
{
	int e = pieces_open(d);

	if (e != 0)
		return e;
	for (unsigned i = 0; i < BLK_RING_SLOTS; i++)
		bio_list_add(&d->unused, &d->bios[i]);
	d->opened = 1;
	return 0;
}

int
bio_open(unsigned number, struct disk **dp)
{
	struct disk *d = &disks[number < BRIDGE_DISKS ? number : 0];
	int e = number < BRIDGE_DISKS ? 0 : ENXIO;

	qlock_enter(&disk_lock);
	if (e == 0 && !d->opened) {
		d->number = number;
		e = open_locked(d);
	}
	qlock_exit(&disk_lock);
	*dp = d;
	return e;
}

uint64_t
bio_size(const struct disk *d)
{
	return d->is.sectors * BLK_SECTOR;
}

int
bio_readonly(const struct disk *d)
{
	return d->is.readonly;
}

static int
attempt(int (*try)(void *), void *arg, struct waiter *w)
{
	int done;

	qlock_enter(&disk_lock);
	done = try(arg);
	if (!done && w != NULL)
		waitq_add(&waiting, w, 0);
	qlock_exit(&disk_lock);
	return done;
}

void
disk_succeed(int (*try)(void *), void *arg)
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

void
disk_leave_waking(void)
{
	struct waiter *woken = waitq_take_all(&waiting);

	qlock_exit(&disk_lock);
	waiter_wake_list(woken);
}
