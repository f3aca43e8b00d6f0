/*
 * The init interface.
 */
#include <init/init.h>
#include <lib/print.h>

#include "booter.h"

long
init_done(void)
{
	first_thread_done(cos_badge());
	return -EPERM;
}

long
init_exit(word_t status)
{
	if (cos_badge() != cos_param_number("verdict", 0))
		return -EPERM;
	system_end(status);
}

long
init_tsc_hz(void)
{
	return ((const struct boot_info *)BOOT_INFO_VA)->tsc_hz;
}
