/*
 * Starting the components: one main thread after the other, each until its sched_init_done;
 * then all go on.
 */
#ifndef SCHED_START_H
#define SCHED_START_H

#include <abi/types.h>

/* Called by the scheduler's thread, under the lock: starts the next component if none is
 * initialising. */
void start_next(void);

/* A main thread says that its component is initialised. Under the lock. */
void start_done(u32 id);

/* A thread ended: if its component was initialising, that is over. Under the lock. */
void start_ended(u32 id);

#endif
