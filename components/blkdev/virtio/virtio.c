/*
 * A virtio block device over the modern PCI transport (virtio 1.x, 4.1 and 5.2). Its registers lie
 * where the script says (devices): the driver moves them there, and believes no offset of the
 * device that leaves that range.
 */
#include <lib/component.h>
#include <mem/mem.h>

#include "../device.h"
#include "../pci.h"
#include "virtq.h"

#define VIRTIO_BLK 0x10421af4u
#define TRIES      1000000 /* looks at a register that is to change at once */
_Static_assert(VIRTQ_SLOTS == DEVICE_SLOTS && VIRTQ_PIECE == DEVICE_PIECE, "the queue's slots are the device's");

enum { CAP_VENDOR = 9 };
enum part { COMMON = 1, NOTIFY = 2, ISR = 3, CONFIG = 4, PARTS = 5 };
enum common_at {
	OFFERED_WHICH = 0, OFFERED = 4, CHOSEN_WHICH = 8, CHOSEN = 12, STATUS = 20, QUEUE_WHICH = 22,
	QUEUE_SIZE = 24, QUEUE_ON = 28, QUEUE_NOTIFY = 30, QUEUE_DESC = 32, QUEUE_AVAIL = 40,
	QUEUE_USED = 48, COMMON_BYTES = 56,
};
enum status { SEEN = 1, DRIVER = 2, READY = 4, FEATURES = 8 };
enum feature { READONLY = 1 << 5, FLUSH = 1 << 9, VERSION_1 = 1 /* of the second word */ };

static struct virtq queue;
static volatile u8 *parts[PARTS];
static volatile u16 *doorbell;
static u32 notify_bytes, notify_step; /* where queues are notified: room, and from one to the next */

#define REG(type, part, at) (*(volatile type *)(parts[part] + (at)))

static u32
least_bytes(u32 part)
{
	return part == COMMON ? COMMON_BYTES : part == CONFIG ? 8 : part == NOTIFY ? 2 : 1;
}

/* The vendor's capability at a place; all parts lie behind one base address register. */
static void
take_part(u32 cap, u32 *bar, u64 room)
{
	u32 part = pci_read(cap) >> 24, offset = pci_read(cap + 8), bytes = pci_read(cap + 12);

	if (part == 0 || part >= PARTS || parts[part])
		return;
	if (*bar == ~0u)
		*bar = pci_read(cap + 4) & 0xff;
	if (*bar > 5 || (pci_read(cap + 4) & 0xff) != *bar || bytes < least_bytes(part) ||
	    offset % 4 || offset > room || bytes > room - offset)
		cos_panic("the device's part %u is not where it can be", part);
	parts[part] = (u8 *)DEVICES_VA + offset;
	if (part == NOTIFY) {
		notify_bytes = bytes;
		notify_step = pci_read(cap + 16);
	}
}

static void
find_parts(void)
{
	const struct info_grant *g = cos_grant(GRANT_DEVICE, 0);
	u32 bar = ~0u, cap = pci_read(PCI_CAPS) & 0xfc;

	for (u32 n = 0; cap && n < 48; n++, cap = pci_read(cap) >> 8 & 0xfc)
		if ((pci_read(cap) & 0xff) == CAP_VENDOR)
			take_part(cap, &bar, g ? g->b : 0);
	for (u32 part = COMMON; part < PARTS; part++)
		if (!parts[part])
			cos_panic("the device lacks part %u", part);
	pci_move(bar);
}

void
device_find(void)
{
	word_t va, phys, pages = sizeof(struct virtq_shared) / PAGE_SIZE;

	if (mem_alloc_contiguous(pages, 1, &va, &phys))
		cos_panic("%lu pages in one piece are wanted", pages);
	if (!pci_find(0, ~0u, VIRTIO_BLK))
		cos_panic("there is no virtio block device on the PCI bus");
	virtq_init(&queue, (struct virtq_shared *)va, phys);
	find_parts();
}

static void
add_status(u8 bit)
{
	REG(u8, COMMON, STATUS) |= bit;
}

static void
agree(struct device *d)
{
	u32 low, high;

	REG(u32, COMMON, OFFERED_WHICH) = 0;
	low = REG(u32, COMMON, OFFERED) & (READONLY | FLUSH);
	REG(u32, COMMON, OFFERED_WHICH) = 1;
	high = REG(u32, COMMON, OFFERED) & VERSION_1;
	REG(u32, COMMON, CHOSEN_WHICH) = 0;
	REG(u32, COMMON, CHOSEN) = low;
	REG(u32, COMMON, CHOSEN_WHICH) = 1;
	REG(u32, COMMON, CHOSEN) = high;
	add_status(FEATURES);
	if (!high || !(REG(u8, COMMON, STATUS) & FEATURES))
		cos_panic("the device is no virtio 1 device");
	d->readonly = !!(low & READONLY);
	d->can_flush = !!(low & FLUSH);
}

static void
set_address(u32 at, u64 phys)
{
	REG(u32, COMMON, at) = phys;
	REG(u32, COMMON, at + 4) = phys >> 32;
}

static void
set_queue(void)
{
	u64 off;

	REG(u16, COMMON, QUEUE_WHICH) = 0;
	off = (u64)REG(u16, COMMON, QUEUE_NOTIFY) * notify_step;
	if (REG(u16, COMMON, QUEUE_SIZE) < VIRTQ_SIZE || off % 2 || off + 2 > notify_bytes)
		cos_panic("the device's queue is too small");
	doorbell = &REG(u16, NOTIFY, off);
	REG(u16, COMMON, QUEUE_SIZE) = VIRTQ_SIZE;
	set_address(QUEUE_DESC, queue.phys + offsetof(struct virtq_shared, desc));
	set_address(QUEUE_AVAIL, queue.phys + offsetof(struct virtq_shared, avail_flags));
	set_address(QUEUE_USED, queue.phys + offsetof(struct virtq_shared, used_flags));
	REG(u16, COMMON, QUEUE_ON) = 1;
}

void
device_start(struct device *d)
{
	device_stop();
	virtq_reset(&queue);
	add_status(SEEN);
	add_status(DRIVER);
	agree(d);
	set_queue();
	d->line = pci_read(PCI_LINE) & 0xff;
	d->sectors = REG(u32, CONFIG, 0) | (u64)REG(u32, CONFIG, 4) << 32;
	add_status(READY);
}

void
device_stop(void)
{
	REG(u8, COMMON, STATUS) = 0;
	for (u32 i = 0; REG(u8, COMMON, STATUS); i++)
		if (i == TRIES)
			cos_panic("the device does not reset itself");
}

u8 *
device_data(u32 slot)
{
	return queue.shared->data[slot];
}

void
device_submit(u32 slot, enum device_op op, u64 sector, u32 sectors)
{
	static const u8 types[] = {[DEVICE_READ] = VIRTQ_READ, [DEVICE_WRITE] = VIRTQ_WRITE, [DEVICE_FLUSH] = VIRTQ_FLUSH};

	virtq_submit(&queue, slot, types[op], sector, sectors * 512);
}

void
device_notify(void)
{
	*doorbell = 0;
}

int
device_take(u32 *slot, int *good)
{
	if (virtq_take(&queue, slot, good))
		return 1;
	return queue.broken ? -1 : 0;
}

void
device_quiet(void)
{
	(void)REG(u8, ISR, 0);
}
