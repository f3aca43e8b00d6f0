/*
 * The scheduler's threads: what it knows of each, and their kernel objects.
 *
 * States and moves, all under the lock (lock.h):
 *   FREE -> READY (made) -> BLOCKED (sched_block, join) -> READY (woken, time-out, its blocker died)
 *   READY -> KERNEL (waits on its end point, or parked by a fault: the kernel's event) -> READY (the kernel's event)
 *   READY -> EXPIRED (its budget is used up) -> READY (its period is over)
 *   READY -> INITED (sched_init_done) -> READY (everybody is)
 *   any -> ENDED (the kernel's event) -> FREE (joined, or its place is needed)
 * READY threads, the running one too, are in the ready queue; BLOCKED and EXPIRED ones may be among the time-outs.
 */
#ifndef SCHED_THREAD_H
#define SCHED_THREAD_H

#include <init/info.h>
#include <lib/kcall.h>

#include "queue.h"

#define SCHEDULER 1 /* id of the scheduler's own thread */
#define COMPS     64
#define NESTED    8 /* ceilings that a thread can be inside at once */

enum thread_state { FREE, READY, BLOCKED, KERNEL, EXPIRED, INITED, ENDED };

struct thread {
	volatile u32 state;
	u32 comp;         /* whose thread it is */
	u32 blocked_by;   /* BLOCKED: component id; JOIN */
	u32 joiner;       /* who waits for its end; 0 = nobody */
	long result;      /* of its sched_block */
	u64 pending;      /* wake-ups that came first: a bit for each component */
	u8 prio, saved[NESTED], nested;
	u8 has_tcap;
	cycles_t budget, period, replenished; /* period 0: no limit */
	u32 frame[3];     /* thread, tcap, end point: frame index + 1; 0 = none */
};

#define JOIN 0xffff

extern struct thread threads[THREADS];
extern struct ready ready;
extern struct timeouts timeouts;

/* Looks up the grants. Once, first. */
void thread_init(void);

struct thd_cap  thread_cap(u32 id);
struct tcap_cap thread_tcap(u32 id); /* what it is dispatched on */
struct rcv_cap  scheduler_rcv(void);

/* Makes a thread of a component; how: its record in the script, NULL for one made at run time. Result: id, or -enum err. */
long thread_make(u32 comp, word_t arg, u32 prio, const struct info_thread *how);

/* It has ended: its kernel objects go, who joins it wakes. */
void thread_end(u32 id);

void thread_ready(u32 id);
void thread_leave(u32 id, enum thread_state); /* out of the ready queue */

/* Gives it a new budget if a period is over; else it waits for that. */
void thread_expired(u32 id, cycles_t now);

/* Components. */
const struct info_comp *comp_info(u32 id); /* NULL: there is none */
u32 comp_best_prio(u32 id);

#endif
