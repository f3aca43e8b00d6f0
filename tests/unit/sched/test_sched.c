/*
 * The scheduler: systems of threads on the machine, each with several
 * seeds in a process of its own.
 */
#include <abi/err.h>
#include <sched/sched.h>

#include "system.h"
#include "test.h"
#include "test_look.h"
#include "test_queue.h"
#include "thread.h"

#define BOOTER (MACHINE_COMPS + 1) /* what cos_provider says of init */

/* Start-up. */
static u32 started[16], nstarted;

static void
start_body(u32 c, word_t arg)
{
	started[nstarted++] = c * 10 + arg;
	if (arg == 0) {
		machine_work(machine_random(5000));
		sched_init_done();
		HOLDS(nstarted == 6);
		if (c == 4) {
			HOLDS(started[0] == 20 && started[1] == 21);
			HOLDS(started[2] == 30 && started[3] == 31 && started[4] == 32 &&
			      started[5] == 40);
			machine_stop();
		}
	}
}

/* Component 4's main thread has the worst priority, so it is the last. */
static int
test_start(void)
{
	begin(0, 20, NULL);
	comp(2, 0, 4);
	comp(3, 0, 4);
	comp(4, 0, 4);
	thread(2, 0, 5, 0);
	thread(2, 1, 1, 0);
	thread(3, 0, 10, 0);
	thread(3, 1, 2, 0);
	thread(3, 2, 2, 0);
	thread(4, 0, 20, 0);
	return run(start_body, SEEDS);
}

/* Wake-ups: pairs pass a token to and fro; in some, one side is woken by time as well. */
#define ROUNDS 300
static volatile u32 ball[8], at_end;

static void
pass(u32 pair, u32 side, u32 other)
{
	for (u32 i = 0; i < ROUNDS; i++) {
		while (ball[pair] != side)
			if (sched_block(pair == 2 ? machine_time() + machine_random(3000)
						  : CYCLES_INF) == -ECOMPDEAD)
				machine_fail("a living component");
		ball[pair] = !side;
		HOLDS(sched_wakeup(other) == 0 || i >= ROUNDS - 2); /* it may have ended */
	}
	if (++at_end == 6)
		machine_stop();
}

static u32 ids[8];

static void
pass_body(u32 c, word_t arg)
{
	if (arg == 0) {
		sched_init_done();
		return;
	}
	(void)c;
	ids[arg] = machine_self();
	while (!ids[arg ^ 1])
		sched_block(machine_time() + 1000);
	pass(arg / 2, arg & 1, ids[arg ^ 1]);
}

static int
test_wake(void)
{
	begin(0, 10, "5000");
	comp(2, 0, 8);
	thread(2, 0, 5, 0);
	for (u32 i = 2; i < 8; i++)
		thread(2, i, 3 + i / 4,
		       0); /* equals in two pairs, a better and a worse one in the other */
	sys.thread[sys.nthreads - 1].priority = 5;
	return run(pass_body, SEEDS);
}

/* The same with interrupts that wake better threads, which wake and block too. */
static u32 interrupts;

static void
busy_body(u32 c, word_t arg)
{
	if (arg >= 100) {
		ids[arg - 100] = machine_self();
		for (;;) {
			machine_wait();
			interrupts++;
			sched_wakeup(
			    ids[2 + machine_random(6)]); /* perhaps nobody, perhaps without need */
			if (machine_random(3) == 0)
				sched_block(machine_time() + machine_random(2000));
			if (machine_random(3) == 0)
				sched_ceiling_enter(), sched_ceiling_leave();
		}
	}
	pass_body(c, arg);
}

static int
test_wake_interrupts(void)
{
	begin(15, 10, "5000");
	comp(2, 1, 12);
	thread(2, 0, 5, 0);
	thread(2, 100, 2, 50);
	thread(2, 101, 4, 51);
	for (u32 i = 2; i < 8; i++)
		thread(2, i, 3 + i % 3, 0);
	return run(busy_body, SEEDS);
}

