/*
 * Components that die, are destroyed, or mean harm.
 */
#include <lib/component.h>

#include "test.h"

static struct child a, b;
static struct thread t;
static volatile word_t result, inside;

long test_outer(word_t how);
long test_inner(word_t how);
word_t stub_outer(word_t how);
word_t stub_inner(word_t how);
extern char __entry_test_outer[], __entry_test_inner[], __entry_test_answer[];
#define SLOT_OUTER 112
#define SLOT_INNER 113

/* In component a: invokes b. */
long
test_outer(word_t how)
{
	inside = 1;
	return (long)stub_inner(how) + 1000;
}

/* In component b: 0 answers; 1 lets the main thread run first; 2 faults. */
long
test_inner(word_t how)
{
	inside = 2;
	if (how == 1)
		back();
	if (how == 2)
		asm volatile("ud2");
	return 5;
}

static void
call_outer(void *arg)
{
	result = stub_outer((word_t)arg);
}

/* Two components in a chain: this program -> a -> b, all by the same slots in every table. */
static int
chain(void)
{
	result = inside = 0;
	CHECK(child_make(&a, T0));
	CHECK(child_make(&b, T0 + 3));
	CHECK_EQ(comp_make_sinv(a.comp, SLOT_OUTER, (word_t)__entry_test_outer, 1), EOK);
	CHECK_EQ(comp_make_sinv(b.comp, SLOT_INNER, (word_t)__entry_test_inner, 1), EOK);
	CHECK_EQ(captbl_copy(a.captbl, SLOT_INNER, SLOT_INNER, RIGHT_USE), EOK);
	CHECK_EQ(captbl_copy(b.captbl, SLOT_BOOT_THD, SLOT_BOOT_THD, RIGHT_USE), EOK);
	CHECK_EQ(captbl_copy(b.captbl, SLOT_BOOT_TCAP, SLOT_BOOT_TCAP, RIGHT_ALL), EOK);
	return 1;
}

static int
chain_end(void)
{
	events_of(0);
	thread_end(&t);
	slot_clear(SLOT_OUTER);
	slot_clear(SLOT_INNER);
	child_end(&a);
	child_end(&b);
	return 1;
}

static int
start(word_t how)
{
	CHECK(thread_make(&t, T0 + 6, own_comp, 9, call_outer, (void *)how));
	CHECK_EQ(run(&t, 10), EOK);
	return 1;
}

static int
chain_works(void)
{
	CHECK(chain());
	CHECK(start(0));
	CHECK_EQ(result, 1005);
	return chain_end();
}

static int
inner_dies(void)
{
	CHECK(chain());
	CHECK(start(1));
	CHECK_EQ(inside, 2);
	CHECK_EQ(comp_down(b.comp), EOK);
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(result, 1000 + (word_t)-ECOMPDEAD);
	return chain_end();
}

static int
inner_dies_and_returns(void)
{
	CHECK(chain());
	CHECK(start(1));
	CHECK_EQ(comp_down(b.comp), EOK);
	CHECK_EQ(comp_up(b.comp), EOK);
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(result, 1000 + (word_t)-ECOMPDEAD);
	return chain_end();
}

static int
outer_dies(void)
{
	CHECK(chain());
	CHECK(start(1));
	CHECK_EQ(comp_down(a.comp), EOK);
	CHECK_EQ(run(&t, 10), EOK); /* b lives: the thread finishes there, and goes past a */
	CHECK_EQ(result, (word_t)-ECOMPDEAD);
	return chain_end();
}

static int
both_die(void)
{
	CHECK(chain());
	CHECK(start(1));
	CHECK_EQ(comp_down(a.comp), EOK);
	CHECK_EQ(comp_down(b.comp), EOK);
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(result, (word_t)-ECOMPDEAD);
	return chain_end();
}

static int
destroyed_inside(void)
{
	CHECK(chain());
	CHECK(start(1));
	child_end(&b);
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(result, 1000 + (word_t)-ECOMPDEAD);
	CHECK(child_make(&b, T0 + 3));
	return chain_end();
}

