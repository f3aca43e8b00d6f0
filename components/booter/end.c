/*
 * Words before there is a console, and the end of the system.
 */
#include <lib/print.h>

#include "booter.h"

#define SERIAL 0x3f8
#define DEBUG_EXIT 0xf4
#define STATUS_GOOD 0x10 /* QEMU ends with twice that plus 1: 33 */
#define STATUS_BAD  0x20 /* plus 1 to BAD_MAX, so that none is taken for good or for a kernel panic */
#define BAD_MAX     63

static const struct ioport_cap ports = {SLOT_BOOT_IOPORT};

static void
put(char c)
{
	for (u32 i = 0; i < 10000 && !(ioport_in(ports, SERIAL + 5, 1).r1 & 0x20); i++)
		;
	ioport_out(ports, SERIAL, 1, c);
}

void
early_print(const char *text, unsigned long length)
{
	for (unsigned long i = 0; i < length; i++) {
		if (text[i] == '\n')
			put('\r');
		put(text[i]);
	}
}

void
system_end(word_t status)
{
	ioport_out(ports, DEBUG_EXIT, 4, !status ? STATUS_GOOD : STATUS_BAD + (status < BAD_MAX ? status : BAD_MAX));
	for (;;) /* no such device: a real machine */
		asm volatile("pause");
}

void
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cos_printf("booter: ");
	cos_vprintf(fmt, ap);
	cos_printf("\n");
	va_end(ap);
	system_end(1);
}
