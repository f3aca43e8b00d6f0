/*
 * A server that dies while other threads are inside.
 */
#include <abi/err.h>
#include <lib/component.h>
#include <ping/ping.h>
#include <sched/sched.h>

static volatile char *volatile nowhere = (char *)8;

long
ping_0(void)
{
	*nowhere = 0;
	return 0;
}

/* Says that somebody is about to sleep here. */
static volatile word_t sleepers;

long
ping_who(word_t *out_thdid)
{
	*out_thdid = cos_thdid();
	sleepers++;
	for (;;)
		sched_block(CYCLES_INF);
}

/* Result: how many sleep here. */
long
ping_6(word_t a, word_t b, word_t c, word_t d, word_t e, word_t f)
{
	(void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
	return (long)sleepers;
}

long
ping_words(word_t a, word_t b, word_t *out_sum, word_t *out_xor)
{
	*out_sum = *out_xor = a + b;
	return 0;
}
