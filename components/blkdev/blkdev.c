/*
 * blkdev: the blk interface on a virtio block device.
 *
 * Everything below is guarded by one lock. A request goes from its client's ring to a free slot,
 * with its data by way of the slot's own memory, a piece at a time; when no slot is free it stays
 * in the ring. Only this component writes session buffers, under the lock, so that a client whose
 * slots are all free hears nothing any more. A ring is read only after copying out of it.
 */
#include <blk/nvram.h>
#include <blk/server.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/kcall.h>
#include <lib/mutex.h>
#include <lib/string.h>
#include <mem/mem.h>
#include <sched/sched.h>

#include "device.h"

#define PATIENCE 10 /* seconds that a closing client's requests have before the device is stopped */

static struct slot {
	struct blk_client *client;
	struct blk_request request;
	u32 done, piece; /* sectors: carried out; that the device has now */
} slots[VIRTQ_SLOTS];

static struct blk_client clients[BLK_CLIENTS];
static struct mutex lock;
static struct virtq queue;
static struct blk_nvram nvram;
static struct device device;
static int stopped; /* the device was broken */
static u64 hz;
static u32 turn; /* the client that is served first */

void
cos_init(void)
{
	word_t va, phys, pages = sizeof(struct virtq_shared) / PAGE_SIZE;

	if (mem_alloc_contiguous(pages, 1, &va, &phys))
		cos_panic("%lu pages in one piece are wanted", pages);
	virtq_init(&queue, (struct virtq_shared *)va, phys);
	device_start(&device, &queue);
	hz = init_tsc_hz();
	blk_nvram_make(&nvram);
}

/* Sends to everybody who has a completion and does not know. */
static void
notify(void)
{
	for (u32 i = 0; i < BLK_CLIENTS; i++)
		if (__atomic_exchange_n(&clients[i].told, 0, __ATOMIC_SEQ_CST))
			blk_client_notify(clients[i].comp);
}

static void
complete(struct blk_client *c, u64 id, u32 error)
{
	blk_server_complete(&c->ring, id, error);
	__atomic_store_n(&c->told, 1, __ATOMIC_SEQ_CST);
}

static void *
data_of(const struct slot *s)
{
	return (u8 *)s->client->ring.ring + s->request.offset + (u64)s->done * BLK_SECTOR;
}

/* Gives the next piece of a slot's request to the device. */
static void
submit(struct slot *s)
{
	static const u8 types[] = {[BLK_READ] = VIRTQ_READ, [BLK_WRITE] = VIRTQ_WRITE, [BLK_FLUSH] = VIRTQ_FLUSH};
	u32 i = s - slots, left = s->request.sectors - s->done;
	u64 sector = s->request.op == BLK_FLUSH ? 0 : s->request.sector + s->done;

	s->piece = left < VIRTQ_PIECE / BLK_SECTOR ? left : VIRTQ_PIECE / BLK_SECTOR;
	if (s->request.op == BLK_WRITE)
		memcpy(queue.shared->data[i], data_of(s), s->piece * BLK_SECTOR);
	virtq_submit(&queue, i, types[s->request.op], sector, s->piece * BLK_SECTOR);
}

/* A piece has come back. */
static void
advance(struct slot *s, int good)
{
	struct blk_client *c = s->client;

	if (good && s->request.op == BLK_READ && !c->closing)
		memcpy(data_of(s), queue.shared->data[s - slots], s->piece * BLK_SECTOR);
	s->done += s->piece;
	if (good && s->done < s->request.sectors && !c->closing) {
		submit(s);
		return;
	}
	s->client = NULL;
	if (!c->closing)
		complete(c, s->request.id, good ? EOK : EIO);
}

/* The device is not to be trusted any more: all that it has has failed, and all that comes will. */
static void
give_up(void)
{
	queue.broken = stopped = 1;
	device_stop();
	queue.busy = 0;
	for (u32 i = 0; i < VIRTQ_SLOTS; i++)
		if (slots[i].client)
			advance(&slots[i], 0);
}

