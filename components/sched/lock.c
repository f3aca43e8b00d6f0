/*
 * The holder word, tokens, and switching.
 */
#include "lock.h"

#include <lib/component.h>
#include <lib/print.h>

#include "thread.h"

static volatile u32 holder;    /* thread id; 0 = free */
static volatile u32 contended; /* somebody gave the holder the processor: give it back */
static volatile word_t token = 1; /* 1 was the booter's dispatch of the scheduler */

word_t
token_take(void)
{
	return __atomic_add_fetch(&token, 1, __ATOMIC_SEQ_CST);
}

void
run_scheduler(void)
{
	thd_dispatch(thread_cap(SCHEDULER), thread_tcap(SCHEDULER), 0, CYCLES_INF, token_take());
}

void
lock(u32 me)
{
	u32 h = 0;

	while (!__atomic_compare_exchange_n(&holder, &h, me, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		contended = 1;
		if (thd_dispatch(thread_cap(h), thread_tcap(h), threads[me].prio, CYCLES_INF, token_take()) == EBUSY)
			run_scheduler();
		h = 0;
	}
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

/* The kernel knows better what state a thread is in. */
static void
correct(u32 me, u32 id, int err)
{
	lock(me);
	if (threads[id].state == READY && err == EPARKED)
		thread_leave(id, KERNEL);
	else if (threads[id].state == READY && err == EEXPIRED)
		thread_expired(id, cos_now());
	else if (err == ECOMPDEAD && id != me)
		thread_end(id);
	unlock(me);
}

/* One decision, with the token taken before. Result: what the kernel says; 0 also if nobody is ready, with *id 0. */
static int
decide(u32 me, word_t mine, u32 *id)
{
	static u64 slice;
	cycles_t until;

	if (!slice)
		slice = cos_param_number("slice_cycles", 10000000);
	lock(me);
	*id = ready_best(&ready);
	until = timeout_next(&timeouts);
	if (*id && ready_has_peer(&ready, *id) && cos_now() + slice < until)
		until = cos_now() + slice;
	unlock(me);
	if (!*id || *id == me)
		return 0;
	return thd_dispatch(thread_cap(*id), thread_tcap(*id), threads[*id].prio, until, mine);
}

static void
after(u32 me, u32 id, int err)
{
	if (err == EBUSY)
		run_scheduler();
	else if (err && err != EAGAIN)
		correct(me, id, err);
}

void
wait_ready(u32 me)
{
	u32 id;
	int e;

	while (threads[me].state != READY) {
		e = decide(me, token_take(), &id);
		if (!id)
			run_scheduler();
		else
			after(me, id, e);
	}
}

void
yield_to_better(u32 me)
{
	u32 id;
	int e;

	do {
		e = decide(me, token_take(), &id);
		after(me, id, e);
	} while (e);
}

int
dispatch_best(u32 me)
{
	u32 id;

	int e = decide(me, token_take(), &id);

	after(me, id, e);
	return id != 0;
}
