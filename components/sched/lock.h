/*
 * The scheduler's own mutual exclusion, and switching.
 *
 * The queues are guarded by a holder word. Who finds it held gives the processor to the holder, so that a preempted holder finishes first;
 * nobody is unwound inside. A decision takes a token first and looks at the queues then: if anybody dispatches in between, the kernel
 * refuses the stale token and the decision is made again.
 */
#ifndef SCHED_LOCK_H
#define SCHED_LOCK_H

#include <abi/types.h>

void lock(u32 me);
void unlock(u32 me);

/* A fresh token, newer than all before. */
word_t token_take(void);

/* Gives the processor away until this thread is READY again. Not under the lock. */
void wait_ready(u32 me);

/* Lets a better thread run if there is one. Not under the lock. */
void yield_to_better(u32 me);

/* Runs the scheduler's thread. */
void run_scheduler(void);

/* One decision of the scheduler's own thread: dispatches the best; 0 if none is ready. */
int dispatch_best(u32 me);

#endif
