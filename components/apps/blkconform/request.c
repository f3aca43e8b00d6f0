/*
 * Requests one by one: right ones, and those that must be refused.
 */
#include <blk/blk.h>
#include <lib/string.h>

#include "test.h"

#define SLACK 8192 /* bytes of the buffer around what is read */

/* Writes, and reads to another place of the buffer, whose neighbourhood stays as it is. */
static int
there_and_back(u64 at, u32 n, u32 salt, u64 from)
{
	u64 bytes = (u64)n * BLK_SECTOR, to = DATA + SLACK;

	CHECK(area_write(at, n, salt, from));
	memset(me.buffer + to - SLACK, 0xee, bytes + 2 * SLACK);
	CHECK_EQ(client_do(BLK_READ, area_first + at, n, to), 0);
	CHECK(area_holds(to, at, n, salt));
	for (u64 i = 0; i < SLACK; i++)
		CHECK(me.buffer[to - SLACK + i] == 0xee && me.buffer[to + bytes + i] == 0xee);
	return 1;
}

static int
sizes(void)
{
	for (u32 n = 1; n <= 260; n += n < 130 || n > 250 ? 1 : 11) {
		CHECK(there_and_back(n * 13 % (AREA - n), n, n + 2, DATA + n % 9 * BLK_SECTOR));
		if (n % 16 == 0)
			CHECK(area_check());
	}
	CHECK(there_and_back(0, AREA, 2, DATA));
	CHECK(area_check());
	return 1;
}

static int
offsets(void)
{
	for (u32 at = 0; at < 24; at++)
		for (u32 k = 0; k < 17; k += 4)
			CHECK(there_and_back(at, 3, at * 17 + k, DATA + k * BLK_SECTOR));
	CHECK(there_and_back(100, 7, 5, me.bytes - 7 * BLK_SECTOR));
	CHECK(area_check());
	return 1;
}

static int
first_sectors(void)
{
	u64 place = DATA + 8 * BLK_SECTOR;

	CHECK_EQ(client_do(BLK_READ, 0, 8, DATA), 0);
	CHECK_EQ(client_do(BLK_WRITE, 0, 8, DATA), 0);
	CHECK_EQ(client_do(BLK_READ, 0, 8, place), 0);
	CHECK(memcmp(me.buffer + DATA, me.buffer + place, 8 * BLK_SECTOR) == 0);
	return 1;
}

static int
end_of_device(void)
{
	CHECK(there_and_back(AREA - 1, 1, 77, DATA));
	CHECK(there_and_back(AREA - 100, 100, 78, DATA));
	CHECK(area_check());
	return 1;
}

/* Both ways; and nothing is written. */
static int
outside(void)
{
	const struct {
		u64 sector;
		u32 sectors;
	} bad[] = {
		{me.sectors, 1}, {me.sectors - 1, 2}, {me.sectors + 1, 1}, {me.sectors - AREA + 1, AREA},
		{me.sectors * 2, 8}, {1UL << 32, 1}, {1UL << 55, 1}, {1UL << 63, 8}, {~0UL, 1}, {~0UL - 6, 8},
	};

	memset(me.buffer + DATA, 0xdd, AREA * BLK_SECTOR);
	for (u32 i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ(client_do(BLK_READ, bad[i].sector, bad[i].sectors, DATA), ENOSPC);
		CHECK_EQ(client_do(BLK_WRITE, bad[i].sector, bad[i].sectors, DATA), ENOSPC);
	}
	for (u32 i = 0; i < AREA * BLK_SECTOR; i++)
		CHECK(me.buffer[DATA + i] == 0xdd);
	CHECK(area_check());
	return 1;
}

static int
bad_lengths(void)
{
	u32 all = (me.bytes - DATA) / BLK_SECTOR;
	const u32 bad[] = {0, all + 1, all + 8, 1u << 23, 1u << 31, ~0u, ~0u - 7};

	for (u32 i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ(client_do(BLK_READ, area_first, bad[i], DATA), EINVAL);
		CHECK_EQ(client_do(BLK_WRITE, area_first, bad[i], DATA), EINVAL);
	}
	CHECK(area_check());
	return 1;
}

