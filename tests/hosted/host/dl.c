/*
 * What a host may leave undone: components reach the rump kernel through its link sets, and it is
 * no daemon.
 */
#include "internal.h"

void
rumpuser_dl_bootstrap(rump_modinit_fn modinit, rump_symload_fn symload, rump_compload_fn compload)
{
	(void)modinit;
	(void)symload;
	(void)compload;
	host_count(HOST_dl_bootstrap);
}

int
rumpuser_daemonize_begin(void)
{
	host_count(HOST_daemonize_begin);
	return 0;
}

int
rumpuser_daemonize_done(int error)
{
	(void)error;
	host_count(HOST_daemonize_done);
	return 0;
}
