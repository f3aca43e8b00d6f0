/*
 * Rings that are not as they should be. The server must take nothing from a ring whose counters
 * cannot be, write nothing where the client has not looked yet, and go on when all is right again.
 */
#include <blk/blk.h>
#include <lib/string.h>

#include "test.h"

static struct blk_ring *
ring(void)
{
	return me.ring.ring;
}

/* Writes a request and counts it, whatever is in flight. */
static void
raw_issue(u64 id, u32 op, u64 at, u32 sectors, u64 offset)
{
	ring()->req[me.ring.issued % BLK_RING_SLOTS] = (struct blk_request){id, op, sectors, area_first + at, offset};
	__atomic_store_n(&ring()->req_head, ++me.ring.issued, __ATOMIC_RELEASE);
}

/* Kicked and given time, the server completes nothing. */
static int
is_ignored(void)
{
	u32 before = ring()->done_head;

	CHECK_EQ(blk_kick(), 0);
	client_pause(3);
	CHECK_EQ(blk_kick(), 0);
	CHECK_EQ(ring()->done_head, before);
	return 1;
}

static int
nothing(void)
{
	CHECK(is_ignored());
	CHECK(area_check());
	return 1;
}

static int
too_many(void)
{
	const u32 wrong[] = {BLK_RING_SLOTS + 1, BLK_RING_SLOTS * 2, 1000, 1u << 31, ~0u, -63u, -64u, -65u};

	area_fill(DATA, 0, 8, 300);
	for (u32 i = 0; i < BLK_RING_SLOTS; i++)
		ring()->req[i] = (struct blk_request){i, BLK_WRITE, 8, area_first, DATA};
	for (u32 i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		__atomic_store_n(&ring()->req_head, me.ring.issued + wrong[i], __ATOMIC_RELEASE);
		CHECK(is_ignored());
	}
	__atomic_store_n(&ring()->req_head, me.ring.issued, __ATOMIC_RELEASE);
	CHECK(area_check());
	return 1;
}

/* Completions taken that there were not, or fewer than were said to be taken before. */
static int
tail_lies(void)
{
	const u32 wrong[] = {1, 2, 64, 1000, 1u << 31, -65u, -1000u};

	for (u32 i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		u32 right = ring()->done_tail;
		struct blk_completion c;

		__atomic_store_n(&ring()->done_tail, right + wrong[i], __ATOMIC_RELEASE);
		raw_issue(7, BLK_FLUSH, 0, 0, 0);
		CHECK(is_ignored());
		__atomic_store_n(&ring()->done_tail, right, __ATOMIC_RELEASE);
		CHECK(blk_kick() >= 0);
		CHECK(client_take(&c));
		CHECK_EQ(c.id, 7);
		CHECK_EQ(c.error, 0);
	}
	CHECK(area_check());
	return 1;
}

static int
head_lies(void)
{
	u32 right;

	for (u32 i = 0; i < 4; i++) {
		right = ring()->done_head;
		ring()->done_head = right + i * 12345 - 1; /* the server's own, which it does not read */
		raw_issue(i, BLK_FLUSH, 0, 0, 0);
		CHECK(blk_kick() >= 0);
		client_pause(3);
		for (u32 wait = 0; ring()->done_head != right + 1 && wait < 1000; wait++)
			client_pause(1);
		CHECK_EQ(ring()->done_head, right + 1);
		blk_client_take(&me.ring, &(struct blk_completion){0});
	}
	CHECK(area_check());
	return 1;
}

