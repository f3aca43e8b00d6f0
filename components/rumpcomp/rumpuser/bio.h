/*
 * Block requests on the ring. See bio.c.
 */
#ifndef BIO_H
#define BIO_H

#include <stddef.h>
#include <stdint.h>

#include <rumpuser.h>

struct disk;

/* The device of a number, opened on first use. Result: 0, or an errno: ENXIO, there is none. */
int bio_open(unsigned number, struct disk **);

/* Bytes of an open device; whether it is read-only. */
uint64_t bio_size(const struct disk *);
int      bio_readonly(const struct disk *);

/*
 * Holds a range of the device, in bytes: returns when nothing is in flight there, and until bio_release only the holder's own requests
 * get in. One holder of each device at a time. Gives up the rump CPU when it waits.
 */
void bio_hold(struct disk *, uint64_t from, uint64_t to);
void bio_release(struct disk *);

/* Waits until every request to the device that was made before is over. Gives up the rump CPU then. */
void bio_barrier(struct disk *);

/* As rumpuser_bio, for whoever holds the range, whatever a descriptor says. len 0: only what op has of SYNC. */
void bio_held(struct disk *, int op, void *data, size_t len, uint64_t at, rump_biodone_fn, void *donearg);

/* The same, waited for, off the rump CPU. Result: 0 or an errno. */
int  bio_transfer(struct disk *, int op, void *data, size_t len, uint64_t at);

/* The block thread: answers requests for ever. */
void bio_thread(void);

#endif