/* Time-outs. */
static void
sleep_body(u32 c, word_t arg)
{
	(void)c;
	if (arg == 0)
		sched_init_done();
	for (u32 i = 0; i < 200; i++) {
		cycles_t until = machine_time() + machine_random(30000);

		HOLDS(sched_block(until) == -ETIMEDOUT);
		HOLDS(machine_time() >= until);
		HOLDS(arg != 1 || machine_time() < until + 60000); /* the best: soon */
		machine_work(machine_random(3000));
	}
	if (++at_end == 4)
		machine_stop();
}

static int
test_sleep(void)
{
	begin(0, 50, "5000");
	comp(2, 0, 8);
	thread(2, 0, 9, 0);
	thread(2, 1, 1, 0);
	thread(2, 2, 5, 0);
	thread(2, 3, 5, 0);
	return run(sleep_body, SEEDS);
}

/* Threads made, joined, and forgotten. */
static void
make_body(u32 c, word_t arg)
{
	u32 frames;

	(void)c;
	if (arg >= 5000) {
		machine_work(machine_random(4000));
		return;
	}
	sched_init_done();
	frames = machine_frames();
	HOLDS(sched_thd_create(5000, 0) == -EINVAL); /* better than the script allows */
	HOLDS(sched_thd_create(5000, 256) == -EINVAL && sched_thd_join(machine_self()) == -EINVAL);
	HOLDS(sched_thd_join(300) == -EINVAL && sched_thd_join(1) == -EINVAL &&
	      sched_wakeup(1) == -EINVAL);
	for (u32 i = 0; i < 40; i++) {
		long id[5];

		for (u32 k = 0; k < 5; k++) {
			id[k] = sched_thd_create(5000 + i, i % 2 ? 3 + machine_random(2) : 10);
			HOLDS(id[k] > 1);
		}
		HOLDS(i % 2 ||
		      sched_thd_create(5000, 10) == -EAGAIN); /* none of the five has run */
		for (u32 k = 0; k < 5; k++)
			HOLDS(sched_thd_join(id[k]) == 0);
		HOLDS(sched_thd_join(id[0]) == -EINVAL);
	}
	HOLDS(sched_thd_create(5000, 10) > 1); /* nobody joins it */
	sched_block(machine_time() + 1000000);
	HOLDS(machine_frames() == frames);
	machine_stop();
}

static int
test_make(void)
{
	begin(0, 20, "4000");
	comp(2, 0, 6);
	thread(2, 0, 3, 0);
	return run(make_body, SEEDS);
}

/* Ceilings. Nobody may run inside at the ceiling while another is. */
static volatile u32 inside;

static void
ceiling_body(u32 c, word_t arg)
{
	u32 base = 10 + arg;

	if (arg >= 100) {
		for (;;) {
			machine_wait();
			HOLDS(!inside);
			interrupts++;
		}
	}
	if (arg == 0)
		sched_init_done();
	for (u32 i = 0; i < 150; i++) {
		HOLDS(machine_priority() == base);
		HOLDS(sched_ceiling_enter() == 0);
		HOLDS(machine_priority() == 4);
		HOLDS(!inside);
		inside = 1;
		machine_work(machine_random(3000));
		HOLDS(sched_ceiling_enter() == 0 && sched_ceiling_leave() == 0);
		HOLDS(machine_priority() == 4);
		machine_enter(3); /* a better ceiling, further on */
		HOLDS(sched_ceiling_enter() == 0);
		HOLDS(threads[machine_self()].prio == 2 && machine_priority() <= 4); /* nobody is between */
		HOLDS(sched_ceiling_leave() == 0 && sched_ceiling_leave() == -EINVAL);
		machine_enter(c);
		HOLDS(threads[machine_self()].prio == 4 && machine_priority() <= 4);
		inside = 0;
		HOLDS(sched_ceiling_leave() == 0);
		machine_work(machine_random(3000));
		if (i % 8 == 0)
			sched_block(machine_time() + machine_random(5000));
	}
	if (++at_end == 4)
		machine_stop();
}

/* The interrupt's thread is better than all but who is inside. */
static int
test_ceiling(void)
{
	begin(300, 10, "1000");
	comp(2, 4, 8);
	comp(3, 2, 1);
	thread(2, 0, 10, 0);
	thread(2, 1, 11, 0);
	thread(2, 2, 12, 0);
	thread(2, 3, 13, 0);
	thread(2, 100, 5, 50);
	return run(ceiling_body, SEEDS);
}

