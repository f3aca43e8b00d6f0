/*
 * The start order of the machine-independent kernel.
 */
#include "boot.h"
#include "cpu.h"
#include "frame.h"

void
kmain(const struct machine *m)
{
	frame_init(m);
	frame_reserve_device(0xa0000 >> PAGE_SHIFT, 0x60000 >> PAGE_SHIFT);           /* the PC's adapters and ROM */
	frame_reserve_device(0xc0000000 >> PAGE_SHIFT, 0x40000000 >> PAGE_SHIFT);     /* buses below 4 GiB */
	boot_image(m);
	boot_booter(m);
}
