/*
 * sched: threads, blocking, time-outs. Fixed priorities (0 is the highest), round robin among equals.
 * Times are absolute values of the time-stamp counter. The scheduler trusts no caller: a component can
 * only wake threads that it blocked itself, and only create, join and end threads of its own.
 */
#ifndef SCHED_SCHED_H
#define SCHED_SCHED_H

#include <abi/types.h>

/*
 * Blocks the calling thread until the same component calls sched_wakeup for it. A wake-up that came first is
 * remembered (one bit for each thread and component), so that none is lost.
 * timeout: absolute time-stamp, or CYCLES_INF.
 * Result: 0 woken, -ETIMEDOUT, -ECOMPDEAD the component was declared dead meanwhile.
 * @blocks yes
 * @repeat harmless
 */
long sched_block(cycles_t timeout);

/*
 * Wakes a thread that the calling component blocked, or lets its next sched_block return at once.
 * Result: 0; -EINVAL no such thread.
 * @blocks no
 * @repeat harmless
 */
long sched_wakeup(word_t thdid);

/*
 * Lets other threads of the same priority run.
 * @blocks yes
 * @repeat harmless
 */
long sched_yield(void);

/*
 * Makes a thread in the calling component. It enters through the component's upcall entry with arg,
 * which the start-up library takes for the address of a struct thread_start. It ends by returning
 * from there (cos_thread_exit). priority: 0 to 255, not better than the best that the script gives
 * the component's threads. Result: thread id; -EAGAIN the script's number of threads is reached;
 * -EINVAL.
 * @blocks no
 * @repeat opid
 * @creates thd
 */
long sched_thd_create(word_t arg, word_t priority);

/*
 * Waits until a thread of the same component has ended, and forgets it. A thread that has ended and
 * that nobody joins is forgotten when its place is needed. Result: 0; -EINVAL no such thread, or
 * the caller itself, or somebody else joins it.
 * @blocks yes
 * @repeat harmless
 * @ends thd thdid
 */
long sched_thd_join(word_t thdid);

/*
 * Raises the calling thread to the calling component's ceiling priority, and back to what it was. Calls nest.
 * @blocks no
 * @repeat harmless
 */
long sched_ceiling_enter(void);

/*
 * @blocks no
 * @repeat harmless
 */
long sched_ceiling_leave(void);

/*
 * Called by the first thread of every component when its initialisation is over. Returns when all
 * components are initialised.
 * @blocks yes
 * @repeat harmless
 */
long sched_init_done(void);

/*
 * Tells of the death of a component: threads blocked on its behalf return with -ECOMPDEAD, its own threads end.
 * Only the booter may (-EPERM).
 * @blocks no
 * @repeat harmless
 */
long sched_comp_died(word_t comp);

/*
 * Processor time that was spent idle since boot, in time-stamp counter ticks.
 * @blocks no
 * @repeat harmless
 */
long sched_idle_cycles(void);

enum sched_state {
	SCHED_READY   = 0, /* runs, or could */
	SCHED_BLOCKED = 1, /* in sched_block or sched_thd_join */
	SCHED_WAITING = 2, /* on its end point, or parked by a fault */
	SCHED_EXPIRED = 3, /* its budget is used up */
	SCHED_STARTED = 4, /* in sched_init_done, until all components are initialised */
};

/*
 * A thread of the system, for whoever wants to look. thdid: ids begin at 1.
 * Result: enum sched_state; second word: the component whose thread it is; third: its present priority.
 * -ENOENT no thread has this id; -EINVAL none can have it, nor any higher one.
 * @blocks no
 * @repeat harmless
 */
long sched_thd_state(word_t thdid, word_t *out_comp, word_t *out_priority);

/*
 * Processor time that a thread has used, wherever it was, in time-stamp counter ticks. -ENOENT, -EINVAL as above.
 * @blocks no
 * @repeat harmless
 */
long sched_thd_cycles(word_t thdid);

#endif