static void
start(struct blk_client *c, struct slot *s)
{
	struct blk_request r;
	u32 error;

	blk_server_take(&c->ring, &r);
	error = blk_request_check(&r, device.sectors, device.readonly, c->bytes);
	if (!error && queue.broken)
		error = EIO;
	if (error || (r.op == BLK_FLUSH && !device.can_flush)) {
		complete(c, r.id, error);
		return;
	}
	*s = (struct slot){.client = c, .request = r};
	submit(s);
}

static struct slot *
free_slot(void)
{
	for (u32 i = 0; i < VIRTQ_SLOTS; i++)
		if (!slots[i].client)
			return &slots[i];
	return NULL;
}

/* Result: number of requests taken; none of a client whose ring cannot be as it is. */
static long
take_requests(struct blk_client *c)
{
	u32 n = c->comp && !c->closing ? blk_server_pending(&c->ring) : 0;
	struct slot *s;
	long taken = 0;

	for (; n != BLK_RING_BROKEN && taken < n && (s = free_slot()); taken++)
		start(c, s);
	return taken;
}

/* What the device has finished, then what has waited for a slot; each client is first in turn. */
static void
work(void)
{
	u16 head = queue.head;
	u32 slot;
	int good;

	while (virtq_take(&queue, &slot, &good))
		advance(&slots[slot], good);
	if (queue.broken && !stopped)
		give_up();
	for (u32 i = 0; i < BLK_CLIENTS; i++)
		take_requests(&clients[(turn + i) % BLK_CLIENTS]);
	turn++;
	if (queue.head != head)
		device_notify();
}

long
blk_open(word_t session, word_t *out_sectors, word_t *out_readonly)
{
	long e;

	mutex_lock(&lock);
	e = blk_client_enter(clients, session);
	mutex_unlock(&lock);
	*out_sectors = e ? 0 : device.sectors;
	*out_readonly = e ? 0 : device.readonly;
	return e;
}

long
blk_kick(void)
{
	struct blk_client *c;
	long n = -EBADF;

	mutex_lock(&lock);
	c = blk_client_find(clients, cos_badge());
	if (c && !c->closing)
		n = take_requests(c);
	if (n > 0 && !queue.broken)
		device_notify();
	mutex_unlock(&lock);
	notify();
	return n;
}

/* The memory, under the lock; the caller may be no client. */
long
blk_nvram_size(void)
{
	long n;

	mutex_lock(&lock);
	n = blk_client_find(clients, cos_badge()) ? (long)nvram.bytes : -EBADF;
	mutex_unlock(&lock);
	return n;
}

long
blk_nvram_write(word_t offset, word_t n, word_t position)
{
	long e;

	mutex_lock(&lock);
	e = blk_nvram_put(&nvram, blk_client_find(clients, cos_badge()), offset, n, position);
	mutex_unlock(&lock);
	return e;
}

long
blk_nvram_read(word_t offset, word_t n, word_t position)
{
	long e;

	mutex_lock(&lock);
	e = blk_nvram_get(&nvram, blk_client_find(clients, cos_badge()), offset, n, position);
	mutex_unlock(&lock);
	return e;
}

static int
has_slots(const struct blk_client *c)
{
	for (u32 i = 0; i < VIRTQ_SLOTS; i++)
		if (slots[i].client == c)
			return 1;
	return 0;
}

/* Until the device has none of the client's requests; the lock is free in between. */
static void
drain(struct blk_client *c)
{
	cycles_t end = cos_now() + PATIENCE * hz;

	for (work(); has_slots(c); work()) {
		if (cos_now() > end) {
			give_up();
			return;
		}
		mutex_unlock(&lock);
		notify();
		sched_block(cos_now() + hz / 1000);
		mutex_lock(&lock);
	}
}

static long
forget(word_t comp)
{
	struct blk_client *c;
	long e = -EBADF;

	mutex_lock(&lock);
	c = comp ? blk_client_find(clients, comp) : NULL;
	if (c) {
		c->closing = 1;
		drain(c);
		if (c->comp == comp && c->closing) /* nobody else was faster */
			blk_client_leave(c);
		e = 0;
	}
	mutex_unlock(&lock);
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
		mutex_lock(&lock);
		work();
		mutex_unlock(&lock);
		notify();
		irq_ack(irq, line);
		rcv_wait(r, 0, CYCLES_INF);
	}
}
