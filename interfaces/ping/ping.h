/*
 * ping: does nothing, at a measurable price. Each function exercises one shape of invocation;
 * a client that knows what comes back can tell that registers, result words and badge arrive
 * as the contract says.
 */
#ifndef PING_PING_H
#define PING_PING_H

#include <abi/types.h>

/*
 * Result: 0.
 * @blocks no
 * @repeat harmless
 */
long ping_0(void);

/*
 * Result: a + 2b + 3c + 4d + 5e + 6f, without its top bit.
 * @blocks no
 * @repeat harmless
 */
long ping_6(word_t a, word_t b, word_t c, word_t d, word_t e, word_t f);

/*
 * Result: -a (an errno); second word: a + b; third: a ^ b.
 * @blocks no
 * @repeat harmless
 */
long ping_words(word_t a, word_t b, word_t *out_sum, word_t *out_xor);

/*
 * Who the server thinks is calling. Result: the caller's component id; second word: the
 * thread's id.
 * @blocks no
 * @repeat harmless
 */
long ping_who(word_t *out_thdid);

#endif
