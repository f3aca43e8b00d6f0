/*
 * Kernel objects of threads: frames from the scheduler's own range, capabilities in its own table,
 * copies where the script wants them.
 */
#ifndef SCHED_OBJECT_H
#define SCHED_OBJECT_H

#include <init/info.h>
#include <lib/kcall.h>

/* Looks up the grants. Once, first. */
void object_init(void);

struct thd_cap  thread_cap(u32 id);
struct tcap_cap thread_tcap(u32 id); /* what it is dispatched on */
struct rcv_cap  scheduler_rcv(void);

/*
 * Makes the kernel objects of threads[id], whose comp, base and prio are set; how: its record in
 * the script, NULL for a thread made at run time. Result: enum err; what was made before an error
 * goes with object_end.
 */
int object_make(u32 id, word_t arg, const struct info_thread *how);

/* Takes them back. The thread does not run. */
void object_end(u32 id);

/* The tcap of a thread that has one of its own: a new budget; the thread's present priority. */
void object_replenish(u32 id);
void object_prioritise(u32 id);

/* Is its own budget used up? */
int object_expired(u32 id);

#endif
