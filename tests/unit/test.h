/*
 * A list of named tests, each with a sentence saying what it holds; PASS or FAIL for each. A
 * test ends at its first CHECK that does not hold.
 */
#ifndef UNIT_TEST_H
#define UNIT_TEST_H

#include <stdio.h>

#define CHECK(x) \
	do { \
		if (!(x)) { \
			printf("%s:%d: %s\n", __FILE__, __LINE__, #x); \
			return 0; \
		} \
	} while (0)

struct test {
	const char *name, *sentence;
	int (*run)(void); /* 1 = it holds */
};

static inline int
run_tests(const struct test *t, unsigned n)
{
	int bad = 0;

	for (unsigned i = 0; i < n; i++) {
		int ok = t[i].run();

		printf("%s %s: %s\n", ok ? "PASS" : "FAIL", t[i].name, t[i].sentence);
		bad |= !ok;
	}
	return bad;
}

#define RUN_TESTS(list) run_tests(list, sizeof(list) / sizeof((list)[0]))

#endif
