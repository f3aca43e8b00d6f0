/*
 * Runs the list of conformance tests in this process. usage: conform DISK DISK TEXT [NAME...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conform/conform.h"
#include "platform.h"

#define SECONDS 60 /* past which a wake-up was lost */

static int
wanted(const char *name, char **names)
{
	if (*names == NULL)
		return 1;
	for (; *names != NULL; names++) {
		if (strcmp(*names, name) == 0)
			return 1;
	}
	return 0;
}

static void *
run_all(void *arg)
{
	const char *wrong = conform_begin();
	int failed = 0;

	if (wrong != NULL) {
		printf("FAIL begin: %s\n", wrong);
		exit(1);
	}
	for (unsigned i = 0; i < conform_ntests; i++) {
		const struct conform_test *t = &conform_tests[i];

		if (!wanted(t->name, arg))
			continue;
		alarm(SECONDS);
		wrong = t->run();
		failed += wrong != NULL;
		if (wrong == NULL)
			printf("PASS %s\n", t->name);
		else
			printf("FAIL %s: %s, but %s\n", t->name, t->sentence, wrong);
		fflush(stdout);
	}
	wrong = *(char **)arg == NULL ? platform_check() : NULL;
	if (wrong != NULL)
		printf("FAIL platform: %s\n", wrong);
	exit(failed != 0 || wrong != NULL);
}

int
main(int argc, char **argv)
{
	if (argc < 4) {
		fputs("usage: conform DISK DISK TEXT [NAME...]\n", stderr);
		return 2;
	}
	platform_start(argv + 1, argv[3]);
	run_all(argv + 4);
}
