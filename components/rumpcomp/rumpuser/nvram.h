/*
 * The block server's memory beside the device, which outlives this component. See nvram.c.
 */
#ifndef NVRAM_H
#define NVRAM_H

#include <stddef.h>
#include <stdint.h>

struct disk;

/* Bytes of it; 0: there is none. The device is open. */
uint64_t nvram_size(const struct disk *);

/*
 * Moves n bytes at a position of it, from memory or to it. What one call of at most NVRAM_WINDOW bytes writes is there as a whole
 * or not at all, whenever this component dies. Does not wait. Result: 0, EINVAL: there are not so many.
 */
int nvram_move(const struct disk *, int writing, void *memory, size_t n, uint64_t at);

#define NVRAM_WINDOW 16384u

#endif
