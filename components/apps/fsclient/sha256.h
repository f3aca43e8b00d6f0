/*
 * SHA-256 (FIPS 180-4).
 */
#ifndef FSCLIENT_SHA256_H
#define FSCLIENT_SHA256_H

#include <stddef.h>

#include <abi/types.h>

#define SHA256_BYTES 32

struct sha256 {
	u32 state[8];
	u64 length;    /* bytes so far */
	u8  block[64]; /* the last, not yet whole one */
};

void sha256_init(struct sha256 *);
void sha256_add(struct sha256 *, const void *data, size_t n);

/* The digest of all that was added. The state is used up. */
void sha256_end(struct sha256 *, u8 digest[SHA256_BYTES]);

#endif
