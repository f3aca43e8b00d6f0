/*
 * Clocks. The duration of a sleep counts from the call, not from the moment the rump CPU was
 * given up.
 */
#include <errno.h>

#include "internal.h"

#define NSEC 1000000000L
#define SEC_MAX 1000000000 /* a duration, at most */

struct timespec
host_deadline(int64_t sec, int64_t nsec)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += (sec < SEC_MAX ? sec : SEC_MAX) + (t.tv_nsec + nsec) / NSEC;
	t.tv_nsec = (t.tv_nsec + nsec) % NSEC;
	return t;
}

int
rumpuser_clock_gettime(int clk, int64_t *sec, long *nsec)
{
	struct timespec t;

	host_count(HOST_clock_gettime);
	clock_gettime(clk == RUMPUSER_CLOCK_RELWALL ? CLOCK_REALTIME : CLOCK_MONOTONIC, &t);
	*sec = t.tv_sec;
	*nsec = t.tv_nsec;
	return 0;
}

int
rumpuser_clock_sleep(int clk, int64_t sec, long nsec)
{
	struct timespec until = {.tv_sec = sec, .tv_nsec = nsec};
	int nlocks;

	host_count(HOST_clock_sleep);
	if (clk == RUMPUSER_CLOCK_RELWALL)
		until = host_deadline(sec, nsec);
	nlocks = host_unschedule(NULL);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		continue;
	host_schedule(nlocks, NULL);
	return 0;
}
