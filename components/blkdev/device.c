/*
 * A virtio block device over the modern PCI transport (virtio 1.x, 4.1 and 5.2). Its registers lie
 * where the script says (devices): the driver moves them there, and believes no offset of the
 * device that leaves that range.
 */
#include "device.h"

#include <lib/component.h>
#include <lib/kcall.h>

#define VIRTIO_BLK 0x10421af4u

enum pci_at { COMMAND = 4, BARS = 0x10, CAPS = 0x34, LINE = 0x3c };
enum { COMMAND_MEMORY = 2, COMMAND_MASTER = 4, COMMAND_NO_LINE = 1 << 10, BAR_64 = 4, CAP_VENDOR = 9 };
enum part { COMMON = 1, NOTIFY = 2, ISR = 3, CONFIG = 4, PARTS = 5 };
enum common_at {
	OFFERED_WHICH = 0, OFFERED = 4, CHOSEN_WHICH = 8, CHOSEN = 12, STATUS = 20, QUEUE_WHICH = 22,
	QUEUE_SIZE = 24, QUEUE_ON = 28, QUEUE_NOTIFY = 30, QUEUE_DESC = 32, QUEUE_AVAIL = 40,
	QUEUE_USED = 48, COMMON_BYTES = 56,
};
enum status { SEEN = 1, DRIVER = 2, READY = 4, FEATURES = 8 };
enum feature { READONLY = 1 << 5, FLUSH = 1 << 9, VERSION_1 = 1 /* of the second word */ };

static volatile u8 *parts[PARTS];
static volatile u16 *doorbell;

#define REG(type, part, at) (*(volatile type *)(parts[part] + (at)))

/* Moves the registers of a base address register to the granted range. */
static void
move_bar(u32 bar, const struct info_grant *g)
{
	u32 at = BARS + bar * 4, kind, bytes;

	pci_write(COMMAND, COMMAND_NO_LINE);
	kind = pci_read(at);
	pci_write(at, ~0u);
	bytes = -(pci_read(at) & ~15u);
	if (kind & 1 || bytes > g->b || g->a % bytes)
		cos_panic("the device's registers do not fit into the range that the script gives");
	pci_write(at, g->a);
	if (kind & BAR_64)
		pci_write(at + 4, 0);
	pci_write(COMMAND, COMMAND_MEMORY | COMMAND_MASTER);
}

static u32
least_bytes(u32 part)
{
	return part == COMMON ? COMMON_BYTES : part == CONFIG ? 8 : part == NOTIFY ? 2 : 1;
}

/* The vendor's capability at a place; all parts lie behind one base address register. */
static void
take_part(u32 cap, u32 *bar, u32 *notify_bytes, u32 *multiplier, u64 room)
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
		*notify_bytes = bytes;
		*multiplier = pci_read(cap + 16);
	}
}

/* Result: how far notifications of a queue lie apart. */
static u32
find_parts(u32 *notify_bytes)
{
	const struct info_grant *g = cos_grant(GRANT_DEVICE, 0);
	u32 bar = ~0u, multiplier = 0, cap = pci_read(CAPS) & 0xfc;

	if (!g)
		cos_panic("the script gives no range for the device's registers");
	for (u32 n = 0; cap && n < 48; n++, cap = pci_read(cap) >> 8 & 0xfc)
		if ((pci_read(cap) & 0xff) == CAP_VENDOR)
			take_part(cap, &bar, notify_bytes, &multiplier, g->b);
	for (u32 part = COMMON; part < PARTS; part++)
		if (!parts[part])
			cos_panic("the device lacks part %u", part);
	move_bar(bar, g);
	return multiplier;
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
set_queue(const struct virtq *q, u32 multiplier, u32 notify_bytes)
{
	u64 off;

	REG(u16, COMMON, QUEUE_WHICH) = 0;
	off = (u64)REG(u16, COMMON, QUEUE_NOTIFY) * multiplier;
	if (REG(u16, COMMON, QUEUE_SIZE) < VIRTQ_SIZE || off % 2 || off + 2 > notify_bytes)
		cos_panic("the device's queue is too small");
	doorbell = &REG(u16, NOTIFY, off);
	REG(u16, COMMON, QUEUE_SIZE) = VIRTQ_SIZE;
	set_address(QUEUE_DESC, q->phys + offsetof(struct virtq_shared, desc));
	set_address(QUEUE_AVAIL, q->phys + offsetof(struct virtq_shared, avail_flags));
	set_address(QUEUE_USED, q->phys + offsetof(struct virtq_shared, used_flags));
	REG(u16, COMMON, QUEUE_ON) = 1;
}

void
device_start(struct device *d, const struct virtq *q)
{
	u32 notify_bytes = 0, multiplier;

	if (!pci_find(VIRTIO_BLK))
		cos_panic("there is no virtio block device on the PCI bus");
	multiplier = find_parts(&notify_bytes);
	device_stop();
	add_status(SEEN);
	add_status(DRIVER);
	agree(d);
	set_queue(q, multiplier, notify_bytes);
	d->line = pci_read(LINE) & 0xff;
	d->sectors = REG(u32, CONFIG, 0) | (u64)REG(u32, CONFIG, 4) << 32;
	add_status(READY);
}

void
device_notify(void)
{
	*doorbell = 0;
}

void
device_quiet(void)
{
	(void)REG(u8, ISR, 0);
}

void
device_stop(void)
{
	REG(u8, COMMON, STATUS) = 0;
	while (REG(u8, COMMON, STATUS))
		;
}
