/*
 * Requests on their way.
 *
 *   free -> device -> free         a piece at a time, by way of the slot's own memory
 *   free -> waits -> free          with a cache: a write that does not fit, and every flush
 *   free -> back -> free           the cache's own writes, for which a request waits
 *
 * With a cache, writes end there. It is written back for the one request that may wait: no other is
 * begun until that is over, and the device has finished all reads before, so that none of them finds
 * the device as it was and the cache as it is. What cannot be written back stays in the cache, and
 * the request that waited fails.
 *
 * A write is logged when the device or the cache has it, a flush when it is over, with the number of
 * writes that were logged when it came: those are stable.
 */
#include "slot.h"

#include <blk/server/setup.h>
#include <lib/component.h>
#include <lib/string.h>

#define PIECE_SECTORS (DEVICE_PIECE / BLK_SECTOR)

enum state { FREE, DEVICE, WAITS, BACK };

static struct slot {
	enum state state;
	struct blk_client *client;
	struct blk_request request;
	u32 done, piece; /* sectors: carried out; that the device has now */
} slots[DEVICE_SLOTS];

struct device device;
struct blk_log request_log;
static struct blk_cache cache;
static struct slot *waiting;
static struct blk_client nobody = {.closing = 1}; /* who is waiting when its client is gone */
static u64 back_at;    /* where the cache is being written back */
static int back_failed;
static int submitted;  /* the device has not been told */
static int dead;       /* the device lied */

void
slots_init(void)
{
	blk_setup(&cache, &request_log);
	device_find();
	device_start(&device);
}

static u8 *
data_of(const struct slot *s)
{
	return (u8 *)s->client->ring.ring + s->request.offset + (u64)s->done * BLK_SECTOR;
}

static u32
next_piece(const struct slot *s)
{
	u32 left = s->request.sectors - s->done;

	return left < PIECE_SECTORS ? left : PIECE_SECTORS;
}

/* Gives a slot's piece to the device. Its data is in place. */
static void
submit(struct slot *s)
{
	static const enum device_op ops[] = {
		[BLK_READ] = DEVICE_READ, [BLK_WRITE] = DEVICE_WRITE, [BLK_FLUSH] = DEVICE_FLUSH};
	u64 sector = s->request.op == BLK_FLUSH ? 0 : s->request.sector + s->done;

	device_submit(s - slots, ops[s->request.op], sector, s->piece);
	submitted = 1;
}

static void
complete(struct blk_client *c, u64 id, u32 error)
{
	if (c->closing)
		return;
	blk_server_complete(&c->ring, id, error);
	__atomic_store_n(&c->told, 1, __ATOMIC_SEQ_CST);
}

static void
finish(struct slot *s, u32 error)
{
	s->state = FREE;
	if (!error && s->request.op == BLK_FLUSH)
		blk_log_flush(&request_log, s->request.sector);
	complete(s->client, s->request.id, error);
}

static void
to_device(struct slot *s)
{
	s->state = DEVICE;
	s->piece = next_piece(s);
	if (s->request.op == BLK_WRITE)
		memcpy(device_data(s - slots), data_of(s), (u64)s->piece * BLK_SECTOR);
	submit(s);
}

static void
wait_for_cache(struct slot *s)
{
	s->state = WAITS;
	waiting = s;
}

static void
to_cache(struct slot *s)
{
	u8 *data = device_data(s - slots);

	while (s->done < s->request.sectors) {
		u32 n = next_piece(s), took;
		u64 sector = s->request.sector + s->done;

		memcpy(data, data_of(s), (u64)n * BLK_SECTOR);
		took = blk_cache_write(&cache, sector, n, data);
		blk_log_write(&request_log, sector, took, data);
		s->done += took;
		if (took < n) {
			wait_for_cache(s);
			return;
		}
	}
	finish(s, EOK);
}

static void
flush_device(struct slot *s)
{
	if (device.can_flush)
		to_device(s);
	else
		finish(s, EOK);
}

static struct slot *
free_slot(void)
{
	for (u32 i = 0; i < DEVICE_SLOTS; i++)
		if (slots[i].state == FREE)
			return &slots[i];
	return NULL;
}

