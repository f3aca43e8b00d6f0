/*
 * SHA-256, as FIPS 180-4 describes it: blocks of 64 bytes, a message schedule that is extended in
 * place, 64 rounds.
 */
#include "sha256.h"

#include <lib/string.h>

#define BLOCK  64
#define ROUNDS 64

static const u32 round_constant[ROUNDS] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline u32
rotate(u32 x, int n)
{
	return x >> n | x << (32 - n);
}

static inline u32
big_endian(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* Word t of the schedule, made of those 16, 15, 7 and 2 before; w is a ring of the last 16. */
static inline u32
schedule(u32 w[16], int t)
{
	u32 a = w[(t + 1) & 15], b = w[(t + 14) & 15];

	w[t & 15] += (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[(t + 9) & 15] +
	             (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
	return w[t & 15];
}

static void
add_block(u32 state[8], const u8 *block)
{
	u32 w[16], s[8];

	memcpy(s, state, sizeof(s));
	for (int t = 0; t < ROUNDS; t++) {
		u32 word = t < 16 ? (w[t] = big_endian(block + 4 * t)) : schedule(w, t);
		u32 e = s[4], a = s[0];
		u32 t1 = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
		         ((e & s[5]) ^ (~e & s[6])) + round_constant[t] + word;
		u32 t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
		         ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof(*s));
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		state[i] += s[i];
}

void
sha256_init(struct sha256 *h)
{
	static const u32 initial[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};

	memcpy(h->state, initial, sizeof(initial));
	h->length = 0;
}

void
sha256_add(struct sha256 *h, const void *data, size_t n)
{
	const u8 *p = data;
	size_t have = h->length % BLOCK;

	h->length += n;
	if (have + n < BLOCK) {
		memcpy(h->block + have, p, n);
		return;
	}
	if (have) {
		memcpy(h->block + have, p, BLOCK - have);
		add_block(h->state, h->block);
		p += BLOCK - have;
		n -= BLOCK - have;
	}
	for (; n >= BLOCK; p += BLOCK, n -= BLOCK)
		add_block(h->state, p);
	memcpy(h->block, p, n);
}

void
sha256_end(struct sha256 *h, u8 digest[SHA256_BYTES])
{
	u64 bits = h->length * 8;
	u8 tail[BLOCK + 8] = {0x80};
	size_t zeros = (2 * BLOCK - 8 - 1 - h->length % BLOCK) % BLOCK;

	for (int i = 0; i < 8; i++)
		tail[1 + zeros + i] = bits >> (56 - 8 * i);
	sha256_add(h, tail, 1 + zeros + 8);
	for (int i = 0; i < 8; i++)
		for (int j = 0; j < 4; j++)
			digest[4 * i + j] = h->state[i] >> (24 - 8 * j);
}
