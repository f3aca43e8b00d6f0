/*
 * Time: how fast the time-stamp counter and the local timer run, measured against the PC's interval timer (Intel 8254, channel 2, which
 * needs no interrupt), and the one-shot timer in ticks of the former.
 */
#include "arch_main.h"
#include "core/print.h"
#include "x86.h"

#define PIT_HZ    1193182UL
#define PIT_COUNT 11932UL /* 10 ms */

static u64 local_per_tsc; /* ticks of the local timer for one of the time-stamp counter, times 2^32 */

/* Waits out one count of channel 2, in mode 0: its output (bit 5 of port 0x61) rises at the end. */
static void
pit_start(void)
{
	hal_port_out(0x61, 1, (hal_port_in(0x61, 1) & ~2) | 1);
	hal_port_out(0x43, 1, 0xb0);
	hal_port_out(0x42, 1, PIT_COUNT & 0xff);
	hal_port_out(0x42, 1, PIT_COUNT >> 8);
}

/* A frequency within a thousandth of a whole MHz is taken for that: the measurement is no better. */
static u64
rounded(u64 hz)
{
	u64 whole = (hz + 500000) / 1000000 * 1000000;
	u64 off = hz > whole ? hz - whole : whole - hz;

	return off < hz / 1000 ? whole : hz;
}

u64
timer_init(void)
{
	u64 t0, tsc, local;

	lapic_timer_start(~0u);
	pit_start();
	t0 = hal_now();
	while (!(hal_port_in(0x61, 1) & 0x20))
		;
	tsc = hal_now() - t0;
	local = ~0u - lapic_timer_count();
	lapic_timer_start(0);
	if (tsc == 0 || local == 0)
		panic("the time-stamp counter or the local timer stands still");
	local_per_tsc = (local << 32) / tsc;
	return rounded(tsc * PIT_HZ / PIT_COUNT);
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
