/*
 * Memory and strings, compared with the host's at every small length, alignment and overlap. Ours
 * are called our_NAME here.
 */
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define LONGEST 100 /* more than three steps of the widest loop */

void  *our_memcpy(void *, const void *, size_t);
void  *our_memmove(void *, const void *, size_t);
void  *our_memset(void *, int, size_t);
int    our_memcmp(const void *, const void *, size_t);
size_t our_strlen(const char *);
size_t our_strnlen(const char *, size_t);
int    our_strcmp(const char *, const char *);
int    our_strncmp(const char *, const char *, size_t);
size_t cos_strlcpy(char *, const char *, size_t);

static int
sign(int v)
{
	return (v > 0) - (v < 0);
}

static void
fill(unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(i * 7 + 1);
}

/* Buffers end where the copy ends. */
static int
copies(void)
{
	for (size_t n = 0; n <= LONGEST; n++)
		for (size_t shift = 0; shift < 9; shift++) {
			unsigned char *from = malloc(n + shift + 1), *to = malloc(n + 1);
			int good;

			fill(from, n + shift + 1);
			to[n] = 0xee;
			good = our_memcpy(to, from + shift + 1, n) == to && memcmp(to, from + shift + 1, n) == 0 && to[n] == 0xee;
			free(from);
			free(to);
			CHECK(good);
		}
	return 1;
}

static int
moves(void)
{
	unsigned char ours[3 * LONGEST], theirs[3 * LONGEST];

	for (size_t n = 0; n <= LONGEST; n++)
		for (int distance = -LONGEST; distance <= LONGEST; distance++) {
			fill(ours, sizeof(ours));
			fill(theirs, sizeof(theirs));
			CHECK(our_memmove(ours + LONGEST + distance, ours + LONGEST, n) == ours + LONGEST + distance);
			memmove(theirs + LONGEST + distance, theirs + LONGEST, n);
			CHECK(memcmp(ours, theirs, sizeof(ours)) == 0);
		}
	return 1;
}

static int
fills(void)
{
	for (size_t n = 0; n <= LONGEST; n++)
		for (int v = -1; v < 300; v += 43) {
			unsigned char ours[LONGEST + 2], theirs[LONGEST + 2];

			fill(ours, sizeof(ours));
			fill(theirs, sizeof(theirs));
			CHECK(our_memset(ours + 1, v, n) == ours + 1);
			memset(theirs + 1, v, n);
			CHECK(memcmp(ours, theirs, sizeof(ours)) == 0);
		}
	return 1;
}

/* Equal but for one byte, at every place, in both directions, with the highest bit in play. */
static int
comparisons(void)
{
	for (size_t n = 1; n <= LONGEST; n++)
		for (size_t at = 0; at < n; at++) {
			unsigned char *a = malloc(n), *b = malloc(n);
			int ab, ba, same;

			fill(a, n);
			memcpy(b, a, n);
			a[at] = 0x7f;
			b[at] = 0x80;
			ab = our_memcmp(a, b, n);
			ba = our_memcmp(b, a, n);
			same = our_memcmp(a, b, at);
			free(a);
			free(b);
			CHECK(ab < 0 && ba > 0 && same == 0);
		}
	return 1;
}

static int
lengths(void)
{
	for (size_t n = 0; n <= LONGEST; n++) {
		char *s = malloc(n + 1);
		int good;

		memset(s, 'x', n);
		s[n] = 0;
		good = our_strlen(s) == n && our_strnlen(s, n + 1) == n && our_strnlen(s, n) == n &&
		       our_strnlen(s, n / 2) == n / 2;
		free(s);
		CHECK(good);
	}
	return 1;
}

static int
orders(void)
{
	static const char *const words[] = {"", "a", "ab", "abc", "abd", "b", "\x80", "a\xff", "A"};
	const size_t n = sizeof(words) / sizeof(*words);

	for (size_t i = 0; i < n * n; i++) {
		const char *a = words[i / n], *b = words[i % n];

		CHECK(sign(our_strcmp(a, b)) == sign(strcmp(a, b)));
		for (size_t limit = 0; limit < 5; limit++)
			CHECK(sign(our_strncmp(a, b, limit)) == sign(strncmp(a, b, limit)));
	}
	return 1;
}

static int
bounded(void)
{
	for (size_t size = 0; size < 8; size++) {
		char *to = malloc(size ? size : 1);
		size_t n = cos_strlcpy(to, "abcde", size);
		int good = n == 5 && (size == 0 || (to[size > 5 ? 5 : size - 1] == 0 &&
		                                    strncmp(to, "abcde", size > 5 ? 6 : size - 1) == 0));

		free(to);
		CHECK(good);
	}
	return 1;
}

static const struct test tests[] = {
	{"memcpy", "copies every length and alignment, and not a byte more", copies},
	{"memmove", "moves as in C at every overlap", moves},
	{"memset", "fills every length with the lowest byte of the value", fills},
	{"memcmp", "finds the first byte that differs, unsigned, and reads no further than told", comparisons},
	{"strlen", "counts to the terminating zero, or to the limit", lengths},
	{"strcmp", "orders strings by unsigned bytes, up to the limit", orders},
	{"strlcpy", "copies what fits, terminates, and says how long it would be", bounded},
};

int
main(void)
{
	return run_tests(tests, sizeof(tests) / sizeof(*tests));
}
