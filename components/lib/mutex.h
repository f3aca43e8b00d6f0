/*
 * A mutual exclusion lock between the threads of one component: a few instructions when it is
 * free; who finds it taken sleeps in sched. No lock word lies in memory that components share. A
 * component that uses it needs sched.
 */
#ifndef LIB_MUTEX_H
#define LIB_MUTEX_H

#include <abi/types.h>

struct mutex {
	volatile u32 holder;    /* thread id; 0 = free */
	volatile u64 waiters[4]; /* a bit for each thread id up to 255 that sleeps, or is about to */
};

/* Blocks until the lock is the caller's. Not recursive. */
void mutex_lock(struct mutex *);
void mutex_unlock(struct mutex *);

#endif
