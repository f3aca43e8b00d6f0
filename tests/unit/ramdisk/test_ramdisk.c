/*
 * The RAM disk's parts: checks of requests, the ring with an honest and a lying client, late
 * and reordered requests.
 */
#include <abi/err.h>
#include <blk/ring.h>
#include <string.h>

#include "disk.h"
#include "late.h"
#include "test.h"

#define SECTORS 64
#define PAGES 4

static u8 data[SECTORS * BLK_SECTOR];
static _Alignas(PAGE_SIZE) u8 buffer[PAGES * PAGE_SIZE];
static struct disk disk = {.data = data, .sectors = SECTORS};
static struct late late;

static u32
check(u32 op, u32 sectors, u64 sector, u64 offset)
{
	return disk_check(&disk, &(struct blk_request){1, op, sectors, sector, offset},
			  sizeof(buffer));
}

static int
test_check(void)
{
	const struct disk readonly = {.data = data, .sectors = SECTORS, .readonly = 1};
	const struct blk_request write = {1, BLK_WRITE, 1, 0, PAGE_SIZE},
				 read = {1, BLK_READ, 1, 0, PAGE_SIZE};

	CHECK(check(BLK_READ, 1, 0, PAGE_SIZE) == EOK);
	CHECK(check(BLK_WRITE, 24, SECTORS - 24, PAGE_SIZE) == EOK);
	CHECK(check(BLK_FLUSH, 0, 0, 0) == EOK);
	CHECK(check(BLK_FLUSH, 1, 0, 0) == EINVAL);
	CHECK(check(0, 1, 0, PAGE_SIZE) == EINVAL && check(4, 1, 0, PAGE_SIZE) == EINVAL);
	CHECK(check(BLK_READ, 0, 0, PAGE_SIZE) == EINVAL);
	CHECK(check(BLK_READ, 1, 0, 0) == EINVAL);              /* the ring itself */
	CHECK(check(BLK_READ, 1, 0, PAGE_SIZE + 1) == EINVAL);
	CHECK(check(BLK_READ, 25, 0, PAGE_SIZE) == EINVAL);      /* past the buffer */
	CHECK(check(BLK_READ, ~0u, 0, PAGE_SIZE) == EINVAL);
	CHECK(check(BLK_READ, 1, 0, sizeof(buffer)) == EINVAL);
	CHECK(check(BLK_READ, 1, 0, ~0UL - 511) == EINVAL);
	CHECK(check(BLK_READ, 1, SECTORS, PAGE_SIZE) == ENOSPC);
	CHECK(check(BLK_READ, 2, SECTORS - 1, PAGE_SIZE) == ENOSPC);
	CHECK(check(BLK_READ, 1, ~0UL, PAGE_SIZE) == ENOSPC);
	CHECK(disk_check(&readonly, &write, sizeof(buffer)) == EROFS);
	CHECK(disk_check(&readonly, &read, sizeof(buffer)) == EOK);
	return 1;
}

static int
test_do(void)
{
	memset(buffer, 0, sizeof(buffer));
	memset(buffer + PAGE_SIZE, 7, 2 * BLK_SECTOR);
	disk_do(&disk, &(struct blk_request){1, BLK_WRITE, 2, 3, PAGE_SIZE}, buffer);
	disk_do(&disk, &(struct blk_request){1, BLK_FLUSH, 0, 0, 0}, buffer);
	disk_do(&disk, &(struct blk_request){1, BLK_READ, 1, 4, PAGE_SIZE + 4096}, buffer);
	CHECK(data[3 * BLK_SECTOR - 1] == 0 && data[3 * BLK_SECTOR] == 7);
	CHECK(data[5 * BLK_SECTOR - 1] == 7 && data[5 * BLK_SECTOR] == 0);
	CHECK(buffer[PAGE_SIZE + 4096 + 511] == 7 && buffer[PAGE_SIZE + 4096 + 512] == 0);
	return 1;
}

