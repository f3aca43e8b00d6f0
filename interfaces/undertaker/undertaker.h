/*
 * undertaker: what the booter does to the servers of a component that died, on demand. For tests of
 * those servers; no other system has it.
 */
#ifndef UNDERTAKER_UNDERTAKER_H
#define UNDERTAKER_UNDERTAKER_H

#include <abi/types.h>

/*
 * Calls blk_reset as the booter. comp: a component id, dead or alive.
 * Result: that of blk_reset.
 * @blocks yes
 * @repeat harmless
 */
long undertaker_reset(word_t comp);

#endif
