/*
 * The start order of the machine.
 */
#include "arch_main.h"

#include "core/cpu.h"
#include "core/print.h"
#include "x86.h"

extern char kstack_end[];

/* Called by boot.S on the kernel stack; it then resumes the thread that kmain made. */
void
arch_main(u32 multiboot, u64 info)
{
	static struct machine m;

	serial_init();
	boot_cpu.self = &boot_cpu;
	boot_cpu.physmap = PHYSMAP;
	boot_cpu.kstack = (u64)kstack_end;
	cpu_init();
	desc_init();
	mboot_read(multiboot, info, &m);
	kprintf("boot image at 0x%lx bytes %lu\n", m.image_phys, m.image_bytes);
	kprintf("memory up to 0x%lx, %lu regions\n", m.frames << PAGE_SHIFT, m.regions);
	paging_init(&m);
	fpu_init();
	lapic_init();
	ioapic_init();
	m.tsc_hz = timer_init();
	kmain(&m);
}
