/*
 * Start, parameters, output, errno, random bytes, and the ways out.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "internal.h"

#define NPARAMS 16

struct rumpuser_hyperup host_up;

static struct { const char *name, *value; } params[NPARAMS];
static FILE *print_to;
static int print_set;
static _Thread_local int rump_errno;

static const struct { int host, rump; } errnos[] = {
	{0, 0}, {EPERM, 1}, {ENOENT, 2}, {EIO, 5}, {ENXIO, 6}, {EBADF, 9}, {ENOMEM, 12}, {EACCES, 13}, {EFAULT, 14},
	{EBUSY, 16}, {EEXIST, 17}, {ENODEV, 19}, {ENOTDIR, 20}, {EISDIR, 21}, {EINVAL, 22}, {ENFILE, 23}, {EMFILE, 24},
	{EFBIG, 27}, {ENOSPC, 28}, {ESPIPE, 29}, {EROFS, 30}, {EAGAIN, 35}, {ETIMEDOUT, 60}, {ENOSYS, 78}, {ENOTSUP, 86},
};

int
host_errno(int linux_errno)
{
	for (size_t i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++) {
		if (errnos[i].host == linux_errno)
			return errnos[i].rump;
	}
	return 5;
}

void
host_die(const char *format, ...)
{
	va_list args;

	fputs("host: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	_exit(3);
}

int
host_unschedule(void *interlock)
{
	int nlocks;

	host_count(HOST_unscheduled);
	host_up.hyp_backend_unschedule(0, &nlocks, interlock);
	return nlocks;
}

void
host_schedule(int nlocks, void *interlock)
{
	host_up.hyp_backend_schedule(nlocks, interlock);
}

void
host_adopt_thread(void)
{
	host_up.hyp_schedule();
	if (host_up.hyp_lwproc_newlwp(0) != 0)
		host_die("the rump kernel gives the host's thread no lwp");
	host_up.hyp_unschedule();
}

int
rumpuser_init(int version, const struct rumpuser_hyperup *up)
{
	host_count(HOST_init);
	if (version != RUMPUSER_VERSION) {
		fprintf(stderr, "host: rumpuser version %d is wanted, this is %d\n", version, RUMPUSER_VERSION);
		return 1;
	}
	host_up = *up;
	return 0;
}

void
host_param(const char *name, const char *value)
{
	for (int i = 0; i < NPARAMS; i++) {
		if (params[i].name == NULL || strcmp(params[i].name, name) == 0) {
			params[i].name = name;
			params[i].value = value;
			return;
		}
	}
	host_die("too many parameters: %s", name);
}

static const char *
param_value(const char *name)
{
	for (int i = 0; i < NPARAMS && params[i].name != NULL; i++) {
		if (strcmp(params[i].name, name) == 0)
			return params[i].value;
	}
	if (strcmp(name, "_RUMPUSER_NCPU") == 0)
		return "1";
	if (strcmp(name, "_RUMPUSER_HOSTNAME") == 0)
		return "hosted";
	return NULL;
}

int
rumpuser_getparam(const char *name, void *buf, size_t buflen)
{
	const char *value = param_value(name);

	host_count(HOST_getparam);
	if (value == NULL)
		return host_errno(ENOENT);
	if (strlen(value) >= buflen)
		return 7; /* E2BIG */
	strcpy(buf, value);
	return 0;
}

void
rumpuser_seterrno(int e)
{
	host_count(HOST_seterrno);
	rump_errno = e;
}

int
host_thread_errno(void)
{
	return rump_errno;
}

int
rumpuser_kill(int64_t pid, int signo)
{
	(void)pid;
	(void)signo;
	host_count(HOST_kill);
	return 0;
}

void
rumpuser_exit(int status)
{
	host_count(HOST_exit);
	fflush(NULL);
	if (status == RUMPUSER_PANIC)
		abort();
	_exit(status);
}

void
host_print_to(FILE *f)
{
	print_to = f;
	print_set = 1;
}

static FILE *
console(void)
{
	return print_set ? print_to : stderr;
}

void
rumpuser_putchar(int c)
{
	host_count(HOST_putchar);
	if (console() != NULL)
		fputc(c, console());
}

void
rumpuser_dprintf(const char *format, ...)
{
	va_list args;

	host_count(HOST_dprintf);
	if (console() == NULL)
		return;
	va_start(args, format);
	vfprintf(console(), format, args);
	va_end(args);
}

int
rumpuser_getrandom(void *buf, size_t len, int flags, size_t *retp)
{
	ssize_t n = getrandom(buf, len, (flags & RUMPUSER_RANDOM_NOWAIT) ? GRND_NONBLOCK : 0);

	host_count(HOST_getrandom);
	if (n < 0)
		return host_errno(errno);
	*retp = (size_t)n;
	return 0;
}
