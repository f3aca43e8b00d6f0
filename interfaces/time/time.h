/*
 * time: what time it is.
 */
#ifndef TIME_TIME_H
#define TIME_TIME_H

#include <abi/types.h>

/*
 * Monotonic time since boot. Result: nanoseconds; never goes back.
 * @blocks no
 * @repeat harmless
 */
long time_mono(void);

/*
 * Wall-clock time, from the machine's clock at boot and the monotonic time since. Result: seconds since 1970 (UTC);
 * second word: nanoseconds within the second.
 * @blocks no
 * @repeat harmless
 */
long time_wall(word_t *out_nsec);

/*
 * The frequency of the time-stamp counter. Result: ticks a second; second word: its value at monotonic time 0, so that a
 * component can do these sums itself.
 * @blocks no
 * @repeat harmless
 */
long time_tsc_hz(word_t *out_origin);

#endif
