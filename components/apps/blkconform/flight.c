/*
 * Many requests at once.
 */
#include <blk/blk.h>
#include <lib/string.h>

#include "test.h"

#define PIECE 32 /* sectors of the area, and of the buffer, that belong to a request's number */
#define ALL   (~0UL)
_Static_assert(BLK_RING_SLOTS * PIECE == AREA, "each request has a piece");

static u64
offset_of(u64 i)
{
	return DATA + i * PIECE * BLK_SECTOR;
}

/* Takes 64 completions, numbers 0 to 63, each once, with no error but for the numbers in wrong. */
static int
take_all(u64 wrong, u32 error)
{
	for (u64 seen = 0, i = 0; i < BLK_RING_SLOTS; i++) {
		struct blk_completion c;

		CHECK(client_take(&c));
		CHECK(c.id < BLK_RING_SLOTS && !(seen >> c.id & 1));
		CHECK_EQ(c.error, wrong >> c.id & 1 ? error : 0);
		seen |= 1UL << c.id;
	}
	client_pause(3);
	CHECK_EQ(blk_client_pending(&me.ring), 0);
	return 1;
}

static int
all_at_once(u32 op)
{
	for (u64 i = 0; i < BLK_RING_SLOTS; i++)
		CHECK(client_issue(i, op, area_first + i * PIECE, PIECE, offset_of(i)));
	CHECK(!client_issue(64, op, area_first, PIECE, DATA));
	CHECK(blk_kick() >= 0);
	return take_all(0, 0);
}

static int
writes(void)
{
	area_fill(DATA, 0, AREA, 400);
	CHECK(all_at_once(BLK_WRITE));
	area_note(0, AREA, 400);
	CHECK(area_check());
	return 1;
}

static int
reads(void)
{
	memset(me.buffer + DATA, 0xee, AREA * BLK_SECTOR);
	CHECK(all_at_once(BLK_READ));
	CHECK(me.readonly || area_holds(DATA, 0, AREA, 400));
	return 1;
}

static int
flushes(void)
{
	for (u64 i = 0; i < BLK_RING_SLOTS; i++)
		CHECK(client_issue(i, BLK_FLUSH, 0, 0, 0));
	CHECK(blk_kick() >= 0);
	CHECK(take_all(0, 0));
	CHECK(area_check());
	return 1;
}

static int
flush_between(void)
{
	for (u32 round = 0; round < 8; round++) {
		area_fill(DATA, 0, AREA, 410 + round);
		for (u64 i = 0; i < BLK_RING_SLOTS; i++)
			if (i % 8 == round)
				CHECK(client_issue(i, BLK_FLUSH, 0, 0, 0));
			else
				CHECK(client_issue(i, BLK_WRITE, area_first + i * PIECE, PIECE, offset_of(i)));
		CHECK(blk_kick() >= 0);
		CHECK(take_all(0, 0));
		for (u64 i = 0; i < BLK_RING_SLOTS; i++)
			if (i % 8 != round)
				area_note(i * PIECE, PIECE, 410 + round);
		CHECK(area_check());
	}
	return 1;
}

/* What was acknowledged is what is read, also while a flush is under way. */
static int
reads_beside_flush(void)
{
	for (u32 round = 0; round < 20; round++) {
		CHECK(area_write(0, AREA, 450 + round, DATA));
		memset(me.buffer + DATA, 0xee, AREA * BLK_SECTOR);
		for (u64 i = 0; i < BLK_RING_SLOTS; i++)
			if (i == 10)
				CHECK(client_issue(i, BLK_FLUSH, 0, 0, 0));
			else
				CHECK(client_issue(i, BLK_READ, area_first + i * PIECE, PIECE, offset_of(i)));
		CHECK(blk_kick() >= 0);
		CHECK(take_all(0, 0));
		CHECK(area_holds(DATA, 0, 10 * PIECE, 450 + round));
		CHECK(area_holds(offset_of(11), 11 * PIECE, AREA - 11 * PIECE, 450 + round));
	}
	return 1;
}

/* The wrong ones come back as such, and take nothing of the others with them. */
static int
wrong_among_right(void)
{
	u64 wrong = 0;

	area_fill(DATA, 0, AREA, 420);
	for (u64 i = 0; i < BLK_RING_SLOTS; i++) {
		u32 bad = i * i % 11 % 3 == 1;

		CHECK(client_issue(i, BLK_WRITE, area_first + i * PIECE, PIECE, offset_of(i) + bad));
		wrong |= (u64)bad << i;
		if (!bad)
			area_note(i * PIECE, PIECE, 420);
	}
	CHECK(wrong != 0 && wrong != ALL);
	CHECK(blk_kick() >= 0);
	CHECK(take_all(wrong, EINVAL));
	CHECK(area_check());
	return 1;
}

