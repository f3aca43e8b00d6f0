/*
 * What is told of an operation beside its price: nothing (plain/), or the hypercalls that it makes (tally/).
 */
#ifndef FSBENCH_BENCH_H
#define FSBENCH_BENCH_H

#include <abi/types.h>

/* Around so many operations of one kind. */
void more_begin(void);
void more_end(u64 operations);

#endif
