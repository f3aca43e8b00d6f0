/*
 * Segments, the task state segment (in the processor's block), and the interrupt descriptors. NMI, double fault and machine
 * check have a stack of their own, for the kernel enters system calls on the user's stack pointer.
 */
#include "arch_main.h"
#include "core/cpu.h"
#include "x86.h"

struct gate {
	u16 offset0, selector;
	u8  ist, type;
	u16 offset1;
	u32 offset2, reserved;
};

struct table_pointer {
	u16 limit;
	u64 base;
} __attribute__((packed));

#define GATE_INTERRUPT 0x8e
#define GATE_USER      0xee /* user code may raise it: the breakpoint */

extern u64 trap_entry[256]; /* trap.S: the address of each vector's entry */

static u64 gdt[7] = {
	0,
	0x00209a0000000000, /* kernel code */
	0x0000920000000000, /* kernel data */
	0x0000f20000000000, /* user data */
	0x0020fa0000000000, /* user code */
};

static struct gate idt[256];
static u8 fatal_stack[4096] __attribute__((aligned(16)));

void
desc_init(void)
{
	struct table_pointer g = {sizeof(gdt) - 1, (u64)gdt}, i = {sizeof(idt) - 1, (u64)idt};
	u64 tss = (u64)&boot_cpu.arch;

	gdt[5] = (sizeof(struct arch_cpu) - 1) | (tss & 0xffffff) << 16 | 0x89UL << 40 | (tss >> 24 & 0xff) << 56;
	gdt[6] = tss >> 32;
	boot_cpu.arch.ist[0] = (u64)(fatal_stack + sizeof(fatal_stack));
	boot_cpu.arch.iomap_base = sizeof(struct arch_cpu); /* no port is allowed */
	for (u32 v = 0; v < 256; v++) {
		u64 e = trap_entry[v];

		idt[v] = (struct gate){e, SEL_KCODE, v == VEC_NMI || v == VEC_DF || v == VEC_MC,
		                       v == VEC_BP ? GATE_USER : GATE_INTERRUPT, e >> 16, e >> 32, 0};
	}
	asm volatile("lgdt %0; lidt %1; ltr %w2; movl %3, %%ss" : : "m"(g), "m"(i), "r"(SEL_TSS), "r"(SEL_KDATA) : "memory");
}