/* All places of completions are taken: what comes is not begun before the client has looked. */
static int
unread(void)
{
	struct blk_completion c;
	u32 head;

	for (u32 i = 0; i < BLK_RING_SLOTS; i++)
		raw_issue(i, BLK_FLUSH, 0, 0, 0);
	CHECK(blk_kick() >= 0);
	CHECK(client_wait(BLK_RING_SLOTS));
	head = ring()->done_head;
	for (u32 i = 0; i < BLK_RING_SLOTS; i++)
		raw_issue(BLK_RING_SLOTS + i, BLK_FLUSH, 0, 0, 0);
	CHECK(is_ignored());
	CHECK_EQ(ring()->done_head, head);
	for (u64 seen = 0, i = 0; i < BLK_RING_SLOTS; i++) {
		blk_client_take(&me.ring, &c);
		CHECK(c.error == 0 && c.id < BLK_RING_SLOTS && !(seen >> c.id & 1));
		seen |= 1UL << c.id;
	}
	CHECK(blk_kick() >= 0);
	for (u64 seen = 0, i = 0; i < BLK_RING_SLOTS; i++) {
		CHECK(client_take(&c));
		CHECK(c.error == 0 && c.id >= BLK_RING_SLOTS && !(seen >> (c.id - BLK_RING_SLOTS) & 1));
		seen |= 1UL << (c.id - BLK_RING_SLOTS);
	}
	CHECK(area_check());
	return 1;
}

/* The server copied the requests that it took: what is written over them means nothing. */
static int
rewritten(void)
{
	struct blk_completion c;
	long taken;

	area_fill(DATA, 0, 64, 301);
	for (u32 i = 0; i < 16; i++)
		client_issue(i, BLK_WRITE, area_first + i * 4, 4, DATA + i * 4 * BLK_SECTOR);
	taken = blk_kick();
	CHECK(taken >= 0 && taken <= 16);
	for (u32 i = 0; i < taken; i++)
		ring()->req[(me.ring.issued - 16 + i) % BLK_RING_SLOTS] =
		    (struct blk_request){99, BLK_WRITE, 64, area_first + 1000, DATA};
	for (u64 seen = 0, i = 0; i < 16; i++) {
		CHECK(client_take(&c));
		CHECK(c.error == 0 && c.id < 16 && !(seen >> c.id & 1));
		seen |= 1UL << c.id;
	}
	area_note(0, 64, 301);
	CHECK(area_check());
	return 1;
}

static int
incarnation(void)
{
	struct blk_completion c;
	u32 right = ring()->incarnation;

	area_fill(DATA, 0, 8, 302);
	ring()->incarnation = right + 1;
	raw_issue(1, BLK_WRITE, 0, 8, DATA);
	CHECK(is_ignored());
	CHECK_EQ(blk_close(), 0);
	CHECK_EQ(client_attach(), 0);
	CHECK(area_check());
	ring()->incarnation--;
	raw_issue(2, BLK_FLUSH, 0, 0, 0);
	CHECK(is_ignored());
	ring()->incarnation++;
	CHECK(blk_kick() >= 0);
	CHECK(client_take(&c));
	CHECK_EQ(c.id, 2);
	return 1;
}

/* Everything that a client can write is noise; then it closes, and is a client like any other. */
static int
noise(void)
{
	u64 x = 88172645463325252UL;

	for (u32 round = 0; round < 40; round++) {
		u64 *word = (u64 *)ring();

		for (u32 i = 0; i < PAGE_SIZE / 8; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			word[i] = x >> x % 60;
		}
		if (round % 2)
			ring()->req_head = me.ring.issued + round;
		for (u32 i = 0; i < BLK_RING_SLOTS; i++) /* reads and flushes: those do no harm */
			ring()->req[i].op &= ~(u32)BLK_WRITE | 1;
		CHECK(blk_kick() >= 0);
		CHECK_EQ(blk_close(), 0);
		CHECK_EQ(client_attach(), 0);
	}
	CHECK(area_check());
	return 1;
}

const struct test ring_tests[] = {
	{"nothing", "a kick without requests does nothing", nothing, ANY_DEVICE},
	{"too_many", "a ring with more requests than slots is not touched", too_many, WRITABLE},
	{"tail_lies", "nor one whose client took completions that there were not; set right, it goes on", tail_lies, ANY_DEVICE},
	{"head_lies", "the server does not believe its own counter in the ring", head_lies, ANY_DEVICE},
	{"unread", "a completion that the client has not taken is not overwritten", unread, ANY_DEVICE},
	{"rewritten", "a request is what it was when it was taken", rewritten, WRITABLE},
	{"incarnation", "a ring whose incarnation changes is refused until it is as it was", incarnation, WRITABLE},
	{"noise", "noise in the whole ring, forty times, and after each the client opens and goes on", noise, WRITABLE},
	{0},
};
