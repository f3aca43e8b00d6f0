/*
 * The smallest application: one line on the console, then the end of the run, with the status that the
 * script's parameter says (0 = good).
 */
#include <console/console.h>
#include <init/init.h>
#include <lib/component.h>

static const char greeting[] = "hello: every component is up\n";

void
cos_main(void)
{
	console_write(greeting, sizeof(greeting) - 1);
	init_exit(cos_param_number("status", 0));
}
