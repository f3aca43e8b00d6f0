/*
 * Random bytes. HARD ones are words of the processor's generator. All others are a ChaCha20 stream, whose key comes from that
 * generator and is replaced by the stream's own first half after every request, so that what was given out cannot be found from what
 * is left in memory. A processor without a generator leaves only the clocks for a key: then the bytes are different at every boot,
 * but not secret, and there are no HARD ones.
 */
#include <abi/err.h>
#include <lib/string.h>

#include <rumpuser.h>

#include "bridge.h"
#include "chacha.h"
#include "qlock.h"

#define REQUEST_MAX 256
#define KEY_WORDS   8

static struct qlock lock; /* guards the rest */
static uint32_t key[KEY_WORDS];
static int keyed;

/* lock is held. Each word is mixed in through the cipher, so a bad word never takes anything
 * away. */
static void
key_add(uint64_t word)
{
	uint32_t nonce[3] = {(uint32_t)word, (uint32_t)(word >> 32), 0}, out[16];

	chacha_block(out, key, 0, nonce);
	memcpy(key, out, sizeof(key));
}

static void
key_make(void)
{
	key_add(bridge_wall());
	for (int i = 0; i < KEY_WORDS; i++) {
		uint64_t word = 0;

		bridge_hardware_random(&word);
		key_add(word ^ bridge_mono());
	}
	keyed = 1;
}

static void
stream(uint8_t *to, size_t len)
{
	static const uint32_t nonce[3];
	uint32_t next[16], out[16];

	chacha_block(next, key, 0, nonce);
	for (uint32_t block = 1; len > 0; block++) {
		size_t n = len < sizeof(out) ? len : sizeof(out);

		chacha_block(out, key, block, nonce);
		memcpy(to, out, n);
		to += n;
		len -= n;
	}
	memcpy(key, next, sizeof(key));
}

/* Result: how many bytes the generator had. */
static size_t
hardware(uint8_t *to, size_t len)
{
	size_t at = 0, n;
	uint64_t word;

	for (; at < len && bridge_hardware_random(&word); at += n) {
		n = len - at < sizeof(word) ? len - at : sizeof(word);
		memcpy(to + at, &word, n);
	}
	return at;
}

/* Nothing here waits, so NOWAIT changes nothing; a generator that is not there, or has nothing just now, is EAGAIN. */
int
rumpuser_getrandom(void *buf, size_t len, int flags, size_t *retp)
{
	size_t n = len < REQUEST_MAX ? len : REQUEST_MAX;

	if (flags & RUMPUSER_RANDOM_HARD) {
		*retp = hardware(buf, n);
		return *retp > 0 || n == 0 ? 0 : EAGAIN;
	}
	qlock_enter(&lock);
	if (!keyed)
		key_make();
	stream(buf, n);
	qlock_exit(&lock);
	*retp = n;
	return 0;
}