static int
bad_offsets(void)
{
	const u64 bad[] = {0, 512, DATA - 512, DATA + 1, DATA + 511, DATA + 256, me.bytes, me.bytes - 512,
	                   me.bytes + 512, 1UL << 32 | DATA, 1UL << 63, ~0UL, ~0UL - 511, ~0UL - 1023};

	for (u32 i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ(client_do(BLK_READ, area_first, 2, bad[i]), EINVAL);
		CHECK_EQ(client_do(BLK_WRITE, area_first, 2, bad[i]), EINVAL);
	}
	CHECK(area_check());
	return 1;
}

static int
bad_ops(void)
{
	const u32 bad[] = {0, 4, 5, 255, 256 + BLK_READ, 1u << 16 | BLK_WRITE, 1u << 31, ~0u};

	area_fill(DATA, 0, 8, 99);
	for (u32 i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(client_do(bad[i], area_first, 8, DATA), EINVAL);
	CHECK(area_check());
	return 1;
}

static int
flush(void)
{
	CHECK_EQ(client_do(BLK_FLUSH, 0, 0, 0), 0);
	CHECK_EQ(client_do(BLK_FLUSH, ~0UL, 0, ~0UL), 0); /* these two mean nothing */
	CHECK_EQ(client_do(BLK_FLUSH, 0, 1, DATA), EINVAL);
	CHECK_EQ(client_do(BLK_FLUSH, 0, ~0u, 0), EINVAL);
	CHECK(area_check());
	return 1;
}

static int
flushed(void)
{
	for (u32 i = 0; i < 20; i++) {
		CHECK(area_write(i * 50, 50, 200 + i, DATA));
		CHECK_EQ(client_do(BLK_FLUSH, 0, 0, 0), 0);
		CHECK(area_check());
	}
	return 1;
}

const struct test request_tests[] = {
	{"sizes", "data of any size is what was written, and nothing beside it changes, here or there", sizes, WRITABLE},
	{"offsets", "the same at any place of the device and of the buffer", offsets, WRITABLE},
	{"first_sectors", "the first sectors are read and written too", first_sectors, WRITABLE},
	{"end_of_device", "the last sector is there", end_of_device, WRITABLE},
	{"outside", "what is not all on the device is refused, and nothing of it is done", outside, ANY_DEVICE},
	{"bad_lengths", "no sectors at all, or more than the buffer holds, are refused", bad_lengths, WRITABLE},
	{"bad_offsets", "data that lies askew, in the ring or outside the buffer is refused", bad_offsets, WRITABLE},
	{"bad_ops", "operations that there are not are refused", bad_ops, WRITABLE},
	{"flush", "a flush is no more than that", flush, WRITABLE},
	{"flushed", "a flush changes nothing of what is read", flushed, WRITABLE},
	{0},
};

static int
readonly(void)
{
	u64 place = DATA + 64 * BLK_SECTOR;

	CHECK_EQ(client_do(BLK_READ, area_first, 64, DATA), 0);
	memset(me.buffer + place, 0xdd, 64 * BLK_SECTOR);
	CHECK_EQ(client_do(BLK_WRITE, area_first, 64, place), EROFS);
	CHECK_EQ(client_do(BLK_WRITE, area_first + AREA, 1, place), ENOSPC);
	CHECK_EQ(client_do(BLK_WRITE, area_first, 1, place + 1), EINVAL);
	CHECK_EQ(client_do(BLK_FLUSH, 0, 0, 0), 0);
	CHECK_EQ(client_do(BLK_READ, area_first, 64, place), 0);
	CHECK(memcmp(me.buffer + DATA, me.buffer + place, 64 * BLK_SECTOR) == 0);
	return 1;
}

const struct test readonly_tests[] = {
	{"readonly", "a device that cannot be written refuses that, and only that", readonly, ANY_DEVICE},
	{0},
};
