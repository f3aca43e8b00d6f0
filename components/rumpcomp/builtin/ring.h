/*
 * A ring of bytes that grows with what is put into it.
 */
#ifndef RING_H
#define RING_H

#include <stddef.h>
#include <stdint.h>

struct account;

struct ring {
	struct account *account; /* who pays for its memory */
	uint8_t *at;  /* of size bytes, from so_alloc; NULL: nothing was ever put */
	size_t size;
	size_t begin; /* of the bytes that are there */
	size_t used;
};

/* Makes room for n bytes altogether. most: how large it may become. Result: 0; ENOBUFS, and nothing has changed. */
int    ring_reserve(struct ring *, size_t n, size_t most);

/* n bytes have room. */
void   ring_put(struct ring *, const void *, size_t n);

/* Copies what comes first, at most n bytes. Result: how many. */
size_t ring_peek(const struct ring *, void *, size_t n);
void   ring_drop(struct ring *, size_t n); /* takes so many away */
void   ring_free(struct ring *);

#endif
