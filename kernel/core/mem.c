/*
 * Memory functions.
 */
#include "mem.h"

void *
memset(void *p, int v, size_t n)
{
	void *d = p;

	asm volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(v) : "memory");
	return p;
}

void *
memcpy(void *to, const void *from, size_t n)
{
	void *d = to;

	asm volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(n) : : "memory");
	return to;
}

int
memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}
