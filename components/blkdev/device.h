/*
 * A disk of the machine, as the rest of the component sees it: a number of slots, each with memory
 * for a piece of data, in which it has a request at a time. One folder for each kind of device
 * implements this; the script says which (sources). Nothing here blocks.
 */
#ifndef BLKDEV_DEVICE_H
#define BLKDEV_DEVICE_H

#include <abi/types.h>

#define DEVICE_SLOTS 16
#define DEVICE_PIECE 65536 /* bytes of data of each slot */

enum device_op { DEVICE_READ, DEVICE_WRITE, DEVICE_FLUSH };

struct device {
	u64 sectors;
	int readonly;
	int can_flush; /* else every write is on stable storage when it completes */
	u32 line;      /* of its interrupt */
};

/* Called once: finds the first one on the PCI bus, and takes memory for it; panics if there is none. */
void device_find(void);

/*
 * Starts it anew, whatever it was at: it has no requests then, and does not touch memory for earlier
 * ones any more. Panics if it is unfit.
 */
void device_start(struct device *);

/* Stops it: when this returns, it neither reads nor writes memory any more. Panics if it does not stop. */
void device_stop(void);

/* A slot's memory: of a write, what is to be written when it is submitted; of a read, what was read. */
u8 *device_data(u32 slot);

/* Prepares a request in a slot that it does not have. sectors: 1 to a piece; 0 for a flush. */
void device_submit(u32 slot, enum device_op, u64 sector, u32 sectors);

/* Tells it of all that was submitted. */
void device_notify(void);

/* Takes a slot that it has finished. Result: 1; 0 there is none; -1 it lied, and is to be stopped. */
int device_take(u32 *slot, int *good);

/* Takes its interrupt back, so that the line is quiet. */
void device_quiet(void);

#endif
