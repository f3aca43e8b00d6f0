/*
 * The PC's battery-backed clock (Motorola MC146818), behind ports 0x70 and 0x71.
 */
#ifndef TIME_RTC_H
#define TIME_RTC_H

#include <abi/types.h>

/* Seconds since 1970, UTC. Waits out an update: at most 2 ms. */
s64 rtc_read(void);

#endif
