/*
 * Ticks to nanoseconds. No kernel calls: tested on the host.
 */
#ifndef TIME_CLOCK_H
#define TIME_CLOCK_H

#include <abi/types.h>

struct clock {
	u64 hz, origin; /* ticks a second; the counter at time 0 */
	u64 ns_per_tick; /* times 2^32 */
};

static inline void
clock_init(struct clock *c, u64 hz, u64 origin)
{
	*c = (struct clock){hz, origin, (1000000000UL << 32) / hz};
}

/* Exact to the tick's 2^-32 part; a counter that is behind the origin counts as 0. */
static inline u64
clock_ns(const struct clock *c, u64 now)
{
	return now > c->origin ? (u64)((unsigned __int128)(now - c->origin) * c->ns_per_tick >> 32)
			       : 0;
}

/* Seconds since 1970 of a date of the Gregorian calendar, UTC. month 1 to 12, day 1 to 31. */
static inline s64
clock_seconds(s64 year, s64 month, s64 day, s64 hour, s64 minute, s64 second)
{
	/* days since 1 March of year 0, in which the leap day comes last */
	s64 y = month > 2 ? year : year - 1, m = (month + 9) % 12;
	s64 days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;

	return (days - 719468) * 86400 + hour * 3600 + minute * 60 + second;
}

#endif
