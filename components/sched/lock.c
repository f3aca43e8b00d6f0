/*
 * The holder word, tokens, and switching.
 */
#include "lock.h"

#include <lib/component.h>

#include "object.h"
#include "thread.h"

static volatile u32 holder;    /* thread id; 0 = free */
static volatile u32 contended; /* somebody gave the holder the processor: give it back */
static volatile word_t token = 1; /* 1 was the booter's dispatch of the scheduler */
static cycles_t slice;

void
lock_init(void)
{
	slice = cos_param_number("slice_cycles", 10000000);
}

static word_t
token_take(void)
{
	return __atomic_add_fetch(&token, 1, __ATOMIC_SEQ_CST);
}

/* A stale token is as good: somebody has decided since, and this thread was the best again. */
void
run_scheduler(void)
{
	thd_dispatch(thread_cap(SCHEDULER), thread_tcap(SCHEDULER), 0, CYCLES_INF, token_take());
}

static int
try_lock(u32 me)
{
	u32 none = 0;

	return __atomic_compare_exchange_n(&holder, &none, me, 0, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

/* The token is older than the look at the holder: if that one leaves and goes on elsewhere
 * meanwhile, it does so by a dispatch. */
static void
help_holder(u32 me)
{
	word_t mine = token_take();
	u32 h = __atomic_load_n(&holder, __ATOMIC_ACQUIRE);
	int e;

	if (!h)
		return;
	contended = 1;
	threads[h].told = UNTOLD;
	e = thd_dispatch(thread_cap(h), (struct tcap_cap){0}, threads[me].prio, CYCLES_INF, mine);
	if (e == EBUSY)
		run_scheduler();
}

void
lock(u32 me)
{
	while (!try_lock(me))
		help_holder(me);
}

void
unlock(u32 me)
{
	__atomic_store_n(&holder, 0, __ATOMIC_RELEASE);
	if (contended && me != SCHEDULER) {
		contended = 0;
		run_scheduler();
	}
}

/* One decision. Result: what the kernel says; *id = who is best; 0 = nobody is ready, and nothing
 * happened. self: whether to tell the kernel too if this thread is the best itself. What the kernel
 * is told is noted first: if it refuses, nobody knows. */
static int
decide(u32 me, int self, u32 *id)
{
	word_t mine = token_take();
	cycles_t until;
	u32 prio, best;
	int e;

	lock(me);
	*id = best = thread_best(cos_now(), slice, &until);
	prio = threads[best].prio;
	if (best && (best != me || self))
		threads[best].told = prio;
	unlock(me);
	if (!best || (best == me && !self))
		return EOK;
	e = thd_dispatch(thread_cap(best), thread_tcap(best), prio, until, mine);
	if (e)
		threads[best].told = UNTOLD;
	return e;
}

static int
attempt(u32 me, int self)
{
	u32 id;
	int e = decide(me, self, &id);

	if (!id || (e && e != EAGAIN))
		run_scheduler();
	return e;
}

void
wait_ready(u32 me)
{
	while (threads[me].state != READY)
		attempt(me, 0);
}

void
yield_to_better(u32 me)
{
	while (attempt(me, 0))
		;
}

void
yield_anew(u32 me)
{
	while (attempt(me, 1))
		;
}

int
dispatch_best(u32 *id)
{
	return decide(SCHEDULER, 0, id);
}
