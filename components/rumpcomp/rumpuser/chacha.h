/*
 * The ChaCha20 block function (RFC 8439).
 */
#ifndef CHACHA_H
#define CHACHA_H

#include <stdint.h>

/* out: the 64 bytes of block number counter, as 16 little-endian words. */
void chacha_block(uint32_t out[16], const uint32_t key[8], uint32_t counter, const uint32_t nonce[3]);

#endif
