/*
 * blkdev: the blk interface on a disk of the machine.
 *
 * Everything below is guarded by one lock. A request goes from its client's ring to a free slot
 * (slot.h); when no slot is free it stays in the ring. Only this component writes session buffers,
 * under the lock, so that a client whose slots are all free hears nothing any more. A ring is read
 * only after copying out of it.
 */
#include <blk/server.h>
#include <blk/server/nvram.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/kcall.h>
#include <lib/mutex.h>
#include <sched/sched.h>

#include "slot.h"

struct blk_client blk_clients[BLK_CLIENTS];
struct mutex blk_lock;
static u64 ms;       /* in ticks */
static u64 patience; /* how long a closing client's requests have before the device is reset */
static u32 turn;     /* the client that is served first */

void
cos_init(void)
{
	ms = init_tsc_hz() / 1000;
	patience = cos_param_number("patience_ms", 10000) * ms;
	slots_init();
	blk_nvram_make();
}

/* Sends to everybody who has a completion and does not know. */
static void
notify(void)
{
	for (u32 i = 0; i < BLK_CLIENTS; i++)
		if (__atomic_exchange_n(&blk_clients[i].told, 0, __ATOMIC_SEQ_CST))
			blk_client_notify(blk_clients[i].comp);
}

/* Result: number of requests taken; none of a client whose ring cannot be as it is. */
static long
take_requests(struct blk_client *c)
{
	u32 n = c->comp && !c->closing ? blk_server_pending(&c->ring) : 0;
	long taken = 0;

	for (; n != BLK_RING_BROKEN && taken < n && slots_room(); taken++) {
		struct blk_request r;

		blk_server_take(&c->ring, &r);
		slots_begin(c, &r);
	}
	return taken;
}

/* What the device has finished, then what has waited for a slot; each client is first in turn. */
static void
work(void)
{
	slots_advance();
	slots_push();
	for (u32 i = 0; i < BLK_CLIENTS; i++)
		take_requests(&blk_clients[(turn + i) % BLK_CLIENTS]);
	turn++;
	slots_push();
}

long
blk_open(word_t session, word_t *out_sectors, word_t *out_readonly)
{
	long e;

	mutex_lock(&blk_lock);
	e = blk_client_enter(blk_clients, session);
	mutex_unlock(&blk_lock);
	*out_sectors = e ? 0 : device.sectors;
	*out_readonly = e ? 0 : device.readonly;
	return e;
}

long
blk_kick(void)
{
	struct blk_client *c;
	long n = -EBADF;

	mutex_lock(&blk_lock);
	c = blk_client_find(blk_clients, cos_badge());
	if (c && !c->closing)
		n = take_requests(c);
	slots_push();
	mutex_unlock(&blk_lock);
	notify();
	return n;
}

/* Nobody else was faster to close it, while the lock was free. */
static int
is_closing(const struct blk_client *c, word_t comp)
{
	return c->comp == comp && c->closing;
}

/* Until the device has none of the client's requests; the lock is free in between. */
static void
drain(struct blk_client *c, word_t comp)
{
	cycles_t end = cos_now() + patience;

	for (work(); is_closing(c, comp) && slots_busy(c); work()) {
		if (cos_now() > end) {
			slots_restart();
			return;
		}
		mutex_unlock(&blk_lock);
		notify();
		sched_block(cos_now() + ms);
		mutex_lock(&blk_lock);
	}
}

static long
forget(word_t comp)
{
	struct blk_client *c;
	long e = -EBADF;

	mutex_lock(&blk_lock);
	c = comp ? blk_client_find(blk_clients, comp) : NULL;
	if (c) {
		c->closing = 1;
		drain(c, comp);
		if (is_closing(c, comp))
			blk_client_leave(c);
		e = 0;
	}
	mutex_unlock(&blk_lock);
	return e;
}

long
blk_close(void)
{
	return forget(cos_badge());
}

long
blk_reset(word_t comp)
{
	return cos_badge() == cos_provider("init") ? forget(comp) : -EPERM;
}

long
blk_mark(word_t number)
{
	if (!request_log.memory)
		return -ENOSYS;
	mutex_lock(&blk_lock);
	blk_log_mark(&request_log, number);
	mutex_unlock(&blk_lock);
	return 0;
}

/* The device's interrupt line among those that the script gives. */
static const struct info_grant *
grant_of_line(void)
{
	const struct info_grant *g;

	for (u32 i = 0; (g = cos_grant(GRANT_IRQ, i)); i++)
		if (device.line >= g->a && device.line - g->a < g->b)
			return g;
	cos_panic("the script does not give the device's interrupt line %u", device.line);
}

void
cos_thread(word_t number)
{
	const struct info_grant *g = grant_of_line();
	struct rcv_cap r = {cos_grant(GRANT_RCV, 0)->slot};
	struct snd_cap s = {cos_grant(GRANT_FREE, 0)->slot};
	struct irq_cap irq = {g->slot};
	u32 line = device.line - g->a;

	(void)number;
	if (rcv_make_snd(r, s.slot) || irq_attach(irq, line, s))
		cos_panic("interrupt line %u cannot be had", device.line);
	for (;;) {
		device_quiet();
		mutex_lock(&blk_lock);
		work();
		mutex_unlock(&blk_lock);
		notify();
		irq_ack(irq, line);
		rcv_wait(r, 0, CYCLES_INF);
	}
}
