/*
 * The time server's arithmetic: ticks, and the PC's clock in all its formats, against the C
 * library.
 */
#include <time.h>

#include "test.h"

#define clock time_clock /* the C library has another */
#include "rtc.h"

static int
test_ticks(void)
{
	static const u64 rates[] = {1000000,    999999937,  1000000000,
				    2400000000, 3999999999, 10000000000};

	for (u32 i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		struct time_clock c;
		u64 year = rates[i] * 86400 * 365, ns;

		clock_init(&c, rates[i], 12345);
		CHECK(clock_ns(&c, 12345) == 0 && clock_ns(&c, 0) == 0);
		ns = clock_ns(&c, 12345 + rates[i]);
		CHECK(ns <= 1000000000 && ns > 1000000000 - 10);
		ns = clock_ns(&c, 12345 + year) / 1000000000;
		CHECK(ns <= 86400 * 365 && ns > 86400 * 365 - 2);
	}
	return 1;
}

static int
test_forward(void)
{
	struct time_clock c;
	u64 before = 0;

	clock_init(&c, 2399999999, 1000);
	for (u64 t = 0; t < 100000; t++) {
		u64 ns = clock_ns(&c, 900 + t + (t >> 10 << 33));

		CHECK(ns >= before);
		before = ns;
	}
	return 1;
}

static int
test_dates(void)
{
	for (s64 t = -86400L * 365 * 69; t < 86400L * 365 * 400; t += 86400 * 3 + 3661) {
		struct tm tm;
		time_t when = t;

		gmtime_r(&when, &tm);
		CHECK(clock_seconds(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
				    tm.tm_min, tm.tm_sec) == t);
	}
	CHECK(clock_seconds(2000, 2, 29, 0, 0, 0) + 86400 == clock_seconds(2000, 3, 1, 0, 0, 0));
	CHECK(clock_seconds(1970, 1, 1, 0, 0, 0) == 0);
	return 1;
}

static u8
encode(u32 v, u8 format)
{
	return format & RTC_BINARY ? v : v / 10 << 4 | v % 10;
}

static u8
encode_hour(u32 hour, u8 format)
{
	if (format & RTC_24_HOURS)
		return encode(hour, format);
	return encode((hour + 11) % 12 + 1, format) | (hour >= 12 ? RTC_PM : 0);
}

static int
test_formats(void)
{
	for (u32 f = 0; f < 4; f++)
		for (u32 hour = 0; hour < 24; hour++) {
			u8 format = (f & 1 ? RTC_24_HOURS : 0) | (f & 2 ? RTC_BINARY : 0);
			struct rtc_date d = {encode(58, format),        encode(59, format),
					     encode_hour(hour, format), encode(31, format),
					     encode(12, format),        encode(99, format),
					     encode(19, format),        format};

			CHECK(rtc_seconds(&d) == clock_seconds(1999, 12, 31, hour, 59, 58));
			d.century = 0xff; /* there is none */
			CHECK(rtc_seconds(&d) == clock_seconds(2099, 12, 31, hour, 59, 58));
		}
	return 1;
}

static const struct test tests[] = {
    {"time.ticks", "nanoseconds are right at every rate, also after a year", test_ticks},
    {"time.forward", "time never goes back", test_forward},
    {"time.dates", "dates become the seconds that the C library says", test_dates},
    {"time.formats", "binary or decimal, 12 or 24 hours, with a century or without", test_formats},
};

int
main(void)
{
	return RUN_TESTS(tests);
}
