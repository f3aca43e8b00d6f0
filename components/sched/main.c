/*
 * The scheduler's own thread: it hears of events, runs time-outs, starts the components in order,
 * and idles when nobody is ready. Its priority is the best, so nothing preempts it; it gives the
 * processor away only itself.
 */
#include <lib/component.h>

#include "lock.h"
#include "object.h"
#include "start.h"
#include "thread.h"

static void
ended(u32 id)
{
	start_ended(id);
	thread_end(id);
}

/* EVENT_TIMEOUT needs nothing here: whoever decides next sees what is due. */
static void
event(u32 id, u32 bits)
{
	struct thread *t = &threads[id];

	if (id <= SCHEDULER || id >= THREADS || t->state == FREE || t->state == ENDED)
		return;
	if (bits & EVENT_DEAD) {
		ended(id);
		return;
	}
	if ((bits & EVENT_BLOCKED) && (t->state == READY || t->state == EXPIRED))
		thread_leave(id, KERNEL);
	if ((bits & EVENT_WOKEN) && t->state == KERNEL)
		thread_ready(id);
	if ((bits & EVENT_EXPIRED) && t->state == READY)
		thread_expired(id, cos_now());
}

static void
take(struct kresult r)
{
	if (r.err == EOK && r.r2 >> 32)
		event((u32)r.r2, r.r3 & 0xff);
}

static void
take_events(void)
{
	struct kresult r;

	while ((r = rcv_wait(scheduler_rcv(), WAIT_POLL, CYCLES_INF)).err == EOK)
		take(r);
}

static void
run_timeouts(void)
{
	u32 id;

	while ((id = timeout_take(&timeouts, cos_now()))) {
		if (threads[id].state == BLOCKED)
			thread_wake(id, -ETIMEDOUT);
		else if (threads[id].state == EXPIRED)
			thread_expired(id, cos_now());
	}
}

static void
drain(void)
{
	lock(SCHEDULER);
	take_events();
	run_timeouts();
	start_next();
	unlock(SCHEDULER);
}

/*
 * The kernel did not dispatch a thread that seemed ready: it knows better. Events are taken before
 * it is asked, so that a wake-up from now on is an event of its own, and does not just cancel the
 * blocking that nobody has heard of.
 */
static void
put_right(u32 id, int err)
{
	lock(SCHEDULER);
	take_events();
	if (threads[id].state == READY && err == EEXPIRED) {
		thread_expired(id, cos_now());
	} else if (threads[id].state == READY) {
		u64 state = thd_query(thread_cap(id)).r2;

		if (state == THD_DEAD)
			ended(id);
		else if (state != THD_READY)
			thread_leave(id, KERNEL);
	}
	unlock(SCHEDULER);
}

/* Never returns: nothing of the scheduler comes after its initialisation. */
void
cos_init(void)
{
	object_init();
	thread_init();
	lock_init();
	for (;;) {
		struct kresult r;
		u32 id;
		int e;

		drain();
		e = dispatch_best(&id);
		if (id && e && e != EAGAIN)
			put_right(id, e);
		if (id)
			continue;
		r = rcv_wait(scheduler_rcv(), 0, timeout_next(&timeouts));
		lock(SCHEDULER);
		take(r);
		unlock(SCHEDULER);
	}
}
