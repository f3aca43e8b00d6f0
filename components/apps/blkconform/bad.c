/*
 * A device with a sector that can neither be read nor written, the parameter bad_sector, and whose
 * first flush fails. It does not lie in the area. What is written beside it is what was there.
 */
#include <blk/blk.h>
#include <lib/component.h>
#include <lib/string.h>

#include "test.h"

#define BEHIND (DATA + BLK_RING_SLOTS * BLK_SECTOR) /* a second place for 64 sectors */

static u64
bad(void)
{
	return cos_param_number("bad_sector", 0);
}

static int
first_flush(void)
{
	CHECK_EQ(client_do(BLK_FLUSH, 0, 0, 0), EIO);
	CHECK_EQ(client_do(BLK_FLUSH, 0, 0, 0), 0);
	return 1;
}

static int
alone(void)
{
	for (u32 i = 0; i < 3; i++) {
		CHECK_EQ(client_do(BLK_READ, bad(), 1, DATA), EIO);
		CHECK_EQ(client_do(BLK_READ, bad() - 100, 200, DATA), EIO);
		CHECK_EQ(client_do(BLK_READ, bad() - 1, 1, DATA), 0);
		CHECK_EQ(client_do(BLK_WRITE, bad() - 1, 1, DATA), 0);
		CHECK_EQ(client_do(BLK_WRITE, bad(), 1, DATA), EIO);
		CHECK_EQ(client_do(BLK_READ, bad() + 1, 1, DATA), 0);
	}
	return 1;
}

/* 64 requests for every other sector at once, the bad one among them, to or from a place of the buffer. */
static int
at_once(u32 op, u64 offset)
{
	u64 seen = 0;

	for (u64 i = 0; i < BLK_RING_SLOTS; i++)
		CHECK(client_issue(i, op, bad() + 2 * i - 64, 1, offset + i * BLK_SECTOR));
	CHECK(blk_kick() >= 0);
	for (u32 i = 0; i < BLK_RING_SLOTS; i++) {
		struct blk_completion c;

		CHECK(client_take(&c));
		CHECK(c.id < BLK_RING_SLOTS && !(seen >> c.id & 1));
		CHECK_EQ(c.error, c.id == 32 ? EIO : 0);
		seen |= 1UL << c.id;
	}
	return 1;
}

static int
among_others(void)
{
	memset(me.buffer + DATA, 0, 2 * BLK_RING_SLOTS * BLK_SECTOR);
	for (u64 i = 0; i < BLK_RING_SLOTS; i++)
		if (i != 32)
			CHECK_EQ(client_do(BLK_READ, bad() + 2 * i - 64, 1, DATA + i * BLK_SECTOR), 0);
	for (u32 round = 0; round < 3; round++) {
		memset(me.buffer + BEHIND, 0, BLK_RING_SLOTS * BLK_SECTOR);
		CHECK(at_once(BLK_READ, BEHIND));
		memset(me.buffer + BEHIND + 32 * BLK_SECTOR, 0, BLK_SECTOR);
		CHECK(memcmp(me.buffer + DATA, me.buffer + BEHIND, BLK_RING_SLOTS * BLK_SECTOR) == 0);
		CHECK(at_once(BLK_WRITE, BEHIND));
	}
	CHECK(area_check());
	return 1;
}

const struct test bad_tests[] = {
	{"first_flush", "a flush that fails says so, and the next one is a flush again", first_flush, WRITABLE},
	{"bad_alone", "a sector that cannot be read or written is an error, and its neighbours are not", alone, WRITABLE},
	{"bad_among_others", "it is so when 64 requests are in flight, and no data is mixed up", among_others, WRITABLE},
	{0},
};
