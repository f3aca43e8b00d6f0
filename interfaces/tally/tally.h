/*
 * tally: how often the rump kernel asks its host for something. For measurements: whoever may call it makes the component print.
 */
#ifndef TALLY_TALLY_H
#define TALLY_TALLY_H

#include <abi/types.h>

/*
 * Counts from here on. Result: 0.
 * @blocks no
 * @repeat harmless
 */
long tally_begin(void);

/*
 * Prints a line BENCH on the console: hypercalls for each of so many operations, all together and by name, to a tenth.
 * Result: how many were counted; -EINVAL operations is 0.
 * @blocks no
 * @repeat harmless
 */
long tally_report(word_t operations);

#endif
