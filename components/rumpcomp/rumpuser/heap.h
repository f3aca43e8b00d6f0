/*
 * The component's memory, for rumpuser_malloc. See heap.c. Thread-safe.
 */
#ifndef HEAP_H
#define HEAP_H

#include <stddef.h>

#define HEAP_ALIGN_MAX 65536UL

/* align: a power of two up to HEAP_ALIGN_MAX. NULL if there is no memory. */
void *heap_alloc(size_t len, size_t align);

/* len: as allocated. */
void heap_free(void *, size_t len);

struct heap_usage {
	size_t chunks;      /* of CHUNK_PAGES pages */
	size_t large_pages; /* in allocations that are larger than a chunk serves */
};

struct heap_usage heap_usage(void);

#endif
