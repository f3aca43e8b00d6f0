/*
 * The battery-backed clock. It is read twice until both readings agree, and not while it
 * counts on.
 * A machine whose clock never agrees with itself has none.
 */
#include "rtc.h"

#include <lib/component.h>
#include <lib/kcall.h>

#include "clock.h"

enum {
	RTC_SECOND = 0,
	RTC_MINUTE = 2,
	RTC_HOUR = 4,
	RTC_DAY = 7,
	RTC_MONTH = 8,
	RTC_YEAR = 9,
	RTC_A = 10,
	RTC_B = 11,
	RTC_CENTURY = 0x32
};

#define A_UPDATING 0x80
#define TRIES      100000 /* readings of one register: an update takes 2 ms at most */

static struct ioport_cap ports; /* 0 = index, 1 = value */

static u8
get(u8 reg)
{
	ioport_out(ports, 0, 1, reg);
	return ioport_in(ports, 1, 1).r1;
}

static struct rtc_date
read_once(void)
{
	return (struct rtc_date){
		.second = get(RTC_SECOND),
		.minute = get(RTC_MINUTE),
		.hour = get(RTC_HOUR),
		.day = get(RTC_DAY),
		.month = get(RTC_MONTH),
		.year = get(RTC_YEAR),
		.century = get(RTC_CENTURY),
		.format = get(RTC_B) & (RTC_24_HOURS | RTC_BINARY),
	};
}

static int
is_same(const struct rtc_date *a, const struct rtc_date *b)
{
	return a->second == b->second && a->minute == b->minute && a->hour == b->hour &&
	       a->day == b->day && a->month == b->month && a->year == b->year &&
	       a->century == b->century && a->format == b->format;
}

s64
rtc_read(void)
{
	struct rtc_date first, second;

	ports.slot = cos_grant(GRANT_IOPORT, 0)->slot;
	for (u32 i = 0; i < TRIES; i++) {
		if (get(RTC_A) & A_UPDATING)
			continue;
		first = read_once();
		second = read_once();
		if (is_same(&first, &second) && !(get(RTC_A) & A_UPDATING))
			return rtc_seconds(&first);
	}
	return 0;
}
