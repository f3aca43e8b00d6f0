/*
 * A driver, which nobody calls by name: it is there if the archive is linked as a whole.
 */
#include "rumpuser.h"

static void
attach(void)
{
	rumpuser_dprintf("tiny: the driver is attached\n");
}
static void (*const entry)(void) __attribute__((used, section("link_set_tiny"))) = attach;
