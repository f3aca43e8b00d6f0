/*
 * What this host refuses, and what it may leave undone: there is nobody to signal, its components are linked in, it is no daemon, and
 * its clients come by invocation, not through the system-call proxy.
 */
#include <abi/err.h>

#include <rumpuser.h>

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

int
rumpuser_sp_init(const char *url, const char *ostype, const char *osrelease, const char *machine)
{
	(void)url, (void)ostype, (void)osrelease, (void)machine;
	return ENOTSUP;
}

int
rumpuser_sp_copyin(void *client, const void *from, void *to, size_t len)
{
	(void)client, (void)from, (void)to, (void)len;
	return ENOTSUP;
}

int
rumpuser_sp_copyinstr(void *client, const void *from, void *to, size_t *len)
{
	(void)client, (void)from, (void)to, (void)len;
	return ENOTSUP;
}

int
rumpuser_sp_copyout(void *client, const void *from, void *to, size_t len)
{
	(void)client, (void)from, (void)to, (void)len;
	return ENOTSUP;
}

int
rumpuser_sp_copyoutstr(void *client, const void *from, void *to, size_t *len)
{
	(void)client, (void)from, (void)to, (void)len;
	return ENOTSUP;
}

int
rumpuser_sp_anonmmap(void *client, size_t len, void **memp)
{
	(void)client, (void)len, (void)memp;
	return ENOTSUP;
}

int
rumpuser_sp_raise(void *client, int signo)
{
	(void)client, (void)signo;
	return ENOTSUP;
}

void
rumpuser_sp_fini(void *client)
{
	(void)client;
}
