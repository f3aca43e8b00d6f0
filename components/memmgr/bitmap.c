/*
 * Runs of bits.
 */
#include "bitmap.h"

static int
is_set(const struct bitmap *b, u64 bit)
{
	return __atomic_load_n(&b->word[bit / 64], __ATOMIC_RELAXED) >> bit % 64 & 1;
}

static int
claim(struct bitmap *b, u64 bit)
{
	u64 mask = 1UL << bit % 64;

	return !(__atomic_fetch_or(&b->word[bit / 64], mask, __ATOMIC_ACQ_REL) & mask);
}

void
bitmap_give(struct bitmap *b, u64 first, u64 count)
{
	for (u64 i = first; i < first + count; i++)
		__atomic_fetch_and(&b->word[i / 64], ~(1UL << i % 64), __ATOMIC_ACQ_REL);
	if (first < b->hint)
		b->hint = first;
}

u64
bitmap_free(const struct bitmap *b)
{
	u64 n = 0;

	for (u64 i = 0; i < b->bits; i++)
		n += !is_set(b, i);
	return n;
}

/* The first taken bit from first on, or first + count. */
static u64
free_until(const struct bitmap *b, u64 first, u64 count)
{
	u64 i;

	for (i = first; i < first + count && !is_set(b, i); i++)
		;
	return i;
}

static u64
take_between(struct bitmap *b, u64 from, u64 to, u64 count, u64 align)
{
	u64 at = (from + align - 1) / align * align, end, i;

	while (at < to && count <= b->bits && at <= b->bits - count) {
		if (at % 64 == 0 && b->word[at / 64] == ~0UL) {
			at = (at + 64 + align - 1) / align * align;
			continue;
		}
		end = free_until(b, at, count);
		for (i = at; end == at + count && i < end && claim(b, i); i++)
			;
		if (end == at + count && i == end)
			return at;
		if (end == at + count)
			bitmap_give(b, at, i - at);
		at = ((end == at + count ? i : end) + align) / align * align;
	}
	return BITMAP_NONE;
}

u64
bitmap_take(struct bitmap *b, u64 count, u64 align)
{
	u64 hint = b->hint < b->bits ? b->hint : 0;
	u64 at = take_between(b, hint, b->bits, count, align);

	if (at == BITMAP_NONE && hint)
		at = take_between(b, 0, hint, count, align);
	if (at != BITMAP_NONE && count == 1)
		b->hint = at + 1;
	return at;
}
