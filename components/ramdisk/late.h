/*
 * Requests that are to be done later and in another order: the ramdisk's test mode. Seeded, so
 * that
 * a run can be repeated. No kernel calls: tested on the host.
 */
#ifndef RAMDISK_LATE_H
#define RAMDISK_LATE_H

#include <blk/blk.h>

#define LATE_CLIENTS 8
/* A client has no more than a ring in flight, so there is always room. */
#define LATE_MAX (LATE_CLIENTS * BLK_RING_SLOTS)

struct late {
	u64 seed;
	u64 delay; /* longest, in ticks */
	u32 count;
	struct late_entry {
		u32 client;
		u64 due;
		struct blk_request request;
	} entry[LATE_MAX];
};

void late_add(struct late *, u32 client, const struct blk_request *, u64 now);
/* One whose time has come, whichever the seed says, taken out. A flush is not taken before
 * requests
 * of its client that came before it. 0 if there is none. */
int late_take(struct late *, u64 now, struct late_entry *);
/* When the next can be taken; ~0 if there is none. */
u64 late_next(const struct late *);
/* Forgets those of a client. */
void late_drop(struct late *, u32 client);

#endif
