/*
 * Clocks.
 */
#include "bridge.h"
#include "hyp.h"

#define NSEC 1000000000

int
rumpuser_clock_gettime(int clk, int64_t *sec, long *nsec)
{
	uint64_t t = clk == RUMPUSER_CLOCK_RELWALL ? bridge_wall() : bridge_mono();

	*sec = (int64_t)(t / NSEC);
	*nsec = (long)(t % NSEC);
	return 0;
}

/* A duration counts from the call, not from the moment at which the rump CPU was given up. */
int
rumpuser_clock_sleep(int clk, int64_t sec, long nsec)
{
	uint64_t until = (uint64_t)sec * NSEC + (uint64_t)nsec;
	int nlocks;

	if (clk == RUMPUSER_CLOCK_RELWALL)
		until += bridge_mono();
	nlocks = hyp_unschedule(NULL);
	while (bridge_mono() < until)
		bridge_block(until);
	hyp_schedule(nlocks, NULL);
	return 0;
}
