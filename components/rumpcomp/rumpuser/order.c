/*
 * Order among requests, which servers carry out in any: a range of a device that is held, and barriers.
 */
#include "bio.h"
#include "disk.h"

struct hold {
	struct disk *disk;
	struct range range;
};

/* disk_lock is held. Result: 0 if another holds one. */
static int
hold_take(void *arg)
{
	const struct hold *h = arg;

	if (h->disk->held.to != 0)
		return 0;
	h->disk->held = h->range;
	return 1;
}

/* disk_lock is held. Result: 0 while something that came before is in flight there. */
static int
hold_clear(void *arg)
{
	const struct hold *h = arg;

	for (unsigned i = 0; i < BLK_RING_SLOTS; i++) {
		const struct bio *b = &h->disk->bios[i];

		if (b->number != 0 && range_overlap(&b->range, &h->range))
			return 0;
	}
	return 1;
}

void
bio_hold(struct disk *d, uint64_t from, uint64_t to)
{
	struct hold h = {d, {from, to}};

	disk_succeed(hold_take, &h);
	disk_succeed(hold_clear, &h);
}

void
bio_release(struct disk *d)
{
	qlock_enter(&disk_lock);
	d->held.to = 0;
	disk_leave_waking();
}

struct barrier {
	const struct disk *disk;
	uint64_t come; /* how many bios had come when somebody began to wait; 0 at first */
};

/* disk_lock is held. */
static int
older_over(void *arg)
{
	struct barrier *b = arg;

	if (b->come == 0)
		b->come = b->disk->counted;
	for (unsigned i = 0; i < BLK_RING_SLOTS; i++) {
		const struct bio *old = &b->disk->bios[i];

		if (old->number != 0 && old->number <= b->come)
			return 0;
	}
	return 1;
}

void
bio_barrier(struct disk *d)
{
	struct barrier b = {d, 0};

	disk_succeed(older_over, &b);
}
