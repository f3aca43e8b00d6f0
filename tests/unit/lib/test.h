/*
 * A list of named tests. A test returns 1 if what its sentence says holds; CHECK says where it
 * does not.
 */
#ifndef TEST_H
#define TEST_H

#include <stdio.h>

#define CHECK(x) do { if (!(x)) { printf("%s:%d: %s\n", __FILE__, __LINE__, #x); return 0; } } while (0)

struct test {
	const char *name, *sentence;
	int (*run)(void);
};

static inline int
run_tests(const struct test *t, unsigned n)
{
	int bad = 0;

	for (unsigned i = 0; i < n; i++) {
		int good = t[i].run();

		printf("%s %s: %s\n", good ? "PASS" : "FAIL", t[i].name, t[i].sentence);
		fflush(stdout);
		bad |= !good;
	}
	return bad;
}

#endif
