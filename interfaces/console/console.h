/*
 * console: text out, text in. Text travels in registers, so no memory is shared.
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include <abi/types.h>

/*
 * Prints up to 32 bytes: length bytes of the words w0 to w3, lowest byte first. Bytes of one
 * call are not torn apart: it waits
 * while another thread prints.
 * Result: 0; -EINVAL length above 32.
 * @blocks yes
 * @repeat opid
 */
long console_put(word_t length, word_t w0, word_t w1, word_t w2, word_t w3);

/*
 * Waits for input. Result: number of bytes, 1 to 16, in the two words, lowest byte first;
 * -ETIMEDOUT.
 * timeout: absolute time-stamp, or CYCLES_INF; 0 = only look.
 * @blocks yes
 * @repeat opid
 */
long console_get(cycles_t timeout, word_t *out_low, word_t *out_high);

/*
 * Prints a string of any length with console_put.
 * @local
 */
void console_write(const char *text, word_t length);

#endif
