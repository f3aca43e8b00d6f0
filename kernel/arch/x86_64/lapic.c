/*
 * The local interrupt controller: end of interrupt, and its timer. Intel SDM volume 3, chapter 11.
 */
#include "arch_main.h"
#include "x86.h"

enum lapic_reg {
	LAPIC_TPR = 0x80, LAPIC_EOI = 0xb0, LAPIC_SPURIOUS = 0xf0, LAPIC_LVT_TIMER = 0x320, LAPIC_LVT_LINT0 = 0x350,
	LAPIC_LVT_LINT1 = 0x360, LAPIC_LVT_ERROR = 0x370, LAPIC_COUNT = 0x380, LAPIC_CURRENT = 0x390, LAPIC_DIVIDE = 0x3e0,
};

#define MASKED (1 << 16)

static void
put(enum lapic_reg r, u32 v)
{
	*(volatile u32 *)(LAPIC_VA + r) = v;
}

void
lapic_init(void)
{
	hal_port_out(0x21, 1, 0xff); /* the old interrupt controllers: everything masked */
	hal_port_out(0xa1, 1, 0xff);
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | 1 << 11);
	put(LAPIC_SPURIOUS, 1 << 8 | VEC_SPURIOUS);
	put(LAPIC_LVT_LINT0, MASKED);
	put(LAPIC_LVT_LINT1, MASKED);
	put(LAPIC_LVT_ERROR, MASKED);
	put(LAPIC_TPR, 0);
	put(LAPIC_DIVIDE, 0xb); /* by 1 */
	put(LAPIC_LVT_TIMER, VEC_TIMER);
}

void
lapic_eoi(void)
{
	put(LAPIC_EOI, 0);
}

void
lapic_timer_start(u32 count)
{
	put(LAPIC_COUNT, count);
}

u32
lapic_timer_count(void)
{
	return *(volatile u32 *)(LAPIC_VA + LAPIC_CURRENT);
}