static int
home_dies(void)
{
	CHECK(chain());
	CHECK(thread_make(&t, T0 + 6, a.comp, 9, call_outer, (void *)1));
	CHECK_EQ(captbl_copy(a.captbl, SLOT_OUTER, SLOT_OUTER, RIGHT_USE), EOK);
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(inside, 2);
	CHECK_EQ(comp_down(a.comp), EOK);
	CHECK_EQ(comp_down(b.comp), EOK);
	CHECK_EQ(run(&t, 10), ECOMPDEAD);
	CHECK_EQ(thd_query(t.cap).r2, THD_DEAD);
	CHECK_EQ(events_of(9), EVENT_DEAD);
	return chain_end();
}

static struct endpoint e;
static struct thread handler;
static volatile word_t told;

static void
handle(void *arg)
{
	(void)arg;
	while (rcv_wait(e.rcv, 0, CYCLES_INF).err == EOK)
		told++;
}

static int
abort_inner(void)
{
	told = 0;
	CHECK(chain());
	CHECK(thread_make(&handler, T0 + 7, own_comp, 5, handle, NULL));
	CHECK(endpoint_make(&e, T0 + 8, &handler, 3));
	CHECK_EQ(run(&handler, 3), EOK);
	CHECK_EQ(comp_set_fault(b.comp, e.snd, 9), EOK);
	events_of(0);
	CHECK(start(2));
	CHECK_EQ(told, 1);
	CHECK_EQ(thd_abort(t.cap), EOK);
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(result, 1000 + (word_t)-ECOMPDEAD);
	thread_end(&handler);
	endpoint_end(&e);
	return chain_end();
}

static int
stacks_come_back(void)
{
	CHECK(chain());
	for (u32 i = 0; i < 60; i++) {
		CHECK(start(0));
		CHECK_EQ(result, 1005);
		thread_end(&t);
		events_of(0);
	}
	CHECK(start(0));
	return chain_end();
}

static int
cycles(void)
{
	for (u32 i = 0; i < 200; i++) {
		CHECK(child_make(&a, T0));
		CHECK_EQ(comp_make_sinv(a.comp, SLOT_ANSWER, (word_t)__entry_test_answer, 0), EOK);
		CHECK_EQ(stub_answer(i, 0, 0, 0, 0, 0), i);
		slot_clear(SLOT_ANSWER);
		child_end(&a);
	}
	return 1;
}

/* ---- a component that means harm ---- */

#define CALLS  1000000
#define FRAMES 12
#define SLOTS  40 /* slots 8 to 47 of its table are where it plays */

static volatile u64 calls;
static u64 seed;
static volatile int stop;

static u64
random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static word_t
random_word(void)
{
	switch (random64() % 12) {
	case 0: return random64();
	case 1: return ~0UL - random64() % 4;
	case 2: return random64() % 16 * PAGE_SIZE;
	case 3: return 0xffff800000000000 | random64();
	case 4: return SCRATCH_VA + random64() % 4 * PAGE_SIZE;
	case 5: return 0x400000 + random64() % 64 * PAGE_SIZE;
	case 6: case 7: return SLOT_FIRST + random64() % SLOTS;
	default: return random64() % 16;
	}
}

/* Runs in component a. Waiting on an end point of its own is the one thing it leaves out: it would only wait. */
static void
do_harm(void *arg)
{
	(void)arg;
	while (calls < CALLS && !stop) {
		slot_t s = random64() % 8 ? SLOT_FIRST + random64() % SLOTS : random64();

		if (s == SLOT_RETURN)
			continue;
		calls++;
		kcall(s, random64() % 18, random_word(), random_word(), random_word(), random_word(), random_word());
	}
	stop = 1;
}

static u64 playground;

/* What it gets: frames of its own, its own table, a look at its address space, a little time, ports
 * that do nothing, a neighbour. */
