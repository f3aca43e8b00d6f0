/*
 * What this host refuses, and what it may leave undone: it has no regular files and no executable
 * memory to give, there is nobody to signal, its components are linked in, and it is no daemon.
 */
#include <abi/err.h>

#include <rumpuser.h>

int
rumpuser_anonmmap(void *prefaddr, size_t size, int alignbit, int exec, void **memp)
{
	(void)prefaddr;
	(void)size;
	(void)alignbit;
	(void)exec;
	(void)memp;
	return ENOSYS;
}

void
rumpuser_unmap(void *mem, size_t size)
{
	(void)mem;
	(void)size;
}

int
rumpuser_syncfd(int fd, int flags, uint64_t start, uint64_t len)
{
	(void)fd;
	(void)flags;
	(void)start;
	(void)len;
	return ENOTSUP;
}

int
rumpuser_kill(int64_t pid, int signo)
{
	(void)pid;
	(void)signo;
	return 0;
}

void
rumpuser_dl_bootstrap(rump_modinit_fn modinit, rump_symload_fn symload, rump_compload_fn compload)
{
	(void)modinit;
	(void)symload;
	(void)compload;
}

int
rumpuser_daemonize_begin(void)
{
	return 0;
}

int
rumpuser_daemonize_done(int error)
{
	(void)error;
	return 0;
}