static int
test_cached(void)
{
	static _Alignas(PAGE_SIZE) u8 memory[4 * PAGE_SIZE + 64];
	static _Alignas(16) u8 log[4096];
	struct disk d = {.data = data, .sectors = SECTORS};

	memset(data, 0, sizeof(data));
	blk_cache_init(&d.cache, 4, memory);
	blk_log_init(&d.log, log, sizeof(log));
	memset(buffer + PAGE_SIZE, 7, BLK_SECTOR);
	disk_do(&d, &(struct blk_request){1, BLK_WRITE, 1, 3, PAGE_SIZE}, buffer);
	disk_do(&d, &(struct blk_request){2, BLK_READ, 2, 3, 2 * PAGE_SIZE}, buffer);
	CHECK(buffer[2 * PAGE_SIZE] == 7 && buffer[2 * PAGE_SIZE + BLK_SECTOR] == 0);
	CHECK(data[3 * BLK_SECTOR] == 0);
	disk_do(&d, &(struct blk_request){3, BLK_FLUSH, 0, 1, 0}, buffer);
	CHECK(data[3 * BLK_SECTOR] == 7 && data[4 * BLK_SECTOR - 1] == 7 && data[4 * BLK_SECTOR] == 0);
	CHECK(d.log.writes == 1 && d.log.used == 2 * sizeof(struct blk_log_record) + BLK_SECTOR);
	memset(buffer + PAGE_SIZE, 8, 3 * PAGE_SIZE);
	disk_do(&d, &(struct blk_request){4, BLK_WRITE, 24, 30, PAGE_SIZE}, buffer);
	disk_do(&d, &(struct blk_request){5, BLK_WRITE, 24, 6, PAGE_SIZE}, buffer); /* more than the cache holds */
	disk_do(&d, &(struct blk_request){6, BLK_READ, 24, 18, PAGE_SIZE}, buffer);
	for (u32 i = PAGE_SIZE; i < sizeof(buffer); i++)
		CHECK(buffer[i] == 8);
	return 1;
}

static int
test_ring(void)
{
	struct blk_client_ring c;
	struct blk_server_ring s;
	struct blk_completion done;
	struct blk_request r;
	u64 sent = 0, got = 0;

	memset(buffer, 0, sizeof(buffer));
	blk_client_open(&c, (struct blk_ring *)buffer, 5);
	blk_server_open(&s, (struct blk_ring *)buffer);
	for (u32 i = 0; i < 1000; i++) {
		for (u32 k = i * 7 % 90;
		     k && blk_client_issue(&c, &(struct blk_request){sent, BLK_FLUSH, 0, 0, 0});
		     k--)
			sent++;
		CHECK(sent - got <= BLK_RING_SLOTS);
		for (u32 k = blk_server_pending(&s); k; k--) {
			blk_server_take(&s, &r);
			blk_server_complete(&s, r.id, r.id % 3);
		}
		CHECK(blk_client_pending(&c) == sent - got);
		for (u32 k = i % 5 ? blk_client_pending(&c) : 0; k; k--, got++) {
			blk_client_take(&c, &done);
			CHECK(done.id == got && done.error == got % 3);
		}
	}
	CHECK(sent > 10000);
	return 1;
}

static int
test_ring_lies(void)
{
	struct blk_ring *ring = (struct blk_ring *)buffer;
	struct blk_client_ring c;
	struct blk_server_ring s;
	struct blk_request r;

	memset(buffer, 0, sizeof(buffer));
	blk_client_open(&c, ring, 1);
	blk_server_open(&s, ring);
	ring->req_head = BLK_RING_SLOTS + 1;
	CHECK(blk_server_pending(&s) == BLK_RING_BROKEN);
	ring->req_head = ~0u;
	CHECK(blk_server_pending(&s) == BLK_RING_BROKEN);
	ring->req_head = BLK_RING_SLOTS;
	CHECK(blk_server_pending(&s) == BLK_RING_SLOTS);
	for (u32 i = 0; i < BLK_RING_SLOTS; i++)
		blk_server_take(&s, &r);
	ring->req_head = 2 * BLK_RING_SLOTS;
	CHECK(blk_server_pending(&s) == 0);
	ring->done_tail = BLK_RING_SLOTS; /* it has taken what is not there yet */
	CHECK(blk_server_pending(&s) == BLK_RING_BROKEN);
	ring->done_tail = ~0u;
	CHECK(blk_server_pending(&s) <= 1 || blk_server_pending(&s) == BLK_RING_BROKEN);
	ring->done_tail = 0;
	blk_server_complete(&s, 0, 0);
	CHECK(blk_server_pending(&s) == 0); /* not read yet */
	ring->done_tail = 1;
	CHECK(blk_server_pending(&s) == 1);
	ring->incarnation = 2;
	CHECK(blk_server_pending(&s) == BLK_RING_BROKEN);
	ring->done_head = 1;
	CHECK(blk_client_pending(&c) == BLK_RING_BROKEN); /* this client has issued nothing */
	return 1;
}

