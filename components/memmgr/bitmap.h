/*
 * Runs of bits, claimed and given back without a lock: memmgr cannot block, and a thread in it may
 * be preempted by a better one at any instruction. A set bit is taken. No kernel calls: tested on
 * the host.
 */
#ifndef MEMMGR_BITMAP_H
#define MEMMGR_BITMAP_H

#include <abi/types.h>

#define BITMAP_NONE (~0UL)

struct bitmap {
	u64 *word;
	u64 bits;
	u64 hint; /* where to look first; any value is right */
};

/*
 * Claims count bits in a row, the first a multiple of align. If somebody else claims one of them
 * meanwhile, what was claimed is given back and the search goes on behind it. Result: the first
 * bit; BITMAP_NONE if there is no such run.
 */
u64 bitmap_take(struct bitmap *, u64 count, u64 align);

/* Gives bits back. */
void bitmap_give(struct bitmap *, u64 first, u64 count);

/* How many are not taken; others may take some meanwhile. */
u64 bitmap_free(const struct bitmap *);

#endif
