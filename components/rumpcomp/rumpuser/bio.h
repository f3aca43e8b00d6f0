/*
 * Block requests on the ring. See bio.c.
 */
#ifndef BIO_H
#define BIO_H

#include <stdint.h>

#define BIO_FD 1 /* the descriptor of the block device: there is one */

/* Opens the device on first use. Result: 0 or an errno. */
int bio_open(void);

/* Bytes of the open device; whether it is read-only. */
uint64_t bio_size(void);
int      bio_readonly(void);

/* The block thread: answers requests for ever. */
void bio_thread(void);

#endif
