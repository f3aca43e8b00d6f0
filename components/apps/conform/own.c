/*
 * The list of tests that only a component can have, and those of its threads.
 */
#include "own.h"

#include <abi/err.h>

#define MANY 64 /* more threads than the script allows */

static struct rumpuser_mtx *gate; /* keeps them from ending */

static void *
pass_gate(void *unused)
{
	(void)unused;
	rumpuser_mutex_enter_nowrap(gate);
	rumpuser_mutex_exit(gate);
	rumpuser_thread_exit();
}

/* Makes threads until there are no more. Result: how many, or -1 if it is not for their number. */
static int
make_all(void *cookies[MANY])
{
	int n = 0, e = 0;

	rumpuser_mutex_enter_nowrap(gate);
	while (n < MANY && (e = rumpuser_thread_create(pass_gate, NULL, "many", 1, -1, -1, &cookies[n])) == 0)
		n++;
	rumpuser_mutex_exit(gate);
	return e == EAGAIN ? n : -1;
}

static const char *
thread_budget(void)
{
	void *cookies[MANY];

	rumpuser_mutex_init(&gate, RUMPUSER_MTX_SPIN);
	for (int round = 0; round < 3; round++) {
		int n = make_all(cookies);

		for (int i = 0; i < n; i++)
			HOLDS(rumpuser_thread_join(cookies[i]) == 0, "one cannot be joined");
		HOLDS(n > 0, "there is none, or no end of them");
	}
	rumpuser_mutex_destroy(gate);
	return NULL;
}

const struct conform_test own_tests[] = {
	{"thread-budget", "threads end with the budget, and come again when they have ended", thread_budget},
	{"dma-contiguous", "memory is in one piece for devices as it is for the kernel, and aligned so", dma_contiguous},
	{"dma-budget", "memory for devices ends with the budget, and comes again", dma_budget},
	{"dma-mapped", "segments are mapped if they are adjacent, and both addresses are of the same memory", dma_mapped},
};

const unsigned own_ntests = sizeof(own_tests) / sizeof(own_tests[0]);
