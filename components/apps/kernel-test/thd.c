/*
 * Threads and dispatch.
 */
#include <lib/component.h>

#include "test.h"

static volatile word_t seen, steps;

static void
note(void *arg)
{
	seen = (word_t)arg + 1000 * cos_thdid();
}

static void
step_twice(void *arg)
{
	(void)arg;
	steps++;
	back();
	steps++;
}

static void
spin(void *arg)
{
	while (!*(volatile word_t *)arg)
		steps++;
}

static int
runs(void)
{
	struct thread t;

	CHECK(thread_make(&t, T0, own_comp, 7, note, (void *)5));
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(seen, 7005);
	CHECK_EQ(events_of(7), EVENT_DEAD);
	CHECK_EQ(thd_query(t.cap).r2, THD_DEAD);
	CHECK_EQ(run(&t, 10), EPARKED);
	thread_end(&t);
	return 1;
}

static int
back_and_forth(void)
{
	struct thread t;

	steps = 0;
	CHECK(thread_make(&t, T0, own_comp, 7, step_twice, NULL));
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(steps, 1);
	CHECK_EQ(thd_query(t.cap).r2, THD_READY);
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(steps, 2);
	thread_end(&t);
	return 1;
}

static int
other_space(void)
{
	struct thread t;
	struct child c;

	CHECK(child_make(&c, T0));
	CHECK(thread_make(&t, T0 + 3, c.comp, 9, note, (void *)1));
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(seen, 9001);
	thread_end(&t);
	child_end(&c);
	return 1;
}

static int
tokens(void)
{
	struct thread t;

	CHECK(thread_make(&t, T0, own_comp, 7, note, NULL));
	CHECK_EQ(thd_dispatch(t.cap, own_tcap, 10, CYCLES_INF, token), EAGAIN);
	CHECK_EQ(thd_dispatch(t.cap, own_tcap, 10, CYCLES_INF, 0), EAGAIN);
	CHECK_EQ(run(&t, 10), EOK);
	thread_end(&t);
	return 1;
}

static int
dispatch_refused(void)
{
	struct thread t;

	CHECK(thread_make(&t, T0, own_comp, 7, note, NULL));
	CHECK_EQ(thd_dispatch(t.cap, own_tcap, PRIO_LOWEST + 1, CYCLES_INF, ++token), EINVAL);
	CHECK_EQ(thd_dispatch(t.cap, (struct tcap_cap){SLOT_BOOT_RCV}, 10, CYCLES_INF, ++token), EBADCAP);
	CHECK_EQ(captbl_copy(own_captbl, T0 + 1, T0, RIGHT_READ), EOK);
	CHECK_EQ(thd_dispatch((struct thd_cap){T0 + 1}, own_tcap, 10, CYCLES_INF, ++token), EACCES);
	slot_clear(T0 + 1);
	thread_end(&t);
	return 1;
}

static int
dispatch_self(void)
{
	CHECK_EQ(thd_dispatch(own_thd, own_tcap, 100, CYCLES_INF, ++token), EOK);
	return 1;
}

static int
timeout(void)
{
	volatile word_t stop = 0;
	struct thread t;
	cycles_t start = cos_now();

	steps = 0;
	CHECK(thread_make(&t, T0, own_comp, 7, spin, (void *)&stop));
	CHECK_EQ(run_until(&t, 10, start + 50000000), EOK);
	CHECK(cos_now() - start >= 50000000);
	CHECK(steps > 0);
	CHECK_EQ(events_of(7), EVENT_TIMEOUT);
	stop = 1;
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(events_of(7), EVENT_DEAD);
	thread_end(&t);
	return 1;
}

static int
cycles(void)
{
	volatile word_t stop = 0;
	struct thread t;

	CHECK(thread_make(&t, T0, own_comp, 7, spin, (void *)&stop));
	CHECK_EQ(run_until(&t, 10, cos_now() + 50000000), EOK);
	CHECK(thd_query(t.cap).r1 >= 20000000);
	events_of(7);
	stop = 1;
	run(&t, 10);
	thread_end(&t);
	return 1;
}

static int
pending_events(void)
{
	struct thread a, b;

	steps = 0;
	CHECK(thread_make(&a, T0, own_comp, 7, note, NULL));
	CHECK(thread_make(&b, T0 + 1, own_comp, 8, step_twice, NULL));
	CHECK_EQ(run(&a, 10), EOK); /* dies: an event is pending, and the scheduler itself may go on */
	CHECK_EQ(run(&b, 10), EOK);
	CHECK_EQ(steps, 1);
	thread_end(&a);
	run(&b, 10);
	thread_end(&b);
	return 1;
}

static struct thread other;
static volatile int refused;

static void
dispatch_other(void *arg)
{
	(void)arg;
	refused = thd_dispatch(other.cap, (struct tcap_cap){0}, 10, CYCLES_INF, ++token);
}

static int
busy(void)
{
	struct thread dead, t;

	CHECK(thread_make(&dead, T0, own_comp, 6, note, NULL));
	CHECK(thread_make(&other, T0 + 1, own_comp, 7, note, NULL));
	CHECK(thread_make(&t, T0 + 2, own_comp, 8, dispatch_other, NULL));
	CHECK_EQ(run(&dead, 10), EOK);
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(refused, EBUSY);
	thread_end(&dead);
	thread_end(&other);
	thread_end(&t);
	return 1;
}

static int
stale_thread(void)
{
	struct thread t;

	CHECK(thread_make(&t, T0, own_comp, 7, note, NULL));
	frame_reclaim(all_frames, t.frame);
	CHECK_EQ(run(&t, 10), EDEADCAP);
	CHECK_EQ(thd_query(t.cap).err, EDEADCAP);
	thread_end(&t);
	return 1;
}

static int
not_parked(void)
{
	struct thread t;

	CHECK(thread_make(&t, T0, own_comp, 7, note, NULL));
	CHECK_EQ(thd_fault(t.cap).err, EINVAL);
	CHECK_EQ(thd_get_reg(t.cap, REG_RAX).err, EINVAL);
	CHECK_EQ(thd_set_reg(t.cap, REG_RAX, 0), EINVAL);
	CHECK_EQ(thd_resume(t.cap), EINVAL);
	CHECK_EQ(thd_abort(t.cap), EINVAL);
	CHECK_EQ(thd_bind(t.cap, (struct rcv_cap){SLOT_BOOT_TCAP}), EBADCAP);
	CHECK_EQ(thd_bind(t.cap, own_rcv), EOK);
	thread_end(&t);
	return 1;
}

const struct test thd_tests[] = {
	{"thd_run", "a thread gets its argument and id, ends, and its scheduler hears of it", runs},
	{"thd_back", "a thread goes on where it left off", back_and_forth},
	{"thd_space", "a thread runs in another address space", other_space},
	{"thd_token", "a dispatch with a token that is not newer is refused", tokens},
	{"thd_dispatch_refused", "bad priorities, tcaps and rights are refused", dispatch_refused},
	{"thd_dispatch_self", "dispatching oneself only changes priority and timeout", dispatch_self},
	{"thd_timeout", "a spinning thread is preempted at the timeout, not before, and can go on", timeout},
	{"thd_cycles", "the time that a thread runs is counted", cycles},
	{"thd_scheduler", "the scheduler's own thread may dispatch while events are pending", pending_events},
	{"thd_busy", "others may not dispatch while the scheduler has events pending", busy},
	{"thd_stale", "a reclaimed thread's capabilities are dead", stale_thread},
	{"thd_not_parked", "registers of a thread that is not parked are out of reach", not_parked},
	{0},
};
