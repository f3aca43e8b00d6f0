/*
 * Block requests on the ring. See bio.c.
 */
#ifndef BIO_H
#define BIO_H

#include <stddef.h>
#include <stdint.h>

#include <rumpuser.h>

/* Opens the device on first use. Result: 0 or an errno. */
int bio_open(void);

/* Bytes of the open device; whether it is read-only. */
uint64_t bio_size(void);
int      bio_readonly(void);

/*
 * Holds a range of the device, in bytes: returns when nothing is in flight there, and until bio_release only the holder's own requests
 * get in. One holder at a time. Gives up the rump CPU when it waits.
 */
void bio_hold(uint64_t from, uint64_t to);
void bio_release(void);

/* Waits until every request that was made before is over. Gives up the rump CPU then. */
void bio_barrier(void);

/* As rumpuser_bio, for whoever holds the range, on the device whatever the descriptor says. len 0: only what op has of SYNC. */
void bio_held(int op, void *data, size_t len, uint64_t at, rump_biodone_fn, void *donearg);

/* The same, waited for, off the rump CPU. Result: 0 or an errno. */
int  bio_transfer(int op, void *data, size_t len, uint64_t at);

/* The block thread: answers requests for ever. */
void bio_thread(void);

#endif
