/*
 * The scheduler's own mutual exclusion, and switching.
 *
 * The queues are guarded by a holder word. Who finds it held gives the processor, with its own
 * priority and budget, to the holder, so that a preempted holder finishes first; nobody is unwound
 * inside. A decision takes a token first and looks at the queues (or the holder) then: if anybody
 * dispatches in between, the kernel refuses the stale token and the decision is made again.
 *
 * Whoever cannot dispatch what seems best runs the scheduler's thread, which alone hears the
 * kernel's events and puts the states right.
 */
#ifndef SCHED_LOCK_H
#define SCHED_LOCK_H

#include <abi/types.h>

void lock_init(void);
void lock(u32 me);
void unlock(u32 me);

/* Gives the processor away until this thread is READY again. Not under the lock. */
void wait_ready(u32 me);

/* Lets a better thread run if there is one. Not under the lock. */
void yield_to_better(u32 me);

/* The same after a change of this thread's priority, of which the kernel learns. */
void yield_anew(u32 me);

/* Runs the scheduler's thread. */
void run_scheduler(void);

/* One decision of the scheduler's own thread: dispatches the best. Result: what the kernel says;
 * *id = who it was; 0 = nobody is ready. */
int dispatch_best(u32 *id);

#endif
