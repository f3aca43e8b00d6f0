/*
 * The bridge in a component: invocations of sched, mem, blk, console, time.
 *
 * Time is read from the time-stamp counter with the frequency that time gave at start: no
 * invocation. hz ticks are 10^9 ns; both directions are a multiplication by a 32.32 fixed-point
 * factor.
 */
#include "bridge.h"

#include <abi/err.h>
#include <console/console.h>
#include <lib/component.h>
#include <lib/kcall.h>
#include <lib/print.h>
#include <lib/string.h>
#include <mem/mem.h>
#include <sched/sched.h>
#include <time/time.h>

/* A script may leave blk out: there is no disk then, and nobody calls these. */
#pragma weak blk_open
#pragma weak blk_kick
#pragma weak blk_nvram_size
#pragma weak blk_nvram_read
#pragma weak blk_nvram_write

#define NSEC 1000000000UL
#define HALF 32 /* fraction bits of the factors */

static struct {
	cycles_t origin;
	u64 ns_per_tick, ticks_per_ns; /* fixed point */
	u64 wall_at_origin;
} clock;

static struct rcv_cap disk_rcv;
static int dma; /* the script lets devices reach the component's memory */

static u64
scale(u64 v, u64 factor)
{
	return (u64)((unsigned __int128)v * factor >> HALF);
}

/* Long division, since a freestanding program has no 128-bit one. a < b < 2^63. */
static u64
fraction(u64 a, u64 b)
{
	u64 whole = a / b, rest = a % b, f = 0;

	for (int i = 0; i < HALF; i++) {
		rest <<= 1;
		f = f << 1 | (rest >= b);
		if (rest >= b)
			rest -= b;
	}
	return whole << HALF | f;
}

void
bridge_init(void)
{
	word_t origin, nsec;
	long hz = time_tsc_hz(&origin), sec;

	if (hz <= 0)
		bridge_stop("there is no clock");
	dma = cos_param("dma") != NULL;
	clock.origin = origin;
	clock.ns_per_tick = fraction(NSEC, (u64)hz);
	clock.ticks_per_ns = fraction((u64)hz, NSEC);
	sec = time_wall(&nsec);
	clock.wall_at_origin = (sec > 0 ? (u64)sec * NSEC + nsec : 0) - bridge_mono();
}

uint64_t
bridge_mono(void)
{
	return scale(cos_now() - clock.origin, clock.ns_per_tick);
}

uint64_t
bridge_wall(void)
{
	return clock.wall_at_origin + bridge_mono();
}

/* Both factors are rounded down, so a few ticks more make sure that the moment has passed at
 * the time-out. */
static cycles_t
ticks(uint64_t ns)
{
	return ns == BRIDGE_FOREVER ? CYCLES_INF : clock.origin + scale(ns, clock.ticks_per_ns) + 64;
}

int
bridge_block(uint64_t until)
{
	return sched_block(ticks(until)) == -ETIMEDOUT;
}

void
bridge_wakeup(uint32_t thread)
{
	sched_wakeup(thread);
}

uint32_t
bridge_self(void)
{
	return (uint32_t)cos_thdid();
}

/* Threads of the rump kernel have the priority of the component's main thread. */
static word_t
priority(void)
{
	u32 n;
	const struct info_thread *t = cos_threads(&n);

	for (u32 i = 0; i < n; i++) {
		if (t[i].number == 0)
			return t[i].priority;
	}
	return PRIO_LOWEST;
}

uint32_t
bridge_thread_create(void (*fn)(void *), void *arg)
{
	long id = cos_thread_create(fn, arg, priority());

	return id > 0 ? (uint32_t)id : 0;
}

void
bridge_thread_exit(void)
{
	cos_thread_exit();
}

void
bridge_thread_join(uint32_t thread)
{
	sched_thd_join(thread);
}

void
bridge_thread_raise(void)
{
	sched_ceiling_enter();
}

void *
bridge_pages_alloc(size_t pages)
{
	word_t va, phys;
	long e = dma ? mem_alloc_contiguous(pages, BRIDGE_DMA_ALIGN / PAGE_SIZE, &va, &phys) : mem_alloc(pages, &va);

	return e == 0 ? (void *)va : NULL;
}

int
bridge_physical(const void *at, uint64_t *phys)
{
	return mem_physical((word_t)at, phys) == 0;
}

void
bridge_pages_free(void *mem, size_t pages)
{
	mem_free((word_t)mem, pages);
}

static int
has_rdrand(void)
{
	u32 a = 1, b, c = 0, d;

	asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return c >> 30 & 1;
}

