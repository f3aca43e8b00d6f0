/*
 * The conformance program on the POSIX host.
 */
#include "../platform.h"

#include "host.h"

void
platform_start(const char *disk, const char *text)
{
	host_device("disk0", disk, 0);
	host_file("conform.toml", text);
	host_bio_refuse();
}

const char *
platform_check(void)
{
	return host_counted(HOST_mutex_contended) > 0 ? NULL : "no mutex was ever contended";
}
