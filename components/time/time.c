/*
 * time: the time-stamp counter in nanoseconds, and the wall clock: the PC's battery-backed
 * clock read once at start, plus that.
 */
#include <init/init.h>
#include <lib/component.h>
#include <time/time.h>

#include "clock.h"
#include "rtc.h"

static struct clock clock;
static s64 boot_seconds; /* of the wall clock, when the counter stood at its origin */

void
cos_init(void)
{
	clock_init(&clock, init_tsc_hz(), cos_now());
	boot_seconds = rtc_read();
}

long
time_mono(void)
{
	return clock_ns(&clock, cos_now());
}

long
time_wall(word_t *out_nsec)
{
	u64 ns = clock_ns(&clock, cos_now());

	*out_nsec = ns % 1000000000;
	return boot_seconds + ns / 1000000000;
}

long
time_tsc_hz(word_t *out_origin)
{
	*out_origin = clock.origin;
	return clock.hz;
}
