/*
 * Pages in use: first fit, since whatever is in use is given back soon.
 */
#include "space.h"

void
space_init(struct space *s, unsigned pages)
{
	*s = (struct space){.pages = pages};
}

static int
busy(const struct space *s, unsigned page)
{
	return s->busy[page / 64] >> (page % 64) & 1;
}

static void
flip(struct space *s, unsigned first, unsigned n)
{
	for (unsigned i = first; i < first + n; i++)
		s->busy[i / 64] ^= UINT64_C(1) << (i % 64);
}

int
space_take(struct space *s, unsigned n)
{
	unsigned run = 0;

	for (unsigned i = 0; i < s->pages; i++) {
		run = busy(s, i) ? 0 : run + 1;
		if (run == n) {
			flip(s, i + 1 - n, n);
			return (int)(i + 1 - n);
		}
	}
	return -1;
}

void
space_give(struct space *s, unsigned first, unsigned n)
{
	flip(s, first, n);
}
