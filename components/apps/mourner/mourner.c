/*
 * What a client sees of its server's death.
 */
#include <abi/err.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <ping/ping.h>
#include <sched/sched.h>

#define PATIENCE 5 /* seconds */

static volatile long sleeper_got;
static volatile int  sleeper_back;

void
cos_thread(word_t number)
{
	word_t id;

	(void)number;
	sleeper_got = ping_who(&id);
	sleeper_back = 1;
}

/* Checks that a call's result is the one wanted; a run with a wrong one ends badly at once. */
static void
expect(const char *what, long got, long wanted)
{
	if (got == wanted) {
		cos_printf("mourner: %s: %ld\n", what, got);
		return;
	}
	cos_printf("mourner: wrong: %s: %ld instead of %ld\n", what, got, wanted);
	init_exit(1);
}

static void
wait_for(long (*done)(void), const char *what)
{
	cycles_t end = cos_now() + PATIENCE * (cycles_t)init_tsc_hz();

	while (!done()) {
		if (cos_now() > end)
			expect(what, 0, 1);
		sched_block(cos_now() + (cycles_t)init_tsc_hz() / 1000);
	}
}

static long
asleep(void)
{
	return ping_6(0, 0, 0, 0, 0, 0) == 1;
}

static long
back(void)
{
	return sleeper_back;
}

void
cos_main(void)
{
	expect("init_done is not for everybody", init_done(), -EPERM);
	wait_for(asleep, "a thread sleeps in the server");
	expect("the server faults", ping_0(), -ECOMPDEAD);
	wait_for(back, "the sleeper is back");
	expect("what the sleeper got", sleeper_got, -ECOMPDEAD);
	expect("the server is down", ping_6(0, 0, 0, 0, 0, 0), -ECOMPDEAD);
	cos_printf("mourner: life goes on\n");
	init_exit(0);
}