int
bridge_hardware_random(uint64_t *word)
{
	unsigned char ok = 0;
	u64 v = 0;

	if (!has_rdrand())
		return 0;
	for (int tries = 0; tries < 10 && !ok; tries++)
		asm volatile("rdrand %0; setc %1" : "=r"(v), "=qm"(ok) : : "cc");
	*word = v;
	return ok;
}

void
bridge_print(const char *text, size_t length)
{
	console_write(text, length);
}

const char *
bridge_param(const char *name)
{
	return cos_param(name);
}

void
bridge_stop(const char *why)
{
	cos_panic("%s", why);
}

int
bridge_file(const char *name, struct bridge_file *to)
{
	const struct info_file *f = cos_file(name);

	if (f != NULL)
		*to = (struct bridge_file){(const uint8_t *)f->va, f->bytes};
	return f != NULL;
}

/* The slot where the scheduler put the end point of the block thread, number 1. */
static slot_t
disk_slot(void)
{
	const struct info_grant *g;

	for (u32 i = 0; (g = cos_grant(GRANT_RCV, i)) != NULL; i++) {
		if (g->a == 1)
			return g->slot;
	}
	return 0;
}

#define OPTIONAL __attribute__((weak)) /* NULL if the script has no such import */

extern typeof(blk_open) disk1_blk_open OPTIONAL, disk2_blk_open OPTIONAL, disk3_blk_open OPTIONAL;
extern typeof(blk_kick) disk1_blk_kick OPTIONAL, disk2_blk_kick OPTIONAL, disk3_blk_kick OPTIONAL;
extern typeof(blk_nvram_size) disk1_blk_nvram_size OPTIONAL, disk2_blk_nvram_size OPTIONAL, disk3_blk_nvram_size OPTIONAL;
extern typeof(blk_nvram_read) disk1_blk_nvram_read OPTIONAL, disk2_blk_nvram_read OPTIONAL, disk3_blk_nvram_read OPTIONAL;
extern typeof(blk_nvram_write) disk1_blk_nvram_write OPTIONAL, disk2_blk_nvram_write OPTIONAL, disk3_blk_nvram_write OPTIONAL;

/* The component's imports of blk, by the device's number. */
static const struct {
	const char *name;
	typeof(blk_open) *open;
	typeof(blk_kick) *kick;
	typeof(blk_nvram_size) *nvram_size;
	typeof(blk_nvram_read) *nvram_read;
	typeof(blk_nvram_write) *nvram_write;
} disks[BRIDGE_DISKS] = {
	{"blk", blk_open, blk_kick, blk_nvram_size, blk_nvram_read, blk_nvram_write},
	{"disk1", disk1_blk_open, disk1_blk_kick, disk1_blk_nvram_size, disk1_blk_nvram_read, disk1_blk_nvram_write},
	{"disk2", disk2_blk_open, disk2_blk_kick, disk2_blk_nvram_size, disk2_blk_nvram_read, disk2_blk_nvram_write},
	{"disk3", disk3_blk_open, disk3_blk_kick, disk3_blk_nvram_size, disk3_blk_nvram_read, disk3_blk_nvram_write},
};

int
bridge_disk_there(unsigned number)
{
	return number < BRIDGE_DISKS && disks[number].open != NULL;
}

int
bridge_disk_open(unsigned number, size_t pages, struct bridge_disk *d)
{
	word_t va, sectors, readonly;
	long id, e;

	if (disk_slot() == 0 || !bridge_disk_there(number))
		return ENXIO;
	id = mem_session_open(cos_provider(disks[number].name), pages, &va);
	if (id < 0)
		return (int)-id;
	d->ring = (struct blk_ring *)va;
	d->buffer = (uint8_t *)va;
	d->bytes = pages * PAGE_SIZE;
	e = disks[number].open((word_t)id, &sectors, &readonly);
	if (e < 0) {
		mem_session_close((word_t)id);
		return (int)-e;
	}
	d->sectors = sectors;
	d->readonly = readonly != 0;
	return 0;
}

void
bridge_disk_kick(unsigned number)
{
	long e = disks[number].kick();

	if (e < 0)
		cos_panic("the block server takes no requests: error %ld", -e);
}

uint64_t
bridge_nvram_size(unsigned number)
{
	long n = disks[number].nvram_size();

	return n > 0 ? (uint64_t)n : 0;
}

int
bridge_nvram_move(unsigned number, int writing, size_t offset, size_t n, uint64_t at)
{
	return (int)-(writing ? disks[number].nvram_write(offset, n, at) : disks[number].nvram_read(offset, n, at));
}

void
bridge_disk_wait(void)
{
	if (disk_rcv.slot == 0)
		disk_rcv.slot = disk_slot();
	rcv_wait(disk_rcv, 0, CYCLES_INF);
}
