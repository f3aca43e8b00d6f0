/*
 * The sched interface: runs on the threads of the callers.
 */
#include <lib/component.h>
#include <sched/sched.h>

#include "lock.h"
#include "object.h"
#include "start.h"
#include "thread.h"

static u64
bit_of(u32 comp)
{
	return 1UL << comp % COMPS;
}

static int
is_thread(word_t id)
{
	return id > SCHEDULER && id < THREADS;
}

/* Under the lock, which it leaves. */
static long
block(u32 me, u32 comp, cycles_t timeout)
{
	threads[me].blocked_by = comp;
	thread_leave(me, BLOCKED);
	timeout_set(&timeouts, me, timeout);
	unlock(me);
	wait_ready(me);
	return threads[me].result;
}

long
sched_block(cycles_t timeout)
{
	u32 me = cos_thdid(), comp = cos_badge();
	struct thread *t = &threads[me];

	lock(me);
	if (!(t->pending & bit_of(comp)))
		return block(me, comp, timeout);
	t->pending &= ~bit_of(comp);
	unlock(me);
	return 0;
}

long
sched_wakeup(word_t id)
{
	u32 me = cos_thdid(), comp = cos_badge();
	struct thread *t;
	int better = 0;

	if (!is_thread(id))
		return -EINVAL;
	t = &threads[id];
	lock(me);
	if (t->state == FREE || t->state == ENDED) {
		unlock(me);
		return -EINVAL;
	}
	if (t->state == BLOCKED && t->blocked_by == comp && !t->joins) {
		thread_wake(id, 0);
		better = t->prio < threads[me].prio;
	} else {
		t->pending |= bit_of(comp);
	}
	unlock(me);
	if (better)
		yield_to_better(me);
	return 0;
}

long
sched_yield(void)
{
	u32 me = cos_thdid();

	lock(me);
	if (threads[me].state == READY)
		thread_ready(me);
	unlock(me);
	yield_to_better(me);
	return 0;
}

long
sched_thd_create(word_t arg, word_t priority)
{
	u32 me = cos_thdid(), comp = cos_badge();
	long id;

	if (priority >= PRIORITIES || priority < comp_best_prio(comp))
		return -EINVAL;
	lock(me);
	id = thread_make(comp, arg, priority, NULL);
	unlock(me);
	if (id > 0 && priority < threads[me].prio)
		yield_to_better(me);
	return id;
}

long
sched_thd_join(word_t id)
{
	u32 me = cos_thdid(), comp = cos_badge();
	struct thread *t;
	long result = -EINVAL;

	if (!is_thread(id) || id == me)
		return -EINVAL;
	t = &threads[id];
	lock(me);
	if (t->state == FREE || t->comp != comp || t->joiner) {
		result = -EINVAL;
	} else if (t->state == ENDED) {
		t->state = FREE;
		result = 0;
	} else {
		t->joiner = me;
		threads[me].joins = id;
		return block(me, comp, CYCLES_INF);
	}
	unlock(me);
	return result;
}

static long
change_ceiling(int (*change)(u32 id, u32 comp))
{
	u32 me = cos_thdid();
	u8 before = threads[me].prio;
	int unnoticed;
	long result;

	lock(me);
	result = change(me, cos_badge());
	unnoticed = threads[me].prio == before || thread_unnoticed(me);
	unlock(me);
	if (!unnoticed)
		yield_anew(me);
	return result;
}

long
sched_ceiling_enter(void)
{
	return change_ceiling(thread_raise);
}

long
sched_ceiling_leave(void)
{
	return change_ceiling(thread_lower);
}

long
sched_init_done(void)
{
	u32 me = cos_thdid();

	lock(me);
	start_done(me);
	unlock(me);
	run_scheduler();
	wait_ready(me);
	return 0;
}

/*
 * Its own threads that wait on end points will never be notified again. All others go on: those
 * inside living servers finish there, and the kernel finds out who has nowhere to return to.
 */
static void
comp_died(u32 id, u32 comp)
{
	struct thread *t = &threads[id];

	if (t->state == FREE || t->state == ENDED)
		return;
	t->pending &= ~bit_of(comp);
	thread_forget_ceiling(id, comp);
	if (t->state == BLOCKED && t->blocked_by == comp)
		thread_wake(id, -ECOMPDEAD);
	else if (t->state == KERNEL && t->comp == comp) {
		start_ended(id);
		thread_end(id);
	}
}

long
sched_comp_died(word_t comp)
{
	u32 me = cos_thdid();

	if (cos_badge() != cos_provider("init"))
		return -EPERM;
	if (comp >= COMPS || !comp_info(comp))
		return -EINVAL;
	lock(me);
	for (u32 id = SCHEDULER + 1; id < THREADS; id++)
		comp_died(id, comp);
	unlock(me);
	run_scheduler(); /* others may have waited for it to start */
	yield_anew(me);
	return 0;
}

long
sched_idle_cycles(void)
{
	return rcv_query(scheduler_rcv()).r1;
}

/* 0, or why nothing can be said of a thread. The scheduler's own is neither free nor ended. */
static int
look(word_t id)
{
	if (id >= THREADS)
		return EINVAL;
	return id < SCHEDULER || threads[id].state == FREE || threads[id].state == ENDED ? ENOENT : 0;
}

long
sched_thd_state(word_t id, word_t *out_comp, word_t *out_priority)
{
	static const u8 said[] = {
		[READY] = SCHED_READY,     [BLOCKED] = SCHED_BLOCKED, [KERNEL] = SCHED_WAITING,
		[EXPIRED] = SCHED_EXPIRED, [INITED] = SCHED_STARTED,
	};
	u32 me = cos_thdid();
	long result;

	*out_comp = *out_priority = 0;
	lock(me);
	result = -look(id);
	if (result == 0) {
		*out_comp = threads[id].comp;
		*out_priority = threads[id].prio;
		result = id == SCHEDULER ? SCHED_WAITING : said[threads[id].state];
	}
	unlock(me);
	return result;
}

long
sched_thd_cycles(word_t id)
{
	u32 me = cos_thdid();
	long result;

	lock(me);
	result = -look(id);
	if (result == 0)
		result = thd_query(thread_cap(id)).r1;
	unlock(me);
	return result;
}
