/*
 * The server of ping: as little code as possible between entry and return.
 */
#include <lib/component.h>
#include <ping/ping.h>

long ping_0(void) { return 0; }

long
ping_6(word_t a, word_t b, word_t c, word_t d, word_t e, word_t f)
{
	return (long)((a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f) & ~0UL >> 1);
}

long
ping_words(word_t a, word_t b, word_t *out_sum, word_t *out_xor)
{
	*out_sum = a + b;
	*out_xor = a ^ b;
	return -(long)a;
}

long
ping_who(word_t *out_thdid)
{
	*out_thdid = cos_thdid();
	return (long)cos_badge();
}
