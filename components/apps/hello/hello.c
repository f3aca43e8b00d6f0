/*
 * The smallest application: one line on the console, then the end of the run.
 */
#include <console/console.h>
#include <init/init.h>
#include <lib/component.h>

static const char greeting[] = "hello: every component is up\n";

void
cos_main(void)
{
	console_write(greeting, sizeof(greeting) - 1);
	init_exit(0);
}