/* The interrupt's thread is as good as the ceiling: the kernel need not hear of who goes in, but of who comes out if it took him for
 * as good. */
static void
unnoticed_body(u32 c, word_t arg)
{
	u32 base = 10 + arg;

	(void)c;
	for (; arg >= 100; interrupts++)
		machine_wait();
	if (arg == 0)
		sched_init_done();
	for (u32 i = 0; i < 150; i++) {
		HOLDS(machine_priority() == base);
		HOLDS(sched_ceiling_enter() == 0 && threads[machine_self()].prio == 4);
		HOLDS(machine_priority() == base || machine_priority() == 4);
		machine_work(machine_random(3000));
		if (machine_random(2)) {
			sched_block(machine_time() + machine_random(5000));
			HOLDS(machine_priority() == 4);
		}
		HOLDS(sched_ceiling_leave() == 0 && threads[machine_self()].prio == base);
		machine_work(machine_random(3000));
	}
	if (++at_end == 3)
		machine_stop();
}

static int
test_unnoticed(void)
{
	begin(300, 10, "1000");
	comp(2, 4, 8);
	thread(2, 0, 10, 0);
	thread(2, 1, 11, 0);
	thread(2, 2, 12, 0);
	thread(2, 100, 4, 50);
	return run(unnoticed_body, SEEDS);
}

/* Shares of the processor. */
static cycles_t used[4];

static void
share_body(u32 c, word_t arg)
{
	(void)c;
	if (arg == 0) {
		sched_init_done();
		sched_block(machine_time() + 20000000);
		machine_stop();
	}
	for (;;) {
		cycles_t from = machine_time();

		machine_work(50);
		if (machine_time() - from < 400)
			used[arg] += machine_time() - from;
		if (used[1] + used[2] + used[3] > 8000000) {
			HOLDS(used[1] * 3 > used[2] * 2 && used[2] * 3 > used[1] * 2); /* equals */
			HOLDS(used[3] > 500000 &&
			      used[3] < 1800000); /* a tenth at most twice over */
			machine_stop();
		}
	}
}

static int
test_shares(void)
{
	begin(0, 0, "20000");
	comp(2, 0, 8);
	thread(2, 0, 1, 0);
	thread(2, 1, 5, 0);
	thread(2, 2, 5, 0);
	thread(2, 3, 4, 0);
	sys.thread[3].budget_us = 50; /* of a machine with 1000 ticks a microsecond */
	sys.thread[3].period_us = 500;
	return run(share_body, 5);
}

/* A thread whose budget runs out while it holds the scheduler's lock does not stop the others. */
static void
poor_body(u32 c, word_t arg)
{
	(void)c;
	if (arg == 0)
		sched_init_done();
	for (u32 i = 0; i < (arg ? 400 : 2000); i++) {
		sched_ceiling_enter();
		sched_ceiling_leave();
		sched_yield();
		if (arg == 0 && i % 4 == 0)
			sched_block(machine_time() + machine_random(5000));
	}
	if (++at_end == 3)
		machine_stop();
}

static int
test_poor(void)
{
	begin(0, 30, "5000");
	comp(2, 1, 8);
	thread(2, 0, 3, 0);
	thread(2, 1, 5, 0);
	thread(2, 2, 5, 0);
	for (u32 i = 1; i < 3; i++) {
		sys.thread[i].budget_us = 3;
		sys.thread[i].period_us = 20;
	}
	return run(poor_body, SEEDS);
}

/* Yielding, and who runs: nobody while somebody better is ready and the kernel has nothing
 * to tell. */
static void
best_runs(void)
{
	u32 best = ready_best(&ready);

	HOLDS(!best || threads[machine_self()].prio <= ready.prio[best]);
}

static void
best_body(u32 c, word_t arg)
{
	(void)c;
	if (arg == 0)
		sched_init_done();
	ids[arg] = machine_self();
	for (u32 i = 0; i < 300; i++) {
		u32 id = ids[machine_random(6)];

		switch (machine_random(4)) {
		case 0:
			sched_block(machine_time() + machine_random(10000));
			break;
		case 1:
			if (id)
				sched_wakeup(id);
			break;
		case 2:
			sched_yield();
			break;
		default:
			for (u32 k = machine_random(30); k; k--) {
				machine_work(100);
				HOLDS(machine_priority() == threads[machine_self()].prio);
				best_runs();
			}
		}
		best_runs();
	}
	if (++at_end == 6)
		machine_stop();
}

