/*
 * The parts of the machine, in the order in which arch_main.c starts them.
 */
#ifndef ARCH_MAIN_H
#define ARCH_MAIN_H

#include "hal.h"

/* serial.c */
void serial_init(void);
/* cpu.c: the features without which the kernel does not run (one sentence, then the end), control registers, SYSCALL. */
void cpu_init(void);
/* desc.c: segments, interrupt descriptors, task state segment. */
void desc_init(void);
/* mboot.c: what the loader says. multiboot: 1 = Multiboot2, 0 = PVH; info: physical address below 4 GiB. Fills all of the
 * machine but tsc_hz. */
void mboot_read(u32 multiboot, u64 info, struct machine *);
/* paging.c: the kernel's address space and the frame records, in memory taken from the regions. */
void paging_init(struct machine *);
/* lapic.c, ioapic.c */
void lapic_init(void);
u64  timer_init(void); /* result: time-stamp counter ticks a second */
void lapic_eoi(void);
void ioapic_init(void);
/* fpu.c */
void fpu_init(void);
void vec_leave(struct arch_thd *); /* saves the live vector registers of an interrupted thread, and makes them initial */
void vec_enter(struct arch_thd *); /* loads them again; called by entry.S */
void vec_use(void);                /* the running thread uses vector registers from now on */

#define LAPIC_VA  0xffffffffbfe00000UL /* device memory of the interrupt controllers, uncached */
#define IOAPIC_VA 0xffffffffbfe01000UL

#endif
