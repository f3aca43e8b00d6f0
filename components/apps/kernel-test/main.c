/*
 * Runs the tests, prints a line for each, and ends the machine with the verdict.
 */
#include <lib/component.h>
#include <lib/print.h>
#include <lib/stack.h>

#include "test.h"

#define SERIAL 0x3f8
#define DEBUG_EXIT 0xf4
#define STATUS_GOOD 0x10
#define STATUS_BAD  0x21

static char why[160];

static void
print(const char *text, unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		ioport_out(all_ports, SERIAL, 1, text[i]);
}

int
test_failed(const char *file, int line, const char *what)
{
	if (!why[0])
		cos_snprintf(why, sizeof(why), "%s:%d: %s", file, line, what);
	return 0;
}

int
test_differs(const char *file, int line, const char *what, word_t is, word_t should)
{
	if (!why[0])
		cos_snprintf(why, sizeof(why), "%s:%d: %s is %lx, not %lx", file, line, what, is, should);
	return 0;
}

static u32
slots_used(void)
{
	u32 n = 0;

	for (slot_t s = SLOT_FIRST; s < SLOTS_FIRST_FRAME; s++)
		n += captbl_query(own_captbl, s).r1 != CAP_NONE;
	return n;
}

static int
run_one(const struct test *t)
{
	struct kresult before = frame_counts(all_frames), after;
	u32 slots = slots_used();
	u64 pool = stack_pool;
	int ok;

	why[0] = 0;
	events_of(0);
	ok = t->run();
	events_of(0);
	stack_pool = pool; /* threads that were ended inside keep theirs */
	after = frame_counts(all_frames);
	if (ok && (before.r1 != after.r1 || before.r2 != after.r2 || before.r3 != after.r3))
		ok = test_differs("frames", 0, "untyped frames", after.r1, before.r1);
	if (ok && slots_used() != slots)
		ok = test_differs("slots", 0, "slots in use", slots_used(), slots);
	if (!ok) /* what it left must not fail those that follow */
		for (slot_t s = T0; s < SLOTS_FIRST_FRAME; s++)
			captbl_remove(own_captbl, s);
	cos_printf("%s kernel.%s: %s%s%s\n", ok ? "PASS" : "FAIL", t->name, t->sentence, ok ? "" : ": ", ok ? "" : why);
	return ok;
}

static const struct test *const lists[] = {
	captbl_tests, frame_tests, pgtbl_tests, comp_tests, thd_tests, rcv_tests, tcap_tests, hw_tests, fault_tests, cpu_tests,
	rights_tests, trust_tests, recovery_tests,
};

void
cos_init(void)
{
	u32 passed = 0, failed = 0;

	print_set_sink(print);
	for (u32 i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		for (const struct test *t = lists[i]; t->name; t++) {
			if (run_one(t))
				passed++;
			else
				failed++;
		}
	cos_printf("kernel-test: %u passed, %u failed\n", passed, failed);
	ioport_out(all_ports, DEBUG_EXIT, 4, failed ? STATUS_BAD : STATUS_GOOD);
	for (;;)
		;
}
