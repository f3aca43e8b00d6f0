/*
 * kprintf and panic.
 */
#include "print.h"

#include <stdarg.h>

#include "hal.h"

static void
print_number(u64 v, u32 base)
{
	char digits[24];
	int n = 0;

	do
		digits[n++] = "0123456789abcdef"[v % base];
	while (v /= base);
	while (n)
		hal_putc(digits[--n]);
}

static void
print_string(const char *s)
{
	while (*s)
		hal_putc(*s++);
}

/* One conversion, at its letter; wide: after an l. */
static void
print_conversion(char letter, int wide, va_list *ap)
{
	switch (letter) {
	case 's':
		print_string(va_arg(*ap, const char *));
		break;
	case 'u':
	case 'x':
		print_number(wide ? va_arg(*ap, u64) : va_arg(*ap, u32), letter == 'u' ? 10 : 16);
		break;
	default:
		hal_putc(letter);
	}
}

static void
vprint(const char *fmt, va_list *ap)
{
	int wide;

	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			hal_putc(*fmt);
			continue;
		}
		wide = *++fmt == 'l';
		fmt += wide;
		print_conversion(*fmt, wide, ap);
	}
}

void
kprintf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprint(fmt, &ap);
	va_end(ap);
}

void
panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_string("\nkernel panic: ");
	vprint(fmt, &ap);
	print_string("\n");
	va_end(ap);
	hal_halt();
}
