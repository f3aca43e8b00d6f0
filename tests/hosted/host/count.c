/*
 * Counters of hypercalls.
 */
#include <stdatomic.h>

#include "host.h"

static _Atomic uint64_t counts[HOST_COUNT_KINDS];

static const char *const names[] = {
#define X(name) #name,
	HOST_COUNTS(X)
#undef X
};

void
host_count(enum host_count kind)
{
	atomic_fetch_add_explicit(&counts[kind], 1, memory_order_relaxed);
}

uint64_t
host_counted(enum host_count kind)
{
	return atomic_load_explicit(&counts[kind], memory_order_relaxed);
}

void
host_counts_print(FILE *out)
{
	for (int i = 0; i < HOST_COUNT_KINDS; i++) {
		if (host_counted(i) != 0)
			fprintf(out, "count %s %llu\n", names[i], (unsigned long long)host_counted(i));
	}
}