static int
arm(void)
{
	CHECK_EQ(frame_derive(all_frames, T0 + 20, playground, FRAMES, RIGHT_ALL), EOK);
	CHECK_EQ(ioport_derive(all_ports, T0 + 21, 0x80, 1, RIGHT_ALL), EOK);
	CHECK_EQ(captbl_copy(a.captbl, 8, a.captbl.slot, RIGHT_ALL), EOK);
	CHECK_EQ(captbl_copy(a.captbl, 9, a.pgtbl.slot, RIGHT_READ), EOK);
	CHECK_EQ(captbl_copy(a.captbl, 10, T0 + 20, RIGHT_ALL), EOK);
	CHECK_EQ(captbl_copy(a.captbl, 11, T0 + 21, RIGHT_ALL), EOK);
	CHECK_EQ(captbl_copy(a.captbl, 12, SLOT_ANSWER, RIGHT_USE), EOK);
	CHECK_EQ(captbl_copy(a.captbl, 13, SLOT_BOOT_IRQ, RIGHT_READ), EOK);
	slot_clear(T0 + 20);
	slot_clear(T0 + 21);
	return 1;
}

/* Everything that it made in its frames goes, in whatever order works. */
static int
disarm(void)
{
	for (u32 round = 0; round < 8; round++)
		for (u32 i = 0; i < FRAMES; i++)
			frame_reclaim(all_frames, playground + i);
	for (u32 i = 0; i < FRAMES; i++)
		if ((frame_query(all_frames, playground + i).r1 & 255) != FRAME_UNTYPED)
			return 0;
	return 1;
}

static int
one_life(void)
{
	CHECK(child_make(&a, T0));
	CHECK(arm());
	CHECK(thread_make(&t, T0 + 6, a.comp, 9, do_harm, NULL));
	while (!stop && thd_query(t.cap).r2 == THD_READY) {
		CHECK_EQ(run_until(&t, 10, cos_now() + 20000000), EOK);
		CHECK_EQ(stub_answer(calls & 0xffff, 0, 0, 0, 0, 0), calls & 0xffff); /* the neighbour answers */
		events_of(0);
	}
	thread_end(&t);
	return 1;
}

static int
hostile(void)
{
	u64 lives = 0;

	seed = 88172645463325252UL;
	calls = stop = 0;
	playground = ((const struct boot_info *)BOOT_INFO_VA)->region[0].first + 2000;
	CHECK(child_make(&b, T0 + 3));
	CHECK_EQ(comp_make_sinv(b.comp, SLOT_ANSWER, (word_t)__entry_test_answer, 0), EOK);
	while (!stop) {
		CHECK(one_life());
		for (u32 i = 0; i < FRAMES * 4; i++) /* its own table may be in use by a component it made */
			frame_reclaim(all_frames, playground + i % FRAMES);
		child_end(&a);
		CHECK(disarm());
		CHECK(++lives < 1000);
	}
	CHECK(calls >= CALLS);
	slot_clear(SLOT_ANSWER);
	child_end(&b);
	return 1;
}

const struct test recovery_tests[] = {
	{"chain", "a thread goes through two components and back", chain_works},
	{"dead_inner", "a thread in a component that dies goes back to its caller with ECOMPDEAD", inner_dies},
	{"dead_rebooted", "so it does when the component is up again by then", inner_dies_and_returns},
	{"dead_outer", "a thread finishes in a living server and then passes its dead caller", outer_dies},
	{"dead_both", "two dead components are passed at once", both_die},
	{"dead_destroyed", "so is one that was destroyed", destroyed_inside},
	{"dead_home", "a thread with no living component left is dead", home_dies},
	{"dead_abort", "a thread that faulted in a server goes back to its caller", abort_inner},
	{"stacks", "every thread and invocation gives its stack back", stacks_come_back},
	{"cycles", "200 components made and destroyed leave the frames as they were", cycles},
	{"hostile", "a million random system calls: the machine runs on, nothing leaked, the neighbour answers", hostile},
	{0},
};
