/*
 * Two clients at once. They talk by two sectors before the area: the tests write the first, GO and
 * later STOP; the rival writes the second: how many rounds it has done, and in the end that it is
 * done. In between it writes, flushes and reads sectors of its own, which it puts back.
 */
#include <blk/blk.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <sched/sched.h>

#include "test.h"

#define OWN 64 /* sectors of the rival, before those of talk */

static const char magic[16] = "blkconform talks";

enum word { GO = 1, STOP = 2, DONE = 1 << 20, WRONG = 1 << 21 };

struct talk {
	char magic[16];
	u32 word;
	u8 pad[BLK_SECTOR - 20];
};

/* At its offset, the buffer is free: behind everything else. */
static struct talk *
talk_buffer(u64 *offset)
{
	*offset = me.bytes - BLK_SECTOR;
	return (struct talk *)(me.buffer + *offset);
}

static int
say(u32 which, u32 word)
{
	u64 offset;
	struct talk *t = talk_buffer(&offset);

	memset(t, 0, sizeof(*t));
	memcpy(t->magic, magic, sizeof(magic));
	t->word = word;
	return client_do(BLK_WRITE, area_first - TALK + which, 1, offset) == 0;
}

/* Result: 0 if nothing has been said. */
static u32
hear(u32 which)
{
	u64 offset;
	struct talk *t = talk_buffer(&offset);

	if (client_do(BLK_READ, area_first - TALK + which, 1, offset))
		return 0;
	return memcmp(t->magic, magic, sizeof(magic)) == 0 ? t->word : 0;
}

static int
rounds_until(u32 least)
{
	for (u32 i = 0; i < 2000 && hear(1) < least; i++)
		client_pause(2);
	return hear(1) >= least;
}

/* Again and again with requests in flight, while those of the rival, which has just blocked, are in flight too. */
static int
close_and_open(u32 salt)
{
	area_fill(DATA, 0, AREA, salt);
	for (u64 i = 0; i < 40; i++) {
		sched_yield();
		for (u64 k = 0; k < 4; k++)
			client_issue(k, BLK_WRITE, area_first + k * 128, 128, DATA + k * 128 * BLK_SECTOR);
		blk_kick();
		CHECK_EQ(blk_close(), 0);
		CHECK_EQ(client_attach(), 0);
	}
	CHECK(area_settled(salt));
	return 1;
}

static int
rival(void)
{
	CHECK(say(0, GO));
	CHECK(rounds_until(2));
	for (u32 i = 0; i < 30; i++) {
		CHECK(area_write(i * 60, 64, 700 + i, DATA));
		CHECK(i % 4 || area_check());
		CHECK(i % 10 || close_and_open(750 + i));
	}
	CHECK(rounds_until((hear(1) & (DONE - 1)) + 2));
	CHECK(say(0, STOP));
	CHECK(rounds_until(DONE));
	CHECK_EQ(hear(1) & WRONG, 0);
	CHECK(area_check());
	return 1;
}

const struct test rival_tests[] = {
	{"rival", "two clients at once: each finds its own data, and neither stops the other", rival, WRITABLE},
	{0},
};

/* Writes all that is its own in pieces at once, and reads it. */
static int
rival_round(u64 first, u32 salt)
{
	struct blk_completion c;

	area_fill(DATA, 0, OWN, salt);
	for (u64 i = 0; i < 8; i++)
		client_issue(i, BLK_WRITE, first + i * 8, 8, DATA + i * 8 * BLK_SECTOR);
	blk_kick();
	for (u64 seen = 0, i = 0; i < 8; i++) {
		if (!client_take(&c) || c.error || c.id >= 8 || seen >> c.id & 1)
			return 0;
		seen |= 1UL << c.id;
	}
	memset(me.buffer + DATA, 0, OWN * BLK_SECTOR);
	return client_do(BLK_FLUSH, 0, 0, 0) == 0 && client_do(BLK_READ, first, OWN, DATA) == 0 &&
	       area_holds(DATA, 0, OWN, salt);
}

void
rival_main(void)
{
	static u8 kept[OWN * BLK_SECTOR];
	u32 rounds = 0, wrong = 0;
	u64 first;

	if (!client_open(64))
		cos_panic("the rival cannot open the device");
	area_first = me.sectors - AREA;
	first = area_first - TALK - OWN;
	while (hear(0) != GO)
		client_pause(5);
	wrong |= client_do(BLK_READ, first, OWN, DATA);
	memcpy(kept, me.buffer + DATA, sizeof(kept));
	while (hear(0) == GO && say(1, ++rounds))
		if (!rival_round(first, rounds))
			wrong = 1;
	memcpy(me.buffer + DATA, kept, sizeof(kept));
	wrong |= client_do(BLK_WRITE, first, OWN, DATA);
	cos_printf("blkconform: the rival did %u rounds%s\n", rounds, wrong ? ", and something was wrong" : "");
	say(1, DONE | (wrong ? WRONG : 0));
	client_leave();
}
