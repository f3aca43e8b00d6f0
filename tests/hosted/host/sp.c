/*
 * The system-call proxy: there is none.
 */
#include <errno.h>

#include "internal.h"

int
rumpuser_sp_init(const char *url, const char *ostype, const char *osrelease, const char *machine)
{
	(void)url, (void)ostype, (void)osrelease, (void)machine;
	host_count(HOST_sp_init);
	return host_errno(ENOTSUP);
}

int
rumpuser_sp_copyin(void *client, const void *from, void *to, size_t len)
{
	(void)client, (void)from, (void)to, (void)len;
	return host_errno(ENOTSUP);
}

int
rumpuser_sp_copyinstr(void *client, const void *from, void *to, size_t *len)
{
	(void)client, (void)from, (void)to, (void)len;
	return host_errno(ENOTSUP);
}

int
rumpuser_sp_copyout(void *client, const void *from, void *to, size_t len)
{
	(void)client, (void)from, (void)to, (void)len;
	return host_errno(ENOTSUP);
}

int
rumpuser_sp_copyoutstr(void *client, const void *from, void *to, size_t *len)
{
	(void)client, (void)from, (void)to, (void)len;
	return host_errno(ENOTSUP);
}

int
rumpuser_sp_anonmmap(void *client, size_t len, void **memp)
{
	(void)client, (void)len, (void)memp;
	return host_errno(ENOTSUP);
}

int
rumpuser_sp_raise(void *client, int signo)
{
	(void)client, (void)signo;
	return host_errno(ENOTSUP);
}

void
rumpuser_sp_fini(void *client)
{
	(void)client;
}
