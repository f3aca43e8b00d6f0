/*
 * What follows deaths: servers that die of being told are dead for everybody too, however many one after the other.
 */
#include <init/info.h>
#include <lib/component.h>
#include <lib/kcall.h>
#include <sched/sched.h>
#include <setjmp.h>

#include "booter.h"
#include "test.h"

#define RESETS_THREAD 7
#define CLIENT        20 /* of components 1 and 3, to which slots 101 and 103 lead */

static const struct info_grant told[] = {
	{.kind = GRANT_RESET, .slot = 101, .a = CLIENT},
	{.kind = GRANT_RESET, .slot = 103, .a = CLIENT},
};
static const struct info_grant threads = {.kind = GRANT_THREADS, .slot = 1000};

static u8 dead[COMPS_MAX + 1];
static int aborted[256];
static jmp_buf rest;

const struct info_grant *
cos_grant(enum grant_kind kind, u32 n)
{
	if (kind == GRANT_THREADS)
		return n == 0 ? &threads : NULL;
	return kind == GRANT_RESET && n < 2 ? &told[n] : NULL;
}

word_t cos_thdid(void) { return RESETS_THREAD; }
long sched_block(cycles_t until) { (void)until; longjmp(rest, 1); }
long sched_wakeup(word_t thread) { return (void)thread, 0; }
long sched_comp_died(word_t comp) { return dead[comp]++, 0; }

/* The kernel: an invocation of a server, in which the caller faults, and of which the recovery thread hears. */
struct kresult
kcall(slot_t slot, word_t op, word_t a1, word_t a2, word_t a3, word_t a4, word_t a5)
{
	(void)op, (void)a1, (void)a2, (void)a3, (void)a4, (void)a5;
	if (slot >= threads.slot)
		aborted[slot - threads.slot]++;
	else
		death_follows(slot - 100, RESETS_THREAD);
	return (struct kresult){0};
}

static int
test_two(void)
{
	death_follows(CLIENT, 9);
	if (!setjmp(rest))
		death_resets();
	if (!setjmp(rest))
		death_resets();
	CHECK(dead[CLIENT] == 1 && dead[1] == 1 && dead[3] == 1);
	CHECK(aborted[9] == 1 && aborted[RESETS_THREAD] == 2);
	return 1;
}

static const struct test tests[] = {
	{"death_two", "two servers die of being told: both are announced, and the teller goes on", test_two},
};

int
main(void)
{
	return run_tests(tests, sizeof(tests) / sizeof(tests[0]));
}
