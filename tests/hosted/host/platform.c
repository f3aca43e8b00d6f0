/*
 * The conformance program on the POSIX host.
 */
#include "../platform.h"

#include "../conform/conform.h"
#include "host.h"

void
platform_start(char *const disks[2], const char *text)
{
	host_device("disk0", disks[0], 0);
	host_device("disk1", disks[1], 0);
	host_file("conform.toml", text);
	host_bio_refuse();
	for (const struct conform_param *p = conform_params; p->name != NULL; p++)
		host_param(p->name, p->value);
}

int
conform_errno(void)
{
	return host_thread_errno();
}

const char *
platform_check(void)
{
	return host_counted(HOST_mutex_contended) > 0 ? NULL : "no mutex was ever contended";
}
