/*
 * Commands and their order.
 */
#include "command.h"

#define SECTOR 512

enum { FIS_TO_DEVICE = 0x27, FIS_IS_COMMAND = 0x80, FIS_WORDS = 5, LBA = 0x40 };

static int
is_queued(enum ata_command command)
{
	return command == ATA_READ || command == ATA_WRITE;
}

void
ahci_describe(struct ahci_memory *m, u64 phys, u32 slot, enum ata_command command, u64 sector, u32 sectors)
{
	struct ahci_table *t = &m->table[slot];
	u8 *c = t->command;
	u32 count = is_queued(command) ? sectors : 0;

	for (u32 i = 0; i < FIS_WORDS * 4; i++)
		c[i] = 0;
	c[0] = FIS_TO_DEVICE;
	c[1] = FIS_IS_COMMAND;
	c[2] = command;
	c[3] = count;
	c[11] = count >> 8;
	c[7] = LBA;
	for (u32 i = 0; i < 3; i++) {
		c[4 + i] = sector >> (8 * i);
		c[8 + i] = sector >> (24 + 8 * i);
	}
	c[12] = is_queued(command) ? slot << 3 : 0;
	t->address = phys + (m->data[slot] - (u8 *)m);
	t->bytes = sectors * SECTOR - 1;
	m->list[slot] = (struct ahci_header){
		.flags = FIS_WORDS | (command == ATA_WRITE ? AHCI_WRITES : 0),
		.regions = sectors > 0,
		.table = phys + ((u8 *)t - (u8 *)m),
	};
}

void
ahci_queue_add(struct ahci_queue *q, u32 slot, int is_flush)
{
	q->ready |= 1u << slot;
	q->flushes &= ~(1u << slot);
	q->flushes |= (u32)!!is_flush << slot;
}

u32
ahci_queue_next(struct ahci_queue *q)
{
	u32 first = q->ready & q->alone ? q->ready & q->alone : q->ready & q->flushes, next;

	if (q->flying & (q->alone | q->flushes) || (first && q->flying))
		return 0;
	next = first ? first & -first : q->ready;
	q->ready &= ~next;
	q->flying |= next;
	return next;
}

void
ahci_queue_done(struct ahci_queue *q, u32 still)
{
	u32 done = q->flying & ~still;

	q->good |= done;
	q->flying &= ~done;
	q->alone &= ~done;
}

void
ahci_queue_failed(struct ahci_queue *q)
{
	if (q->flying & (q->alone | q->flushes)) {
		q->bad |= q->flying;
		q->alone &= ~q->flying;
	} else {
		q->ready |= q->flying;
		q->alone |= q->flying;
	}
	q->flying = 0;
}

int
ahci_queue_take(struct ahci_queue *q, u32 *slot, int *good)
{
	u32 finished = q->good | q->bad, bit = finished & -finished;

	if (!finished)
		return 0;
	*slot = __builtin_ctz(bit);
	*good = !!(q->good & bit);
	q->good &= ~bit;
	q->bad &= ~bit;
	return 1;
}
