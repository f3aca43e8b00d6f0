/*
 * Formatted text, compared with what the host's snprintf makes of the same format.
 */
#include <lib/print.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

/* The same text and length, with every size of the buffer up to more than enough. */
#define SAME(...) \
	do { \
		char theirs[256]; \
		int n = snprintf(theirs, sizeof(theirs), __VA_ARGS__); \
		for (int size = 0; size <= n + 2; size++) { \
			char *ours = malloc(size ? size : 1); \
			int m = cos_snprintf(ours, size, __VA_ARGS__); \
			int same = m == n && (!size || (strncmp(ours, theirs, size - 1) == 0 && \
			                                strlen(ours) == (size_t)(n < size ? n : size - 1))); \
			if (!same) \
				printf("size %d: '%s', %d instead of '%s', %d\n", size, size ? ours : "", m, theirs, n); \
			free(ours); \
			CHECK(same); \
		} \
	} while (0)

static int
numbers(void)
{
	SAME("%d %d %d %d", 0, -1, INT_MAX, INT_MIN);
	SAME("%ld %ld %lld", LONG_MAX, LONG_MIN, -5LL);
	SAME("%u %u %lu %zu", 0u, UINT_MAX, ULONG_MAX, (size_t)77);
	SAME("%x %x %lx %llx", 0u, 0xdeadbeefu, ULONG_MAX, 0x10ULL);
	return 1;
}

static int
widths(void)
{
	SAME("[%5d] [%-5d] [%05d] [%1d]", 42, 42, 42, 12345);
	SAME("[%5d] [%-5d] [%05d] [%02d]", -42, -42, -42, -12345);
	SAME("[%016lx] [%-8x] [%8x]", 0xfeedUL, 0xau, 0xbu);
	SAME("[%20ld] [%020ld]", LONG_MIN, LONG_MIN);
	return 1;
}

static int
strings(void)
{
	SAME("[%s] [%8s] [%-8s]", "text", "text", "text");
	SAME("[%.2s] [%8.3s] [%-8.3s] [%.0s]", "text", "text", "text", "text");
	SAME("[%.*s] [%.*s] [%.*s]", 3, "text", 0, "text", -1, "text");
	SAME("[%s] [%c] [%4c] [%-4c] [%%]", "", 'a', 'b', 'c');
	return 1;
}

/* The text has no end: a byte behind the precision would be seen by the sanitizer. */
static int
unterminated(void)
{
	char *three = malloc(3), got[8];
	int n;

	memcpy(three, "abc", 3);
	n = cos_snprintf(got, sizeof(got), "%.3s", three);
	free(three);
	CHECK(n == 3 && strcmp(got, "abc") == 0);
	return 1;
}

static int
odd(void)
{
	char got[32];

	CHECK(cos_snprintf(got, sizeof(got), "%s", (char *)NULL) == 6 && strcmp(got, "(null)") == 0);
	CHECK(cos_snprintf(got, sizeof(got), "%p", (void *)0xabc) == 3 && strcmp(got, "abc") == 0);
	CHECK(cos_snprintf(got, sizeof(got), "end %") == 4 && strcmp(got, "end ") == 0);
	CHECK(cos_snprintf(got, sizeof(got), "end %-05l") == 4 && strcmp(got, "end ") == 0);
	CHECK(cos_snprintf(got, sizeof(got), "%q %d", 7) == 3 && strcmp(got, "q 7") == 0);
	CHECK(cos_snprintf(NULL, 0, "%d", 12345) == 5);
	return 1;
}

static char taken[1024];
static unsigned long taken_bytes, pieces;

static void
take(const char *text, unsigned long n)
{
	memcpy(taken, text, n);
	taken_bytes = n;
	pieces++;
}

static int
sink(void)
{
	char big[1000];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = 0;
	cos_printf("nobody listens\n");
	print_set_sink(take);
	cos_printf("%s %d\n", "line", 1);
	CHECK(pieces == 1 && taken_bytes == 7 && memcmp(taken, "line 1\n", 7) == 0);
	cos_printf("%s", big);
	CHECK(pieces == 2 && taken_bytes == 511 && memcmp(taken, big, 511) == 0);
	return 1;
}

static const struct test tests[] = {
	{"print-numbers", "numbers look as in C, the extremes too, in buffers of every size", numbers},
	{"print-widths", "widths, zeros and left alignment are as in C", widths},
	{"print-strings", "strings and characters are as in C, with precisions", strings},
	{"print-unterminated", "a string with a precision is not read beyond it", unterminated},
	{"print-odd", "no string, unknown letters and formats that break off do no harm", odd},
	{"print-sink", "a text goes to the sink in one piece, cut at 511 bytes; without a sink nowhere", sink},
};

int
main(void)
{
	return run_tests(tests, sizeof(tests) / sizeof(*tests));
}
