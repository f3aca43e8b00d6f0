/*
 * The volatile cache, against arrays of what is stable and what was last written; and the log.
 */
#include <blk/blk.h>
#include <blk/server/cache.h>
#include <blk/server/log.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define SECTORS 1000 /* of the disk */
#define PIECE   24   /* of a write */

static u8 stable[SECTORS][BLK_SECTOR];
static u32 wanted[SECTORS], flushed[SECTORS]; /* what was last written, and what was when all was written back */
static struct blk_cache cache;
static u32 seed;

static u32
draw(u32 below)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % below;
}

static void
begin(u64 pages)
{
	static void *memory;

	free(memory);
	memory = aligned_alloc(PAGE_SIZE, (blk_cache_bytes(pages) + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE);
	memset(memory, 0, blk_cache_bytes(pages));
	blk_cache_init(&cache, pages, memory);
	memset(stable, 0, sizeof(stable));
	memset(wanted, 0, sizeof(wanted));
	memset(flushed, 0, sizeof(flushed));
	seed = 99;
}

static void
fill(u8 *sector, u32 value)
{
	for (u32 i = 0; i < BLK_SECTOR; i += 4)
		memcpy(sector + i, &value, 4);
}

static int
holds(const u8 *sector, u32 value)
{
	u8 should[BLK_SECTOR];

	fill(should, value);
	return memcmp(sector, should, BLK_SECTOR) == 0;
}

/* Result: runs that there were; 0 if one was wrong. */
static u32
write_back(void)
{
	struct blk_cache_run run;
	u32 runs = 0;

	for (u64 at = 0; blk_cache_next(&cache, &at, &run); runs++) {
		CHECK(run.sectors >= 1 && run.sectors <= BLK_CACHE_SECTORS);
		CHECK(run.sector + run.sectors <= SECTORS);
		memcpy(stable[run.sector], run.data, run.sectors * BLK_SECTOR);
	}
	blk_cache_clear(&cache);
	memcpy(flushed, wanted, sizeof(wanted));
	return runs;
}

static int
read_and_check(u32 sector, u32 n)
{
	u8 data[PIECE][BLK_SECTOR];

	memcpy(data, stable[sector], n * BLK_SECTOR);
	blk_cache_read(&cache, sector, n, data[0]);
	for (u32 i = 0; i < n; i++)
		CHECK(holds(data[i], wanted[sector + i]));
	return 1;
}

/* Writes, with a write back when there is no room. */
static int
write_random(u32 value, u32 *full)
{
	u8 data[PIECE][BLK_SECTOR];
	u32 n = 1 + draw(PIECE), sector = draw(SECTORS - n + 1), done = 0;

	for (u32 i = 0; i < n; i++)
		fill(data[i], value + i);
	while (done < n) {
		u32 took = blk_cache_write(&cache, sector + done, n - done, data[done]);

		for (u32 i = 0; i < took; i++)
			wanted[sector + done + i] = value + done + i;
		done += took;
		if (done == n)
			break;
		++*full;
		CHECK(write_back());
		CHECK(blk_cache_write(&cache, sector + done, 1, data[done]) == 1);
	}
	return 1;
}

static int
run(u64 pages, u32 *full)
{
	begin(pages);
	for (u32 round = 1; round < 20000; round++) {
		u32 sector = draw(SECTORS - PIECE);

		CHECK(write_random(round * 100, full));
		CHECK(read_and_check(sector, 1 + draw(PIECE)));
		if (draw(60) == 0)
			CHECK(write_back());
		sector = draw(SECTORS);
		CHECK(holds(stable[sector], flushed[sector]));
	}
	write_back();
	for (u32 i = 0; i < SECTORS; i++)
		CHECK(holds(stable[i], wanted[i]));
	CHECK(write_back() == 0);
	return 1;
}

static int
test_cache(void)
{
	u32 full = 0;

	CHECK(run(64, &full) && full > 0);
	CHECK(run(1000, &full));
	return 1;
}

static int
test_cache_small(void)
{
	u32 full = 0;

	CHECK(run(BLK_CACHE_WAYS, &full) && full > 10000);
	CHECK(run(BLK_CACHE_WAYS + 3, &full));
	return 1;
}

static int
test_no_cache(void)
{
	u8 data[2 * BLK_SECTOR];
	struct blk_cache_run r;
	u64 at = 0;

	cache = (struct blk_cache){0};
	memset(data, 5, sizeof(data));
	blk_cache_read(&cache, 7, 2, data);
	CHECK(data[0] == 5 && data[1023] == 5);
	CHECK(!blk_cache_next(&cache, &at, &r));
	blk_cache_clear(&cache);
	return 1;
}

/* The nth record; NULL if the log is shorter than that. */
static const struct blk_log_record *
record(const u8 *memory, u64 bytes, u32 n)
{
	for (u64 at = 0; at + sizeof(struct blk_log_record) <= bytes;) {
		const struct blk_log_record *r = (const void *)(memory + at);

		if (!n--)
			return r;
		at += sizeof(*r) + r->length;
	}
	return NULL;
}

static int
is(const struct blk_log_record *r, u32 kind, u32 length, u64 offset)
{
	return r && r->kind == kind && r->length == length && r->offset == offset;
}

static int
test_log(void)
{
	static _Alignas(16) u8 memory[4096], data[1024];
	struct blk_log log;

	blk_log_init(&log, memory, sizeof(memory));
	memset(data, 3, sizeof(data));
	blk_log_write(&log, 5, 2, data);
	blk_log_write(&log, 5, 0, data);
	blk_log_flush(&log, log.writes);
	blk_log_mark(&log, 77);
	CHECK(is(record(memory, sizeof(memory), 0), BLK_LOG_WRITE, 1024, 2560) && memory[16] == 3 && memory[1039] == 3);
	CHECK(is(record(memory, sizeof(memory), 1), BLK_LOG_FLUSH, 0, 1));
	CHECK(is(record(memory, sizeof(memory), 2), BLK_LOG_MARK, 0, 77));
	CHECK(is(record(memory, sizeof(memory), 3), BLK_LOG_END, 0, 0));
	CHECK(!log.full);
	return 1;
}

/* Whatever its size, the last record says that it was full, and nothing is written behind it. */
static int
test_log_full(void)
{
	static u8 data[1024];

	for (u64 bytes = 16; bytes < 5000; bytes += 8) {
		u8 *memory = aligned_alloc(16, (bytes + 31) / 16 * 16);
		const struct blk_log_record *r;
		struct blk_log log;
		u32 n = 0;

		memset(memory, 0xaa, (bytes + 31) / 16 * 16);
		memset(memory, 0, bytes);
		blk_log_init(&log, memory, bytes);
		for (u32 i = 0; i < 20; i++)
			blk_log_write(&log, i, i % 3, data);
		blk_log_flush(&log, 1);
		for (u32 i = 0; i < 300; i++)
			blk_log_mark(&log, i);
		CHECK(log.full && log.used <= bytes && memory[bytes] == 0xaa);
		while ((r = record(memory, bytes, n)) && r->kind != BLK_LOG_FULL)
			n++;
		CHECK(r && (u64)((const u8 *)r - memory) + sizeof(*r) == log.used);
		free(memory);
	}
	return 1;
}

static int
test_no_log(void)
{
	struct blk_log log = {0};
	u8 data[BLK_SECTOR] = {0};

	blk_log_write(&log, 0, 1, data);
	blk_log_flush(&log, 0);
	blk_log_mark(&log, 1);
	return !log.full && !log.used && !log.writes;
}

static const struct test tests[] = {
    {"blk.cache", "what is written is read, and the disk changes only when all is written back", test_cache},
    {"blk.cache_small", "so it is with a cache of the smallest size, which is full all the time", test_cache_small},
    {"blk.no_cache", "a cache that is not there lies over nothing", test_no_cache},
    {"blk.log", "writes, flushes and marks stand in the log, one after another", test_log},
    {"blk.log_full", "a log without room says so in its last record, and goes no further", test_log_full},
    {"blk.no_log", "a log that is not there takes nothing", test_no_log},
};

int
main(void)
{
	return RUN_TESTS(tests);
}