/* Ids are the client's own affair: here some are equal, and all are large. */
static int
ids(void)
{
	struct blk_completion c;
	u64 sum = 0;

	for (u64 i = 0; i < BLK_RING_SLOTS; i++)
		CHECK(client_issue(~0UL - i / 2, BLK_READ, area_first, 1, offset_of(i)));
	CHECK(blk_kick() >= 0);
	for (u32 i = 0; i < BLK_RING_SLOTS; i++) {
		CHECK(client_take(&c));
		CHECK_EQ(c.error, 0);
		sum += ~c.id;
	}
	CHECK_EQ(sum, 2 * (31 * 32 / 2));
	return 1;
}

/* One write wins as a whole or, sector by sector, another; never anything else. */
static int
same_sectors(void)
{
	u32 found = 0;

	for (u64 i = 0; i < BLK_RING_SLOTS; i++) {
		area_fill(offset_of(i), 0, 8, 430 + i);
		CHECK(client_issue(i, BLK_WRITE, area_first, 8, offset_of(i)));
	}
	CHECK(blk_kick() >= 0);
	CHECK(take_all(0, 0));
	CHECK_EQ(client_do(BLK_READ, area_first, 8, DATA), 0);
	for (u32 s = 0; s < 8; s++)
		for (u32 i = 0; i < BLK_RING_SLOTS; i++)
			if (area_holds(DATA + s * BLK_SECTOR, s, 1, 430 + i)) {
				area_note(s, 1, 430 + i);
				found++;
			}
	CHECK_EQ(found, 8);
	CHECK(area_check());
	return 1;
}

/* What a request of the stream is about: its number's piece is written, then read, and so on. */
static struct {
	u32 at, sectors, salt;
	int reads;
} now[BLK_RING_SLOTS];

static u32
draw(u32 below)
{
	static u32 x = 2463534242;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x % below;
}

static void
next(u32 i, u32 step)
{
	if (!now[i].reads) {
		now[i].sectors = 1 + draw(PIECE);
		now[i].at = i * PIECE + draw(PIECE - now[i].sectors + 1);
		now[i].salt = 1000 + step;
		area_fill(offset_of(i), now[i].at, now[i].sectors, now[i].salt);
	} else {
		memset(me.buffer + offset_of(i), 0xee, now[i].sectors * BLK_SECTOR);
	}
	client_issue(i, now[i].reads ? BLK_READ : BLK_WRITE, area_first + now[i].at, now[i].sectors, offset_of(i));
}

/* Keeps the ring full for many requests; each comes back once, with the data of its own piece. */
static int
stream(void)
{
	enum { TOTAL = 3000 };
	struct blk_completion c;
	u64 flying = 0;
	u32 step = 0;

	memset(now, 0, sizeof(now));
	for (; step < BLK_RING_SLOTS; step++) {
		next(step, step);
		flying |= 1UL << step;
	}
	while (flying) {
		CHECK(blk_kick() >= 0);
		CHECK(client_take(&c));
		CHECK(c.id < BLK_RING_SLOTS && flying >> c.id & 1);
		CHECK_EQ(c.error, 0);
		if (now[c.id].reads)
			CHECK(area_holds(offset_of(c.id), now[c.id].at, now[c.id].sectors, now[c.id].salt));
		else
			area_note(now[c.id].at, now[c.id].sectors, now[c.id].salt);
		now[c.id].reads ^= 1;
		if (step < TOTAL)
			next(c.id, step++);
		else
			flying &= ~(1UL << c.id);
	}
	CHECK(area_check());
	return 1;
}

const struct test flight_tests[] = {
	{"writes", "64 writes at once are all there, each completed exactly once", writes, WRITABLE},
	{"reads", "64 reads at once bring each its own data", reads, ANY_DEVICE},
	{"flushes", "64 flushes at once come back", flushes, ANY_DEVICE},
	{"flush_between", "flushes between writes come back once each, and no write is lost", flush_between, WRITABLE},
	{"reads_beside_flush", "reads beside a flush bring what was acknowledged before", reads_beside_flush, WRITABLE},
	{"wrong_among_right", "what is wrong with some of 64 requests does not touch the others", wrong_among_right, WRITABLE},
	{"ids", "an id comes back as it is, whatever it is", ids, ANY_DEVICE},
	{"same_sectors", "of 64 writes to the same sectors one is there in each", same_sectors, WRITABLE},
	{"stream", "3000 requests with the ring full all the time: once each, with the right data", stream, WRITABLE},
	{0},
};
