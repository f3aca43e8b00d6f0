/*
 * The scheduler's threads: what it knows of each.
 *
 * States and moves, all under the lock (lock.h):
 *   FREE -> READY (made) -> BLOCKED (sched_block, join) -> READY (woken, time-out, its blocker
 * died)
 *   READY -> KERNEL (waits on its end point, or parked by a fault: the kernel's event) ->
 * READY (the kernel's event)
 *   READY -> EXPIRED (its budget is used up) -> READY (its period is over)
 *   READY -> INITED (sched_init_done) -> READY (everybody is)
 *   any -> ENDED (the kernel's event) -> FREE (joined, or its place is needed)
 * READY threads, the running one too, are in the ready queue; BLOCKED and EXPIRED ones may be
 * among
 * the time-outs. A thread that an interrupt has just woken may run before the scheduler hears of
 * it: it is KERNEL then, and whatever it asks for works all the same.
 */
#ifndef SCHED_THREAD_H
#define SCHED_THREAD_H

#include <init/info.h>

#include "queue.h"

#define SCHEDULER 1 /* id of the scheduler's own thread */
#define COMPS     64 /* component ids 0 to 63 */
#define UNTOLD    0xffff

enum thread_state { FREE, READY, BLOCKED, KERNEL, EXPIRED, INITED, ENDED };

struct thread {
	volatile u32 state;
	u32 comp;         /* whose thread it is */
	u32 blocked_by;   /* BLOCKED: the component that it is in */
	u32 joins;        /* BLOCKED: the thread whose end it waits for; 0 = a sched_block */
	u32 joiner;       /* who waits for its end; 0 = nobody */
	long result;      /* of its sched_block or join */
	u64 pending;      /* wake-ups that came first: a bit for each component */
	u8 base, prio;    /* priority without and with ceilings */
	u8 has_tcap;
	u16 told;         /* the priority that the kernel takes it for; UNTOLD = who knows */
	u64 raised; /* components whose ceiling it has: a bit for each, and how often entered */
	u16 times[COMPS];
	cycles_t turn;    /* READY: when its time slice is over; 0 = not begun */
	cycles_t budget, period, replenished; /* period 0: no limit */
	u32 frame[3];     /* thread, tcap, end point: frame index + 1; 0 = none */
};

extern struct thread threads[THREADS];
extern struct ready ready;
extern struct timeouts timeouts;

/* Once, first. */
void thread_init(void);

/* Makes a thread of a component; how: its record in the script, NULL for one made at run
 * time. Result: id, or -enum err. */
long thread_make(u32 comp, word_t arg, u32 prio, const struct info_thread *how);

/* It has ended: its kernel objects go, who joins it wakes. */
void thread_end(u32 id);

void thread_ready(u32 id); /* to the end of its queue, with a new slice */
void thread_wake(u32 id, long result); /* BLOCKED -> READY */
void thread_leave(u32 id, enum thread_state); /* out of the ready queue */

/* If its budget is used up, gives it a new one if a period is over; else it waits for that. */
void thread_expired(u32 id, cycles_t now);

/* The best thread, which has the rest of its slice, and when the scheduler must look again;
 * 0 if none is ready. */
u32 thread_best(cycles_t now, cycles_t slice, cycles_t *until);

/*
 * Is it all the same whether the kernel learns of a running thread's new priority? The kernel knows one to see which thread with an end
 * point goes before it, and nothing else. Such a thread that is as good as a ceiling may do so.
 */
int thread_unnoticed(u32 id);

/* Ceilings. Enter and leave nest; result: 0, or -enum err. Forget: all of a component that
 * died. */
int  thread_raise(u32 id, u32 comp);
int  thread_lower(u32 id, u32 comp);
void thread_forget_ceiling(u32 id, u32 comp);

/* Components. */
const struct info_comp *comp_info(u32 id); /* NULL: there is none */
u32 comp_best_prio(u32 id);

#endif
