/*
 * The PC's battery-backed clock (Motorola MC146818), behind ports 0x70 and 0x71.
 */
#ifndef TIME_RTC_H
#define TIME_RTC_H

#include <abi/types.h>

#include "clock.h"

/* Its registers, as they are: binary or two decimal digits, 12 or 24 hours. */
struct rtc_date {
	u8 second, minute, hour, day, month, year, century;
	u8 format;
};

#define RTC_24_HOURS 2
#define RTC_BINARY   4
#define RTC_PM       0x80

/* Seconds since 1970, UTC; 0 if the machine's clock cannot be read. Waits out an update: at
 * most 2 ms. */
s64 rtc_read(void);

static inline u32
rtc_number(u8 v, u8 format)
{
	return format & RTC_BINARY ? v : (v >> 4) * 10 + (v & 15);
}

/* Not every machine has a century: one that cannot be is taken for the present one. No
 * kernel calls: tested on the host. */
static inline s64
rtc_seconds(const struct rtc_date *d)
{
	u32 hour = rtc_number(d->hour & ~RTC_PM, d->format),
	    century = rtc_number(d->century, d->format);

	if (!(d->format & RTC_24_HOURS))
		hour = hour % 12 + (d->hour & RTC_PM ? 12 : 0);
	if (century < 19 || century > 29)
		century = 20;
	return clock_seconds(century * 100 + rtc_number(d->year, d->format),
			     rtc_number(d->month, d->format), rtc_number(d->day, d->format), hour,
			     rtc_number(d->minute, d->format), rtc_number(d->second, d->format));
}

#endif
