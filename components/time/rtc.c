/*
 * The battery-backed clock. It is read twice until both readings agree, and not while it counts on.
 */
#include "rtc.h"

#include <lib/component.h>
#include <lib/kcall.h>

#include "clock.h"

enum { RTC_SECOND = 0, RTC_MINUTE = 2, RTC_HOUR = 4, RTC_DAY = 7, RTC_MONTH = 8, RTC_YEAR = 9, RTC_A = 10, RTC_B = 11 };

#define A_UPDATING 0x80
#define B_24_HOURS 2
#define B_BINARY   4
#define PM         0x80

static struct ioport_cap ports; /* 0 = index, 1 = value */

static u8
get(u8 reg)
{
	ioport_out(ports, 0, 1, reg);
	return ioport_in(ports, 1, 1).r1;
}

static u32
number(u8 v, u8 b)
{
	return b & B_BINARY ? v : (v >> 4) * 10 + (v & 15);
}

static s64
read_once(void)
{
	u8 b = get(RTC_B), h = get(RTC_HOUR);
	u32 hour = number(h & ~PM, b), year = number(get(RTC_YEAR), b);

	if (!(b & B_24_HOURS))
		hour = hour % 12 + (h & PM ? 12 : 0);
	return clock_seconds(2000 + year, number(get(RTC_MONTH), b), number(get(RTC_DAY), b), hour,
	                     number(get(RTC_MINUTE), b), number(get(RTC_SECOND), b));
}

s64
rtc_read(void)
{
	s64 first, second;

	ports.slot = cos_grant(GRANT_IOPORT, 0)->slot;
	do {
		while (get(RTC_A) & A_UPDATING)
			;
		first = read_once();
		second = read_once();
	} while (first != second || get(RTC_A) & A_UPDATING);
	return first;
}
