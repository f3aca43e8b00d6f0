/*
 * A client of blk. Thread 1 hears the server's notifications and wakes the main thread.
 */
#include <blk/blk.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/kcall.h>
#include <lib/string.h>
#include <mem/mem.h>
#include <sched/sched.h>

#include "test.h"

#define PATIENCE 15 /* seconds */

struct client me;
static word_t waiter; /* the main thread's id */
static u64 hz;

void
client_init(void)
{
	waiter = cos_thdid();
	hz = init_tsc_hz();
}

void
cos_thread(word_t number)
{
	struct rcv_cap r = {cos_grant(GRANT_RCV, 0)->slot};

	(void)number;
	for (;;) {
		rcv_wait(r, 0, CYCLES_INF);
		if (waiter)
			sched_wakeup(waiter);
	}
}

int
client_session(u64 pages)
{
	word_t va;
	long id = mem_session_open(cos_provider("blk"), pages, &va);

	if (id <= 0)
		return 0;
	me = (struct client){.session = id, .buffer = (u8 *)va, .bytes = pages * PAGE_SIZE};
	return 1;
}

long
client_attach(void)
{
	static u32 incarnation;

	memset(me.buffer, 0, PAGE_SIZE);
	blk_client_open(&me.ring, (struct blk_ring *)me.buffer, ++incarnation);
	return blk_open(me.session, &me.sectors, &me.readonly);
}

int
client_open(u64 pages)
{
	return client_session(pages) && client_attach() == 0;
}

void
client_leave(void)
{
	blk_close();
	mem_session_close(me.session);
	me.session = 0;
}

int
client_issue(u64 id, u32 op, u64 sector, u32 sectors, u64 offset)
{
	return blk_client_issue(&me.ring, &(struct blk_request){id, op, sectors, sector, offset});
}

int
client_wait(u32 n)
{
	cycles_t end = cos_now() + PATIENCE * hz;

	for (;;) {
		u32 have = blk_client_pending(&me.ring);

		if (have == BLK_RING_BROKEN || (have < n && cos_now() > end))
			return 0;
		if (have >= n)
			return 1;
		sched_block(end);
	}
}

int
client_take(struct blk_completion *c)
{
	if (!client_wait(1))
		return 0;
	blk_client_take(&me.ring, c);
	return 1;
}

u32
client_do(u32 op, u64 sector, u32 sectors, u64 offset)
{
	static u64 id = 1UL << 40;
	struct blk_completion c;

	client_issue(++id, op, sector, sectors, offset);
	if (blk_kick() < 0 || !client_take(&c) || c.id != id || blk_client_pending(&me.ring))
		return NEVER;
	return c.error;
}

void
client_pause(u32 ms)
{
	cycles_t end = cos_now() + ms * (hz / 1000);

	while (cos_now() < end)
		sched_block(end);
}
