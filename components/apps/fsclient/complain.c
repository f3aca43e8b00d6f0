/*
 * Complaints. The count decides the verdict; the text is for people.
 */
#include "complain.h"

#include <lib/print.h>

#define PRINTED_MOST 20
#define SHOWN_MOST   120

static unsigned long count;

void
complain(const char *fmt, ...)
{
	char text[400];
	va_list ap;

	if (++count > PRINTED_MOST)
		return;
	va_start(ap, fmt);
	cos_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cos_printf("fsclient: wrong: %s\n", text);
	if (count == PRINTED_MOST)
		cos_printf("fsclient: what else is wrong is only counted\n");
}

unsigned long
complaints(void)
{
	return count;
}

const char *
shown(const char *path, unsigned long length)
{
	static char text[SHOWN_MOST + 4];
	unsigned long n = length < SHOWN_MOST ? length : SHOWN_MOST;

	for (unsigned long i = 0; i < n; i++)
		text[i] = path[i] >= ' ' && path[i] <= '~' ? path[i] : '?';
	for (int dots = 0; n < length && dots < 3; dots++)
		text[SHOWN_MOST + dots] = '.';
	text[n < length ? SHOWN_MOST + 3 : n] = 0;
	return text;
}
