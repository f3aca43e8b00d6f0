/*
 * ChaCha20.
 */
#include "chacha.h"

#define QUARTERS 8

static const uint32_t constants[4] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

/* The columns, then the diagonals. */
static const uint8_t quarters[QUARTERS][4] = {
	{0, 4, 8, 12}, {1, 5, 9, 13}, {2, 6, 10, 14}, {3, 7, 11, 15},
	{0, 5, 10, 15}, {1, 6, 11, 12}, {2, 7, 8, 13}, {3, 4, 9, 14},
};

static uint32_t
rotate(uint32_t v, int n)
{
	return v << n | v >> (32 - n);
}

static void
quarter(uint32_t *s, const uint8_t at[4])
{
	uint32_t a = s[at[0]], b = s[at[1]], c = s[at[2]], d = s[at[3]];

	a += b; d = rotate(d ^ a, 16);
	c += d; b = rotate(b ^ c, 12);
	a += b; d = rotate(d ^ a, 8);
	c += d; b = rotate(b ^ c, 7);
	s[at[0]] = a; s[at[1]] = b; s[at[2]] = c; s[at[3]] = d;
}

void
chacha_block(uint32_t out[16], const uint32_t key[8], uint32_t counter, const uint32_t nonce[3])
{
	uint32_t in[16];

	for (int i = 0; i < 4; i++)
		in[i] = constants[i];
	for (int i = 0; i < 8; i++)
		in[4 + i] = key[i];
	in[12] = counter;
	for (int i = 0; i < 3; i++)
		in[13 + i] = nonce[i];
	for (int i = 0; i < 16; i++)
		out[i] = in[i];
	for (int round = 0; round < 10; round++)
		for (int q = 0; q < QUARTERS; q++)
			quarter(out, quarters[q]);
	for (int i = 0; i < 16; i++)
		out[i] += in[i];
}
