/*
 * The hypercalls, which the rump kernel's component counts and prints.
 */
#include <tally/tally.h>

#include "bench.h"

void
more_begin(void)
{
	tally_begin();
}

void
more_end(u64 operations)
{
	tally_report(operations);
}
