/*
 * The local interrupt controller (Intel SDM volume 3, chapter 11), and time: how fast the time-stamp counter and the
 * controller's timer run, measured against the PC's interval timer (Intel 8254, channel 2, which needs no interrupt), and the
 * one-shot timer in ticks of the former.
 */
#include "arch_main.h"
#include "core/print.h"
#include "x86.h"

enum lapic_reg {
	LAPIC_TPR = 0x80, LAPIC_EOI = 0xb0, LAPIC_SPURIOUS = 0xf0, LAPIC_LVT_TIMER = 0x320, LAPIC_LVT_LINT0 = 0x350,
	LAPIC_LVT_LINT1 = 0x360, LAPIC_LVT_ERROR = 0x370, LAPIC_COUNT = 0x380, LAPIC_CURRENT = 0x390, LAPIC_DIVIDE = 0x3e0,
};

#define MASKED (1 << 16)

#define PIT_HZ    1193182UL
#define PIT_COUNT 5966UL /* 5 ms */
#define ROUNDS    3

static u64 local_per_tsc; /* ticks of the local timer for one of the time-stamp counter, times 2^32 */

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

/*
 * One count of channel 2 in mode 0, whose output (bit 5 of port 0x61) rises at the end. It begins with the last write and lies
 * within what is measured, so that whatever else delays the processor (a hypervisor, a busy host) only adds: the least of
 * several is the best.
 */
static void
measure(u64 *tsc, u64 *local)
{
	u64 t, l;

	hal_port_out(0x61, 1, (hal_port_in(0x61, 1) & ~2) | 1);
	hal_port_out(0x43, 1, 0xb0);
	hal_port_out(0x42, 1, PIT_COUNT & 0xff);
	put(LAPIC_COUNT, ~0u);
	t = hal_now();
	hal_port_out(0x42, 1, PIT_COUNT >> 8);
	while (!(hal_port_in(0x61, 1) & 0x20))
		;
	t = hal_now() - t;
	l = ~0u - *(volatile u32 *)(LAPIC_VA + LAPIC_CURRENT);
	put(LAPIC_COUNT, 0);
	*tsc = t < *tsc ? t : *tsc;
	*local = l < *local ? l : *local;
}

/* Rounded to MHz: the measurement is no better. */
u64
timer_init(void)
{
	u64 tsc = ~0UL, local = ~0UL;

	for (u32 i = 0; i < ROUNDS; i++)
		measure(&tsc, &local);
	if (tsc == 0 || local == 0)
		panic("the time-stamp counter or the local timer stands still");
	local_per_tsc = (local << 32) / tsc;
	return (tsc * PIT_HZ / PIT_COUNT + 500000) / 1000000 * 1000000;
}

/* A time further away than the timer counts fires early; tick() then sets it again. */
void
hal_timer_set(cycles_t when)
{
	u64 now = hal_now();
	unsigned __int128 count;

	if (when == CYCLES_INF) {
		put(LAPIC_COUNT, 0);
		return;
	}
	count = when > now ? ((unsigned __int128)(when - now) * local_per_tsc >> 32) + 1 : 1;
	put(LAPIC_COUNT, count > ~0u ? ~0u : count);
}