void
slots_begin(struct blk_client *c, struct blk_request *r)
{
	u32 error = blk_request_check(r, device.sectors, device.readonly, c->bytes);
	struct slot *s = free_slot();

	if (error || dead) {
		complete(c, r->id, error ? error : EIO);
		return;
	}
	if (r->op == BLK_FLUSH)
		r->sector = request_log.writes;
	*s = (struct slot){.client = c, .request = *r};
	if (r->op == BLK_FLUSH && cache.sets)
		wait_for_cache(s);
	else if (r->op == BLK_FLUSH)
		flush_device(s);
	else if (r->op == BLK_WRITE && cache.sets)
		to_cache(s);
	else
		to_device(s);
}

/* The device has done a slot's piece, or failed. */
static void
advance(struct slot *s, int good)
{
	struct blk_client *c = s->client;
	u8 *data = device_data(s - slots);
	u64 sector = s->request.sector + s->done;

	if (s->state == BACK) {
		s->state = FREE;
		back_failed |= !good;
		return;
	}
	if (good && s->request.op == BLK_WRITE)
		blk_log_write(&request_log, sector, s->piece, data);
	if (good && s->request.op == BLK_READ && !c->closing) {
		blk_cache_read(&cache, sector, s->piece, data);
		memcpy(data_of(s), data, (u64)s->piece * BLK_SECTOR);
	}
	s->done += s->piece;
	if (good && s->done < s->request.sectors && !c->closing)
		to_device(s);
	else
		finish(s, good ? EOK : EIO);
}

static int
any(enum state state)
{
	for (u32 i = 0; i < DEVICE_SLOTS; i++)
		if (slots[i].state == state)
			return 1;
	return 0;
}

/* Gives as much of the cache to the device as there are slots. */
static void
give_runs(void)
{
	struct blk_cache_run run;
	struct slot *s;

	while ((s = free_slot()) && blk_cache_next(&cache, &back_at, &run)) {
		*s = (struct slot){.state = BACK, .piece = run.sectors};
		s->request = (struct blk_request){.op = BLK_WRITE, .sector = run.sector, .sectors = run.sectors};
		memcpy(device_data(s - slots), run.data, (u64)run.sectors * BLK_SECTOR);
		submit(s);
	}
}

/* All of the cache has been written back, or was tried to be. */
static void
end_waiting(void)
{
	struct slot *s = waiting;
	int failed = back_failed;

	waiting = NULL;
	back_at = 0;
	back_failed = 0;
	if (!failed)
		blk_cache_clear(&cache);
	if (failed || s->client->closing)
		finish(s, EIO);
	else if (s->request.op == BLK_FLUSH)
		flush_device(s);
	else
		to_cache(s);
}

static void
write_back(void)
{
	while (waiting && !any(DEVICE)) {
		give_runs();
		if (any(BACK))
			return;
		end_waiting();
	}
}

int
slots_room(void)
{
	write_back();
	return !waiting && free_slot();
}

/* The device is not to be trusted any more: all that it has has failed, and all that comes will. */
static void
give_up(void)
{
	dead = 1;
	device_stop();
	for (u32 i = 0; i < DEVICE_SLOTS; i++)
		if (slots[i].state == DEVICE || slots[i].state == BACK)
			advance(&slots[i], 0);
	if (waiting) {
		back_failed = 1;
		end_waiting();
	}
}

void
slots_advance(void)
{
	int good, got;
	u32 i;

	if (dead)
		return;
	while ((got = device_take(&i, &good)) > 0)
		advance(&slots[i], good);
	if (got < 0)
		give_up();
}

void
slots_push(void)
{
	write_back();
	if (submitted && !dead)
		device_notify();
	submitted = 0;
}

int
slots_busy(const struct blk_client *c)
{
	for (u32 i = 0; i < DEVICE_SLOTS; i++)
		if (slots[i].client == c && slots[i].state != FREE && slots[i].state != BACK)
			return 1;
	return 0;
}

void
slots_restart(void)
{
	if (dead)
		return;
	device_start(&device);
	if (waiting && waiting->client->closing)
		waiting->client = &nobody;
	for (u32 i = 0; i < DEVICE_SLOTS; i++) {
		struct slot *s = &slots[i];

		if (s->state == DEVICE && s->client->closing)
			finish(s, EIO);
		else if (s->state == DEVICE || s->state == BACK)
			submit(s);
	}
	slots_push();
}
