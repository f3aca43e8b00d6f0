/*
 * The conformance program on the POSIX host.
 */
#include "../platform.h"

#include "host.h"

void
platform_start(const char *disk)
{
	host_device("disk0", disk, 0);
}
