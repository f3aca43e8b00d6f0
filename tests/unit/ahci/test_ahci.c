/*
 * Commands of an AHCI port: their layout, and when they are issued, against a model of a disk.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "test.h"

#define PHYS 0x123450000UL

static u32 seed = 7;

static u32
draw(u32 below)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % below;
}

static int
test_layout(void)
{
	struct ahci_memory *m = aligned_alloc(4096, sizeof(*m));
	static const u8 command[20] = {0x27, 0x80, 0x61, 0x80, 0x56, 0x34, 0x12, 0x40, 0xbc, 0x9a, 0x78, 0x00, 5 << 3};

	memset(m, 0xff, sizeof(*m));
	ahci_describe(m, PHYS, 5, ATA_WRITE, 0x789abc123456, 128);
	CHECK(memcmp(m->table[5].command, command, sizeof(command)) == 0);
	CHECK(m->table[5].address == PHYS + 8192 + 5 * 65536 && m->table[5].bytes == 65535);
	CHECK(m->list[5].flags == (5 | 1 << 6) && m->list[5].regions == 1);
	CHECK(m->list[5].table == PHYS + 2048 + 5 * 256);
	ahci_describe(m, PHYS, 0, ATA_READ, 1, 1);
	CHECK(m->list[0].flags == 5 && m->list[0].regions == 1 && m->table[0].bytes == 511);
	CHECK(m->table[0].command[2] == 0x60 && m->table[0].command[3] == 1 && m->table[0].command[4] == 1);
	ahci_describe(m, PHYS, 15, ATA_FLUSH, 0, 0);
	CHECK(m->list[15].flags == 5 && m->list[15].regions == 0);
	CHECK(m->table[15].command[2] == 0xea && m->table[15].command[3] == 0 && m->table[15].command[12] == 0);
	free(m);
	return 1;
}

static int
test_flush_alone(void)
{
	struct ahci_queue q = {0};
	u32 slot;
	int good;

	ahci_queue_add(&q, 0, 0);
	ahci_queue_add(&q, 3, 0);
	CHECK(ahci_queue_next(&q) == 9 && ahci_queue_next(&q) == 0);
	ahci_queue_add(&q, 4, 1);
	ahci_queue_add(&q, 5, 0);
	ahci_queue_add(&q, 6, 1);
	CHECK(ahci_queue_next(&q) == 0);
	ahci_queue_done(&q, 8);
	CHECK(ahci_queue_take(&q, &slot, &good) && slot == 0 && good);
	CHECK(ahci_queue_next(&q) == 0); /* slot 3 flies */
	ahci_queue_done(&q, 0);
	CHECK(ahci_queue_next(&q) == 1 << 4 && ahci_queue_next(&q) == 0);
	ahci_queue_failed(&q);
	CHECK(q.bad == 1 << 4); /* at once */
	CHECK(ahci_queue_next(&q) == 1 << 6);
	ahci_queue_done(&q, 0);
	CHECK(ahci_queue_next(&q) == 1 << 5);
	return 1;
}

/* What a slot has: 0 nothing, else; and whether the disk will fail it. */
static struct {
	int used, flush, wrong;
} slots[DEVICE_SLOTS];

static u32
fill(struct ahci_queue *q)
{
	u32 added = 0;

	for (u32 i = 0; i < DEVICE_SLOTS; i++) {
		if (slots[i].used || draw(3))
			continue;
		slots[i].used = 1;
		slots[i].flush = draw(8) == 0;
		slots[i].wrong = draw(10) == 0;
		ahci_queue_add(q, i, slots[i].flush);
		added++;
	}
	return added;
}

/* The disk finishes some of what it has, in any order, or fails if one of them is wrong. */
static void
disk_works(struct ahci_queue *q, u32 *has)
{
	for (u32 k = draw(4); k && *has; k--) {
		u32 i = draw(DEVICE_SLOTS);

		if (!(*has >> i & 1))
			continue;
		if (slots[i].wrong) {
			ahci_queue_done(q, *has);
			ahci_queue_failed(q);
			*has = 0;
			return;
		}
		*has &= ~(1u << i);
	}
	ahci_queue_done(q, *has);
}

/* Each request comes back once, good or bad as it is; a flush is alone, and nobody waits for ever. */
static int
test_model(void)
{
	struct ahci_queue q = {0};
	u32 has = 0, slot, added = 0, taken = 0, most = 0;
	int good;

	memset(slots, 0, sizeof(slots));
	for (u32 round = 0; round < 300000; round++) {
		u32 next;

		if (round < 290000)
			added += fill(&q);
		next = ahci_queue_next(&q);
		CHECK(!(next & has));
		has |= next;
		for (u32 i = 0; i < DEVICE_SLOTS; i++)
			CHECK(!(has >> i & 1) || (slots[i].used && (!slots[i].flush || has == 1u << i)));
		most = (u32)__builtin_popcount(has) > most ? (u32)__builtin_popcount(has) : most;
		disk_works(&q, &has);
		while (ahci_queue_take(&q, &slot, &good)) {
			CHECK(slots[slot].used && good == !slots[slot].wrong && !(has >> slot & 1));
			slots[slot].used = 0;
			taken++;
		}
	}
	CHECK(added == taken && added > 30000 && most == DEVICE_SLOTS);
	CHECK(!q.ready && !q.flying && !q.alone && !q.good && !q.bad);
	return 1;
}

static const struct test tests[] = {
    {"ahci.layout", "commands lie in memory as the controller and the disk read them", test_layout},
    {"ahci.flush_alone", "a flush is issued when nothing flies, and nothing beside it; it is not tried again", test_flush_alone},
    {"ahci.model", "whatever the order and what fails, each request comes back once, and only what is wrong is bad", test_model},
};

int
main(void)
{
	return RUN_TESTS(tests);
}
