/*
 * What a component cannot do although it may make components, threads and end points of its own: stop the machine, or take the
 * processor from the first scheduler.
 */
#include <lib/component.h>

#include "test.h"

static struct thread t, u;
static struct endpoint e, g;
static volatile word_t seen[4];

static void
wait_there(void *arg)
{
	struct kresult r = rcv_wait(((struct endpoint *)arg)->rcv, 0, CYCLES_INF);

	seen[0] = r.err;
	seen[1] = r.r1;
	seen[2] = r.r2;
}

static void
for_ever(void *arg)
{
	for (;;)
		++*(volatile word_t *)arg;
}

/* Whoever binds a thread to its own end point: when it waits, somebody must run. */
static int
own_scheduler(void)
{
	CHECK(thread_make(&t, T0, own_comp, 7, wait_there, &e));
	CHECK(endpoint_make(&e, T0 + 1, &t, 10));
	CHECK_EQ(thd_bind(t.cap, e.rcv), EOK);
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(thd_query(t.cap).r2, THD_WAITING);
	endpoint_end(&e);
	thread_end(&t);
	return 1;
}

/* Two that are each other's; the second has never had time to run on. */
static int
ring(void)
{
	CHECK(thread_make(&t, T0, own_comp, 7, wait_there, &e));
	CHECK(endpoint_make(&e, T0 + 1, &t, 10));
	CHECK(thread_make(&u, T0 + 4, own_comp, 8, wait_there, &g));
	CHECK(endpoint_make(&g, T0 + 5, &u, 10));
	CHECK_EQ(thd_bind(t.cap, g.rcv), EOK);
	CHECK_EQ(thd_bind(u.cap, e.rcv), EOK);
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(thd_query(t.cap).r2, THD_WAITING);
	endpoint_end(&e);
	endpoint_end(&g);
	thread_end(&t);
	thread_end(&u);
	return 1;
}

/* It spins under its own end point: budget and timeout bring the first scheduler back all the same. */
static int
own_scheduler_spins(void)
{
	CHECK(thread_make(&t, T0, own_comp, 7, for_ever, (void *)&seen[3]));
	CHECK(endpoint_make(&e, T0 + 1, &t, 10));
	CHECK_EQ(thd_bind(t.cap, e.rcv), EOK);
	CHECK_EQ(run_until(&t, 10, cos_now() + 1000000), EOK);
	endpoint_end(&e);
	CHECK_EQ(run_until(&t, 10, cos_now() + 1000000), EINVAL); /* its scheduler is gone */
	thread_end(&t);
	return 1;
}

/* A root scheduler that is under another one: dispatched while it waits, it comes back with nothing. */
static int
root_below(void)
{
	u64 f = frame_take();

	CHECK(thread_make(&t, T0, own_comp, 7, wait_there, &e));
	CHECK_EQ(frame_make_rcv(all_frames, f, T0 + 1, t.cap, own_tcap, 1), EOK);
	e.rcv.slot = T0 + 1;
	CHECK_EQ(thd_bind(t.cap, own_rcv), EOK);
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(thd_query(t.cap).r2, THD_WAITING);
	seen[0] = seen[1] = seen[2] = 9;
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(seen[0] | seen[1] | seen[2], 0);
	slot_clear(T0 + 1);
	thread_end(&t);
	frame_back(f);
	return 1;
}

static void
fault_at_once(void *arg)
{
	(void)arg;
	asm volatile("ud2");
}

static u64 spare;

/* In a component that has a fault end point: tries to make a root scheduler, and a component that has none. */
static void
climb(void *arg)
{
	const struct child *c = arg;

	seen[0] = frame_make_rcv(all_frames, spare, T0 + 40, t.cap, own_tcap, 1);
	seen[1] = comp_set_fault(c->comp, (struct snd_cap){0}, 0);
	fault_at_once(NULL);
}

static int
begin(struct child *c, void (*fn)(void *))
{
	spare = frame_take();
	CHECK(child_make(c, T0));
	CHECK(thread_make(&t, T0 + 3, own_comp, 5, wait_there, &e));
	CHECK(endpoint_make(&e, T0 + 4, &t, 3));
	CHECK_EQ(run(&t, 3), EOK);
	CHECK_EQ(comp_set_fault(c->comp, e.snd, 1), EOK);
	CHECK(thread_make(&u, T0 + 7, c->comp, 6, fn, c));
	return 1;
}

static int
end(struct child *c)
{
	events_of(0);
	thread_end(&u);
	thread_end(&t);
	endpoint_end(&e);
	child_end(c);
	frame_back(spare);
	return 1;
}

static int
no_climb(void)
{
	static struct child c;
	static const slot_t needs[] = {SLOT_BOOT_FRAME, SLOT_BOOT_TCAP, T0 + 3, T0 + 2};

	CHECK(begin(&c, climb));
	for (u32 i = 0; i < 4; i++)
		CHECK_EQ(captbl_copy(c.captbl, needs[i], needs[i], RIGHT_ALL), EOK);
	CHECK_EQ(frame_reclaim(all_frames, e.frame[1]), EOK); /* so that t has no end point */
	CHECK_EQ(run(&u, 10), EOK);
	CHECK_EQ(seen[0], EPERM);
	CHECK_EQ(seen[1], EOK);
	CHECK_EQ(thd_query(u.cap).r2, THD_PARKED); /* and the machine still runs */
	return end(&c);
}

/* The end point for its faults is gone: its scheduler hears that it does not run any more. */
static int
fault_end_point_gone(void)
{
	static struct child c;

	CHECK(begin(&c, fault_at_once));
	CHECK_EQ(frame_reclaim(all_frames, e.frame[1]), EOK);
	events_of(0);
	CHECK_EQ(run(&u, 10), EOK);
	CHECK_EQ(events_of(6), EVENT_BLOCKED);
	CHECK_EQ(thd_query(u.cap).r2, THD_PARKED);
	return end(&c);
}

const struct test trust_tests[] = {
	{"own_scheduler", "a thread that is its own scheduler waits, and the first scheduler runs", own_scheduler},
	{"scheduler_ring", "so does one in a ring of schedulers that cannot run", ring},
	{"own_scheduler_spins", "such a thread is stopped at its timeout", own_scheduler_spins},
	{"root_below", "a root scheduler that is dispatched while it waits comes back with nothing", root_below},
	{"no_climb", "a component with a fault end point can neither be rid of it nor make a root scheduler", no_climb},
	{"fault_unheard", "a fault whose end point is gone parks the thread and tells its scheduler", fault_end_point_gone},
	{0},
};
