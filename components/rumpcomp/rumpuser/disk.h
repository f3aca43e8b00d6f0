/*
 * Block devices: what is kept of each. All of it is guarded by disk_lock; but number and is do not change once it is open.
 */
#ifndef DISK_H
#define DISK_H

#include <stddef.h>
#include <stdint.h>

#include <rumpuser.h>

#include "bridge.h"
#include "qlock.h"
#include "space.h"

#define PIECES (BLK_RING_SLOTS - 1) /* slots for data; one is for a flush */

struct range {
	uint64_t from, to; /* bytes of the device; to = 0: none */
};

struct bio {
	struct bio *next;
	struct disk *disk;        /* that it is in */
	uint64_t number;          /* bios are counted as they come; 0: not in use */
	struct range range;
	uint8_t *data;
	int op;                   /* RUMPUSER_BIO_* */
	unsigned pending;         /* pieces that have not completed */
	int error;                /* of the first piece that failed */
	rump_biodone_fn done;
	void *donearg;
};

struct bio_list {
	struct bio *first;
};

struct piece {       /* free if bio is NULL */
	struct bio *bio;
	uint32_t op;     /* BLK_READ or BLK_WRITE */
	uint8_t *data;
	size_t len;      /* whole sectors, at most PIECE_MAX */
	unsigned page;   /* first page of its data in the buffer, counted behind the ring */
};

struct disk {
	unsigned number; /* the bridge's */
	int opened;
	struct bridge_disk is;
	/* pieces.c */
	struct blk_client_ring ring;
	struct space space;
	struct piece pieces[PIECES];
	unsigned hint;   /* where the search for a free piece begins */
	/* bio.c */
	struct bio bios[BLK_RING_SLOTS];
	struct bio_list unused;
	uint64_t counted; /* bios that have come */
	struct range held;
	int flush_in_flight;
	struct bio_list flush_wanted, flushing;
};

extern struct disk disks[BRIDGE_DISKS];
extern struct qlock disk_lock;

/* Does what try(arg) does under the lock. While that gives 0, waits for a change, off the rump CPU; the servers must know of every request
 * that came before. */
void disk_succeed(int (*try)(void *), void *arg);

/* Leaves the lock, and wakes who waits: something has changed. */
void disk_leave_waking(void);

static inline int
range_overlap(const struct range *a, const struct range *b)
{
	return a->from < b->to && b->from < a->to;
}

static inline void
bio_list_add(struct bio_list *l, struct bio *b)
{
	b->next = l->first;
	l->first = b;
}

static inline struct bio *
bio_list_take_all(struct bio_list *l)
{
	struct bio *all = l->first;

	l->first = NULL;
	return all;
}

#endif
