/*
 * Which pages of a session buffer's data are in use. Guarded by its owner.
 */
#ifndef SPACE_H
#define SPACE_H

#include <stdint.h>

#define SPACE_PAGES_MAX 1024

struct space {
	unsigned pages;
	uint64_t busy[SPACE_PAGES_MAX / 64];
};

/* pages: at most SPACE_PAGES_MAX. */
void space_init(struct space *, unsigned pages);

/* Takes n adjacent pages. Result: the first, or -1. */
int  space_take(struct space *, unsigned n);
void space_give(struct space *, unsigned first, unsigned n);

#endif