static int
test_best(void)
{
	begin(0, 6, "3000");
	comp(2, 0, 8);
	for (u32 i = 0; i < 6; i++)
		thread(2, i, 3 + i / 2, 0);
	return run(best_body, SEEDS);
}

/* A component dies: who was blocked in it returns, who waits for interrupts ends, its
 * ceiling is forgotten. */
static u32 dead_seen;

static void
dies_body(u32 c, word_t arg)
{
	if (c == 2) { /* the one that dies */
		if (arg == 0)
			sched_init_done();
		if (arg == 1) {
			machine_wait();
			machine_fail("a thread of a dead component was notified");
		}
		sched_block(CYCLES_INF);
		return;
	}
	if (arg == 0)
		sched_init_done();
	if (arg == 1 || arg == 2) { /* a client, inside the one that dies */
		machine_enter(2);
		HOLDS(sched_ceiling_enter() == 0 && threads[machine_self()].prio == 1);
		HOLDS((arg == 1 ? sched_block(CYCLES_INF) : sched_thd_join(ids[0])) == -ECOMPDEAD);
		HOLDS(machine_priority() == 5);
		machine_enter(3);
		dead_seen++;
		return;
	}
	ids[1] = machine_self();
	HOLDS(sched_comp_died(2) == -EPERM);
	sched_block(machine_time() + 50000);
	machine_enter(BOOTER);
	HOLDS(sched_comp_died(9) == -EINVAL);
	HOLDS(sched_comp_died(2) == 0);
	machine_enter(3);
	sched_block(machine_time() + 50000);
	HOLDS(dead_seen == 2);
	machine_stop();
}

static void
dies_first(u32 c, word_t arg)
{
	if (c == 2 && arg == 0)
		ids[0] = machine_self();
	dies_body(c, arg);
}

static int
test_dies(void)
{
	begin(0, 20, NULL);
	comp(2, 1, 4);
	comp(3, 1, 4);
	thread(2, 0, 5, 0);
	thread(2, 1, 5, 50);
	thread(3, 0, 6, 0);
	thread(3, 1, 5, 0);
	thread(3, 2, 5, 0);
	return run(dies_first, SEEDS);
}

/* Faults park a thread until somebody resumes it. */
static void
fault_body(u32 c, word_t arg)
{
	(void)c;
	if (arg == 0)
		sched_init_done();
	if (arg == 1) {
		ids[1] = machine_self();
		for (u32 i = 0; i < 100; i++)
			machine_fault();
		at_end = 1;
		return;
	}
	while (!at_end) {
		sched_block(machine_time() + machine_random(3000));
		if (ids[1])
			machine_resume(ids[1]);
	}
	machine_stop();
}

static int
test_fault(void)
{
	begin(0, 10, NULL);
	comp(2, 0, 4);
	thread(2, 0, 5, 0);
	thread(2, 1, 6, 0);
	return run(fault_body, SEEDS);
}

static const struct test tests[] = {
    {"sched.start",
     "components start one after the other, their threads follow, and all go on together",
     test_start},
    {"sched.wake", "no wake-up is lost, whoever preempts whom", test_wake},
    {"sched.wake_interrupts", "nor when interrupts wake better threads at any instant",
     test_wake_interrupts},
    {"sched.sleep", "time-outs are never early, and the best thread's are soon", test_sleep},
    {"sched.make", "threads are made and joined again and again, and their kernel objects go",
     test_make},
    {"sched.ceiling", "ceilings nest, the kernel knows of them, and they exclude", test_ceiling},
    {"sched.unnoticed", "the kernel hears of a ceiling where that makes a difference", test_unnoticed},
    {"sched.shares", "equals share, and a budget is a limit", test_shares},
    {"sched.poor", "a holder without budget is helped", test_poor},
    {"sched.best", "nobody runs while somebody better is ready", test_best},
    {"sched.dies", "a component's death wakes who is blocked in it and ends who waits for it",
     test_dies},
    {"sched.fault", "a parked thread goes on when it is resumed", test_fault},
};

int
main(void)
{
	return test_queues() | test_looking() | RUN_TESTS(tests);
}