/* Whatever a client writes into the counters, no more is in flight than completions have
 * places. */
static int
test_ring_hostile(void)
{
	struct blk_ring *ring = (struct blk_ring *)buffer;
	struct blk_server_ring s;
	struct blk_request r;
	u32 x = 1;

	memset(buffer, 0, sizeof(buffer));
	blk_server_open(&s, ring);
	for (u32 i = 0; i < 200000; i++) {
		u32 n;

		x = x * 1664525 + 1013904223;
		ring->req_head = x >> 28 ? s.taken + (x >> 8) % 80 : x;
		x = x * 1664525 + 1013904223;
		ring->done_tail = x >> 28 ? s.done - (x >> 8) % 80 : x;
		n = blk_server_pending(&s);
		for (; n != BLK_RING_BROKEN && n; n--)
			blk_server_take(&s, &r);
		CHECK(s.taken - s.done <= BLK_RING_SLOTS);
		if (s.taken != s.done)
			blk_server_complete(&s, 0, 0);
	}
	CHECK(s.done > 1000);
	return 1;
}

static void
add(u32 client, u64 id, u32 op, u64 now)
{
	late_add(&late, client, &(struct blk_request){id, op, op != BLK_FLUSH, 0, PAGE_SIZE}, now);
}

static int
test_late(void)
{
	struct late_entry e;
	u64 seen = 0, order = 0, previous = 0;

	late = (struct late){.seed = 77, .delay = 100};
	for (u64 id = 0; id < 40; id++)
		add(id % 2, id, BLK_WRITE, 1000);
	CHECK(!late_take(&late, 999, &e));
	for (u64 now = 1000; now <= 1100; now++)
		for (; late_take(&late, now, &e); previous = e.request.id) {
			CHECK(e.due <= now && !(seen >> e.request.id & 1));
			seen |= 1UL << e.request.id;
			order += e.request.id < previous;
		}
	CHECK(seen == (1UL << 40) - 1 && late.count == 0 && late_next(&late) == ~0UL);
	CHECK(order > 5); /* another order than they came in */
	return 1;
}

static int
test_late_flush(void)
{
	struct late_entry e;

	for (u64 seed = 1; seed < 500; seed++) {
		u32 mine = 0;
		u64 now = 1000;

		late = (struct late){.seed = seed, .delay = 100};
		for (u64 id = 0; id < 8; id++)
			add(0, id, BLK_WRITE, now);
		add(1, 8, BLK_WRITE, now);
		add(0, 9, BLK_FLUSH, now);
		while (late.count) {
			CHECK(late_next(&late) != ~0UL);
			now = late_next(&late) > now ? late_next(&late) : now;
			CHECK(late_take(&late, now, &e)); /* what is said to be due can go */
			if (e.client == 0)
				CHECK(e.request.op != BLK_FLUSH ? mine++ < 8 : mine == 8);
		}
	}
	return 1;
}

static int
test_late_drop(void)
{
	struct late_entry e;

	late = (struct late){.seed = 3, .delay = 10};
	for (u64 id = 0; id < LATE_MAX; id++)
		add(id % LATE_CLIENTS, id, BLK_READ, 0);
	late_drop(&late, 3);
	CHECK(late.count == LATE_MAX - BLK_RING_SLOTS);
	while (late_take(&late, 100, &e))
		CHECK(e.client != 3);
	return late.count == 0;
}

static const struct test tests[] = {
    {"ramdisk.check", "a request outside disk or buffer, malformed or forbidden is refused",
     test_check},
    {"ramdisk.do", "what is written is read, and nothing beside it changes", test_do},
    {"ramdisk.cached", "with a volatile cache, what is written is read, and is on the disk after a flush",
     test_cached},
    {"ramdisk.ring", "requests and completions go round many times, each once and in order",
     test_ring},
    {"ramdisk.ring_lies", "counters that cannot be are refused by both sides", test_ring_lies},
    {"ramdisk.ring_hostile", "no counters of a client make the server hold more than the ring",
     test_ring_hostile},
    {"ramdisk.late", "late requests come out once, not before their time, in another order",
     test_late},
    {"ramdisk.late_flush",
     "a flush waits for its client's earlier requests, and nobody wakes for nothing",
     test_late_flush},
    {"ramdisk.late_drop", "a client's requests can be forgotten", test_late_drop},
};

int
main(void)
{
	return RUN_TESTS(tests);
}
