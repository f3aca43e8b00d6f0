/*
 * Formatted text. %d %u %x %s %c %p %%, with l, ll or z for 64 bits, a width, a precision for %s,
 * 0 and - as flags.
 */
#ifndef LIB_PRINT_H
#define LIB_PRINT_H

#include <stdarg.h>
#include <stddef.h>

/* Where text goes; the default is console_write if the component needs console, else nowhere. */
void print_set_sink(void (*sink)(const char *text, unsigned long length));

/* Prints at most 511 bytes in one piece. */
void cos_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cos_vprintf(const char *fmt, va_list ap);

/*
 * Formats into a buffer of size bytes, always terminated if size > 0. Result: the length the
 * whole text would have.
 */
int cos_snprintf(char *to, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int cos_vsnprintf(char *to, size_t size, const char *fmt, va_list ap);

#endif
