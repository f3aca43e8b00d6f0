/*
 * Memory and strings. Copies and fills go by 8 bytes, then by one; long ones by the processor's string instructions.
 */
#include "string.h"

#include <abi/types.h>

typedef u64 __attribute__((may_alias, aligned(1))) word;

#define LONG 128 /* bytes from which a string instruction is worth its start */

void *
memcpy(void *to, const void *from, size_t n)
{
	char *d = to;
	const char *s = from;

	if (n >= LONG) {
		size_t words = n / 8;

		asm volatile("rep movsq" : "+D"(d), "+S"(s), "+c"(words) : : "memory");
		n %= 8;
	}
	for (; n >= 32; n -= 32, d += 32, s += 32) {
		word a = ((const word *)s)[0], b = ((const word *)s)[1];
		word c = ((const word *)s)[2], e = ((const word *)s)[3];

		((word *)d)[0] = a;
		((word *)d)[1] = b;
		((word *)d)[2] = c;
		((word *)d)[3] = e;
	}
	for (; n >= 8; n -= 8, d += 8, s += 8)
		*(word *)d = *(const word *)s;
	while (n--)
		*d++ = *s++;
	return to;
}

void *
memmove(void *to, const void *from, size_t n)
{
	char *d = to;
	const char *s = from;

	if (d <= s || d >= s + n) {
		if (d + 32 <= s || d >= s + n)
			return memcpy(to, from, n);
		while (n--) {
			*d++ = *s++;
			asm volatile("");
		}
		return to;
	}
	while (n--) {
		d[n] = s[n];
		asm volatile("");
	}
	return to;
}

void *
memset(void *p, int v, size_t n)
{
	char *d = p;
	u64 w = (u8)v * 0x0101010101010101UL;

	if (n >= LONG) {
		size_t words = n / 8;

		asm volatile("rep stosq" : "+D"(d), "+c"(words) : "a"(w) : "memory");
		n %= 8;
	}
	for (; n >= 32; n -= 32, d += 32)
		((word *)d)[0] = ((word *)d)[1] = ((word *)d)[2] = ((word *)d)[3] = w;
	for (; n >= 8; n -= 8, d += 8)
		*(word *)d = w;
	while (n--) {
		*d++ = v;
		asm volatile("");
	}
	return p;
}

int
memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n >= 8 && *(const word *)x == *(const word *)y; n -= 8)
		x += 8, y += 8;
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t
strlen(const char *s)
{
	size_t n = 0;

	while (s[n]) {
		n++;
		asm volatile("");
	}
	return n;
}

size_t
strnlen(const char *s, size_t limit)
{
	size_t n = 0;

	while (n < limit && s[n])
		n++;
	return n;
}

int
strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (u8)*a - (u8)*b;
}

int
strncmp(const char *a, const char *b, size_t n)
{
	for (; n && *a && *a == *b; n--)
		a++, b++;
	return n ? (u8)*a - (u8)*b : 0;
}

size_t
cos_strlcpy(char *to, const char *from, size_t size)
{
	size_t n = strlen(from), m = n < size ? n : size - 1;

	if (size) {
		memcpy(to, from, m);
		to[m] = 0;
	}
	return n;
}
