/*
 * Start, parameters, output, errno, and the ways out.
 */
#include <abi/err.h>
#include <lib/print.h>
#include <lib/string.h>

#include "bridge.h"
#include "hyp.h"

struct rumpuser_hyperup hyp;

__thread int hyp_errno;

int
rumpuser_init(int version, const struct rumpuser_hyperup *up)
{
	if (version != RUMPUSER_VERSION) {
		rumpuser_dprintf("rumpuser: the kernel wants version %d, this is %d\n", version, RUMPUSER_VERSION);
		return EINVAL;
	}
	hyp = *up;
	return 0;
}

/* The two that a rump kernel must have, if the script does not give them. */
static const char *
param_default(const char *name)
{
	if (strcmp(name, RUMPUSER_PARAM_NCPU) == 0)
		return "1";
	if (strcmp(name, RUMPUSER_PARAM_HOSTNAME) == 0)
		return "rump2cos";
	return NULL;
}

int
rumpuser_getparam(const char *name, void *buf, size_t buflen)
{
	const char *value = bridge_param(name);

	if (value == NULL)
		value = param_default(name);
	if (value == NULL)
		return ENOENT;
	return cos_strlcpy(buf, value, buflen) < buflen ? 0 : E2BIG;
}

void
rumpuser_seterrno(int e)
{
	hyp_errno = e;
}

void
rumpuser_exit(int status)
{
	bridge_stop(status == RUMPUSER_PANIC ? "the rump kernel panicked" : "the rump kernel halted");
}

void
rumpuser_putchar(int c)
{
	char text = (char)c;

	bridge_print(&text, 1);
}

void
rumpuser_dprintf(const char *format, ...)
{
	char text[256];
	va_list args;
	int n;

	va_start(args, format);
	n = cos_vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	bridge_print(text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1);
}
