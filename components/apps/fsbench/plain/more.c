/*
 * Nothing but the price.
 */
#include "bench.h"

void
more_begin(void)
{
}

void
more_end(u64 operations)
{
	(void)operations;
}
