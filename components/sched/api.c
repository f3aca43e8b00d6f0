/*
 * The sched interface: runs on the threads of the callers.
 */
#include <lib/component.h>
#include <sched/sched.h>

#include "lock.h"
#include "start.h"
#include "thread.h"

static u32
self(void)
{
	return cos_thdid();
}

static u64
bit_of(u32 comp)
{
	return 1UL << comp % COMPS;
}

long
sched_block(cycles_t timeout)
{
	u32 me = self(), comp = cos_badge();
	struct thread *t = &threads[me];

	lock(me);
	if (t->pending & bit_of(comp)) {
		t->pending &= ~bit_of(comp);
		unlock(me);
		return 0;
	}
	t->blocked_by = comp;
	t->result = 0;
	thread_leave(me, BLOCKED);
	timeout_set(&timeouts, me, timeout);
	unlock(me);
	wait_ready(me);
	return t->result;
}

long
sched_wakeup(word_t id)
{
	u32 me = self(), comp = cos_badge();
	struct thread *t;
	int better = 0;

	if (id <= SCHEDULER || id >= THREADS)
		return -EINVAL;
	t = &threads[id];
	lock(me);
	if (t->state == FREE || t->state == ENDED) {
		unlock(me);
		return -EINVAL;
	}
	if (t->state == BLOCKED && t->blocked_by == comp) {
		t->result = 0;
		thread_ready(id);
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
	u32 me = self();

	lock(me);
	if (threads[me].state == READY)
		ready_add(&ready, me, threads[me].prio);
	unlock(me);
	yield_to_better(me);
	return 0;
}

long
sched_thd_create(word_t arg, word_t priority)
{
	u32 me = self(), comp = cos_badge();
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
	u32 me = self();
	struct thread *t;

	if (id <= SCHEDULER || id >= THREADS || id == me)
		return -EINVAL;
	t = &threads[id];
	lock(me);
	if (t->state == FREE || t->comp != cos_badge() || t->joiner) {
		unlock(me);
		return -EINVAL;
	}
	if (t->state == ENDED) {
		t->state = FREE;
		unlock(me);
		return 0;
	}
	t->joiner = me;
	threads[me].blocked_by = JOIN;
	thread_leave(me, BLOCKED);
	unlock(me);
	wait_ready(me);
	return 0;
}

/* A thread whose priority changes keeps its state; a ready one changes queues. */
static void
set_prio(u32 me, u32 prio)
{
	threads[me].prio = prio;
	if (threads[me].state == READY)
		ready_add(&ready, me, prio);
}

long
sched_ceiling_enter(void)
{
	u32 me = self();
	struct thread *t = &threads[me];
	const struct info_comp *c = comp_info(cos_badge());

	if (!c || t->nested == NESTED)
		return -EAGAIN;
	lock(me);
	t->saved[t->nested++] = t->prio;
	if (c->ceiling < t->prio)
		set_prio(me, c->ceiling);
	unlock(me);
	return 0;
}

long
sched_ceiling_leave(void)
{
	u32 me = self();
	struct thread *t = &threads[me];

	if (t->nested == 0)
		return -EINVAL;
	lock(me);
	set_prio(me, t->saved[--t->nested]);
	unlock(me);
	yield_to_better(me);
	return 0;
}

long
sched_init_done(void)
{
	u32 me = self();

	lock(me);
	start_done(me);
	unlock(me);
	run_scheduler();
	wait_ready(me);
	return 0;
}

/* Its own threads that wait on end points will never be notified again; all others go on, and the kernel lets them find out. */
long
sched_comp_died(word_t comp)
{
	u32 me = self();

	if (comp_info(cos_badge()) == NULL || comp_info(cos_badge())->order != 0)
		return -EPERM;
	lock(me);
	for (u32 id = SCHEDULER + 1; id < THREADS; id++) {
		struct thread *t = &threads[id];

		if (t->state == BLOCKED && t->blocked_by == comp) {
			t->result = -ECOMPDEAD;
			thread_ready(id);
		} else if (t->state == KERNEL && t->comp == comp) {
			thread_end(id);
		}
	}
	unlock(me);
	yield_to_better(me);
	return 0;
}

long
sched_idle_cycles(void)
{
	return rcv_query(scheduler_rcv()).r1;
}
