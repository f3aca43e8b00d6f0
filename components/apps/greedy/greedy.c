/*
 * Takes all the time it can get.
 */
#include <lib/component.h>

void
cos_main(void)
{
	for (;;)
		asm volatile("pause");
}
