/*
 * Closing, and being reset, while requests are in flight: when either returns, nothing is written
 * any more, on the device or in the buffer.
 */
#include <blk/blk.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <undertaker/undertaker.h>

#include "test.h"

#define FLYING 16
#define PIECE  (AREA / FLYING)

static u32 salt = 500;

/* Writes to the whole area fly. Result: how many had not completed yet. */
static u32
let_fly(u32 op)
{
	area_fill(DATA, 0, AREA, ++salt);
	for (u64 i = 0; i < FLYING; i++)
		client_issue(i, op, area_first + i * PIECE, PIECE, DATA + i * PIECE * BLK_SECTOR);
	blk_kick();
	return FLYING - blk_client_pending(&me.ring);
}

/* The client is not there any more for the server: its buffer stays as it is, and so does the device. */
static int
is_over(void)
{
	CHECK_EQ(blk_kick(), -EBADF);
	memset(me.buffer, 0x55, DATA + AREA * BLK_SECTOR);
	client_pause(30);
	for (u64 i = 0; i < DATA + AREA * BLK_SECTOR; i++)
		CHECK(me.buffer[i] == 0x55);
	CHECK_EQ(client_attach(), 0);
	CHECK(area_settled(salt));
	return 1;
}

static int
close_in_flight(void)
{
	for (u32 i = 0; i < 5; i++) {
		let_fly(i % 2 ? BLK_READ : BLK_WRITE);
		CHECK_EQ(blk_close(), 0);
		CHECK(is_over());
	}
	return 1;
}

static int
close_unkicked(void)
{
	area_fill(DATA, 0, AREA, ++salt);
	for (u64 i = 0; i < BLK_RING_SLOTS; i++)
		CHECK(client_issue(i, BLK_WRITE, area_first + i, 1, DATA + i * BLK_SECTOR));
	CHECK_EQ(blk_close(), 0);
	CHECK(is_over());
	return 1;
}

static int
close_flushing(void)
{
	CHECK(area_write(0, AREA, ++salt, DATA));
	for (u64 i = 0; i < BLK_RING_SLOTS; i++)
		CHECK(client_issue(i, BLK_FLUSH, 0, 0, 0));
	CHECK(blk_kick() >= 0);
	CHECK_EQ(blk_close(), 0);
	CHECK(is_over());
	return 1;
}

static int
reset_permission(void)
{
	word_t self = cos_info()->id;

	CHECK_EQ(blk_reset(self), -EPERM);
	CHECK_EQ(blk_reset(0), -EPERM);
	CHECK_EQ(blk_reset(cos_provider("blk")), -EPERM);
	CHECK_EQ(blk_reset(~0UL), -EPERM);
	CHECK_EQ(blk_kick(), 0); /* all is as it was */
	CHECK(area_check());
	return 1;
}

static int
reset_nobody(void)
{
	CHECK_EQ(undertaker_reset(0), -EBADF);
	CHECK_EQ(undertaker_reset(cos_provider("console")), -EBADF);
	CHECK_EQ(undertaker_reset(~0UL), -EBADF);
	CHECK_EQ(undertaker_reset(cos_info()->id | 1UL << 32), -EBADF);
	CHECK_EQ(blk_kick(), 0);
	return 1;
}

/* Now and then a fast device is done with all before the reset comes; so it is tried until it was not. */
static int
reset_in_flight(void)
{
	u32 most = 0, least = cos_param_number("flying", 0);

	for (u32 i = 0; i < 5 || (most < least && i < 100); i++) {
		u32 n = let_fly(i % 2 ? BLK_READ : BLK_WRITE);

		most = n > most ? n : most;
		CHECK_EQ(undertaker_reset(cos_info()->id), 0);
		CHECK(is_over());
	}
	cos_printf("blkconform: up to %u of %u requests were in flight when the reset came\n", most, FLYING);
	CHECK(most >= least);
	return 1;
}

static int
reset_twice(void)
{
	CHECK_EQ(undertaker_reset(cos_info()->id), 0);
	CHECK_EQ(undertaker_reset(cos_info()->id), -EBADF);
	CHECK_EQ(blk_close(), -EBADF);
	CHECK_EQ(client_attach(), 0);
	CHECK(area_check());
	return 1;
}

const struct test end_tests[] = {
	{"close_in_flight", "closed with 16 requests in flight, nothing is written any more; it can be opened again",
	 close_in_flight, WRITABLE},
	{"close_unkicked", "closed with 64 requests that were not kicked: the same", close_unkicked, WRITABLE},
	{"close_flushing", "closed with 64 flushes in flight: the same, and what was written is there", close_flushing, WRITABLE},
	{"reset_permission", "nobody but the booter resets a client", reset_permission, ANY_DEVICE},
	{"reset_nobody", "who has not opened the device is not reset, and nobody else instead", reset_nobody, ANY_DEVICE},
	{"reset_in_flight", "reset with 16 requests in flight, nothing is written any more; it can be opened again",
	 reset_in_flight, WRITABLE},
	{"reset_twice", "a client that was reset is gone, and comes back by opening", reset_twice, ANY_DEVICE},
	{0},
};
