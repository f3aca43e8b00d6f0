/*
 * The scheduler's own thread: it hears of events, runs time-outs, starts the components in order, and idles when nobody is ready.
 */
#include <lib/component.h>
#include <lib/print.h>

#include "lock.h"
#include "start.h"
#include "thread.h"

static void
event(u32 id, u32 bits)
{
	struct thread *t = &threads[id];

	if (id <= SCHEDULER || id >= THREADS || t->state == FREE)
		return;
	if (bits & EVENT_DEAD) {
		start_ended(id);
		thread_end(id);
		return;
	}
	if ((bits & EVENT_BLOCKED) && t->state == READY)
		thread_leave(id, KERNEL);
	if ((bits & EVENT_WOKEN) && t->state == KERNEL)
		thread_ready(id);
	if ((bits & EVENT_EXPIRED) && t->state == READY)
		thread_expired(id, cos_now());
	if ((bits & EVENT_TIMEOUT) && t->state == READY)
		ready_add(&ready, id, t->prio); /* to the end of its queue */
}

static void
take(struct kresult r)
{
	if (r.err == EOK && r.r2 >> 32)
		event((u32)r.r2, r.r3 & 0xff);
}

static void
run_timeouts(void)
{
	u32 id;

	while ((id = timeout_take(&timeouts, cos_now()))) {
		if (threads[id].state == BLOCKED) {
			threads[id].result = -ETIMEDOUT;
			thread_ready(id);
		} else if (threads[id].state == EXPIRED) {
			thread_expired(id, cos_now());
		}
	}
}

static void
drain(void)
{
	struct kresult r;

	lock(SCHEDULER);
	while ((r = rcv_wait(scheduler_rcv(), WAIT_POLL, CYCLES_INF)).err == EOK)
		take(r);
	run_timeouts();
	start_next();
	unlock(SCHEDULER);
}

/* Never returns: nothing of the scheduler comes after its initialisation. */
void
cos_init(void)
{
	struct kresult r;

	thread_init();
	for (;;) {
		drain();
		if (dispatch_best(SCHEDULER))
			continue;
		r = rcv_wait(scheduler_rcv(), 0, timeout_next(&timeouts));
		lock(SCHEDULER);
		take(r);
		unlock(SCHEDULER);
	}
}
