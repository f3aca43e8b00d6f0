/*
 * Time: how fast the time-stamp counter and the local timer run, measured against the PC's interval timer (Intel 8254, channel 2, which
 * needs no interrupt), and the one-shot timer in ticks of the former.
 */
#include "arch_main.h"
#include "core/print.h"
#include "x86.h"

#define PIT_HZ    1193182UL
#define PIT_COUNT 5966UL /* 5 ms */
#define ROUNDS    3

static u64 local_per_tsc; /* ticks of the local timer for one of the time-stamp counter, times 2^32 */

/*
 * One count of channel 2 in mode 0, whose output (bit 5 of port 0x61) rises at the end. It begins with the last write and lies within what is
 * measured, so that whatever else delays the processor (a hypervisor, a busy host) only adds: the least of several is the best.
 */
static void
measure(u64 *tsc, u64 *local)
{
	u64 t, l;

	hal_port_out(0x61, 1, (hal_port_in(0x61, 1) & ~2) | 1);
	hal_port_out(0x43, 1, 0xb0);
	hal_port_out(0x42, 1, PIT_COUNT & 0xff);
	lapic_timer_start(~0u);
	t = hal_now();
	hal_port_out(0x42, 1, PIT_COUNT >> 8);
	while (!(hal_port_in(0x61, 1) & 0x20))
		;
	t = hal_now() - t;
	l = ~0u - lapic_timer_count();
	lapic_timer_start(0);
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
		lapic_timer_start(0);
		return;
	}
	count = when > now ? ((unsigned __int128)(when - now) * local_per_tsc >> 32) + 1 : 1;
	lapic_timer_start(count > ~0u ? ~0u : count);
}
