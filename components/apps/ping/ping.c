/*
 * Invokes pong in every shape of invocation, checks what comes back, and measures what it costs.
 */
#include <console/console.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <ping/ping.h>

#define ROUNDS 2500 /* of four invocations */
#define SAMPLES 64

static void
fail(const char *what, word_t round)
{
	cos_printf("ping: wrong: %s, round %lu\n", what, round);
	init_exit(1);
}

static word_t
mix(word_t n)
{
	return n * 0x9e3779b97f4a7c15UL; /* odd, so that all bits of all registers are used */
}

static void
check_words(word_t i)
{
	word_t a = i & 0xff, b = mix(i), sum = ~0UL, xored = ~0UL;

	if (ping_words(a, b, &sum, &xored) != -(long)a)
		fail("the result of ping_words", i);
	if (sum != a + b || xored != (a ^ b))
		fail("the result words of ping_words", i);
}

static void
check_round(word_t i)
{
	word_t a = mix(i), b = mix(a), c = mix(b), d = mix(c), e = mix(d), f = mix(e), thdid = 0;
	word_t wanted = (a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f) & ~0UL >> 1;

	if (ping_0() != 0)
		fail("the result of ping_0", i);
	if (ping_6(a, b, c, d, e, f) != (long)wanted)
		fail("the result of ping_6", i);
	check_words(i);
	if (ping_who(&thdid) != (long)cos_info()->id)
		fail("the badge", i);
	if (thdid != cos_thdid())
		fail("the thread id", i);
}

static long
nothing(void)
{
	return 0;
}

static long
invoke_0(void)
{
	return ping_0();
}

static long
invoke_6(void)
{
	return ping_6(1, 2, 3, 4, 5, 6);
}

/* The least time that a call of work takes, out of many. */
static cycles_t
least(long (*work)(void))
{
	cycles_t best = CYCLES_INF;

	for (int i = 0; i < SAMPLES; i++) {
		cycles_t start = cos_now(), spent;

		work();
		spent = cos_now() - start;
		best = spent < best ? spent : best;
	}
	return best;
}

static void
bench(void)
{
	cycles_t empty = least(nothing);

	cos_printf("BENCH invoke_0 %lu instructions\n", least(invoke_0) - empty);
	cos_printf("BENCH invoke_6 %lu instructions\n", least(invoke_6) - empty);
}

void
cos_main(void)
{
	for (word_t i = 0; i < ROUNDS; i++)
		check_round(i);
	cos_printf("ping: %u invocations and their results are right\n", 4 * ROUNDS);
	bench();
	init_exit(0);
}
