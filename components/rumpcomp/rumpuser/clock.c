/*
 * Clocks.
 */
#include "bridge.h"
#include "hyp.h"

#define NSEC    1000000000
#define SEC_MAX (INT64_MAX / NSEC / 8) /* so that it is a number of ticks, too */

/* Nanoseconds: none if it is negative, at most some 36 years. */
static uint64_t
span(int64_t sec, int64_t nsec)
{
	if (sec < 0 || nsec < 0)
		return 0;
	if (sec >= SEC_MAX - nsec / NSEC)
		return (uint64_t)SEC_MAX * NSEC;
	return (uint64_t)sec * NSEC + (uint64_t)nsec;
}

uint64_t
hyp_after(int64_t sec, int64_t nsec)
{
	return bridge_mono() + span(sec, nsec);
}

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
	uint64_t until = clk == RUMPUSER_CLOCK_RELWALL ? hyp_after(sec, nsec) : span(sec, nsec);
	int nlocks;

	nlocks = hyp_unschedule(NULL);
	while (bridge_mono() < until)
		bridge_block(until);
	hyp_schedule(nlocks, NULL);
	return 0;
}
