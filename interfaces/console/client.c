/*
 * Text of any length, 32 bytes an invocation.
 */
#include <console/console.h>

#define PUT_LIMIT 32

void
console_write(const char *text, word_t length)
{
	while (length) {
		word_t n = length < PUT_LIMIT ? length : PUT_LIMIT, w[4] = {0};

		for (word_t i = 0; i < n; i++)
			w[i / 8] |= (word_t)(u8)text[i] << i % 8 * 8;
		console_put(n, w[0], w[1], w[2], w[3]);
		text += n;
		length -= n;
	}
}
