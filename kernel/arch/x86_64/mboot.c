/*
 * What the loader left: memory map, boot image, command line. Multiboot2 specification 2.0 (tags); PVH: struct hvm_start_info
 * version 1. All of it lies below 4 GiB, which boot.S has mapped at PHYSMAP.
 */
#include "arch_main.h"
#include "core/frame.h"
#include "core/print.h"

extern char kernel_end[];

#define MAP_ENTRIES 64
#define RAM 1 /* type of usable memory, both formats */
#define RAM_END (-FRAMES_VA / sizeof(struct frame) << PAGE_SHIFT) /* more has no room for its records */

struct range {
	u64 start, end; /* bytes */
};

static struct range ram[MAP_ENTRIES];
static u32 nram;

static void *
phys(u64 p)
{
	return (void *)(PHYSMAP + p);
}

/* Whole pages above the first MiB. */
static void
add_ram(u64 start, u64 bytes)
{
	u64 end = (start + bytes) & -PAGE_SIZE;

	start = (start + PAGE_SIZE - 1) & -PAGE_SIZE;
	if (end > RAM_END)
		end = RAM_END;
	if (start < 0x100000)
		start = 0x100000;
	if (start < end && nram < MAP_ENTRIES)
		ram[nram++] = (struct range){start, end};
}

static void
copy_cmdline(struct machine *m, const char *s)
{
	u32 i;

	for (i = 0; i < sizeof(m->cmdline) - 1 && s[i]; i++)
		m->cmdline[i] = s[i];
	m->cmdline[i] = 0;
}

struct mb2_tag {
	u32 type, size;
};

enum { MB2_END = 0, MB2_CMDLINE = 1, MB2_MODULE = 3, MB2_MMAP = 6 };

static void
mb2_mmap(const struct mb2_tag *t)
{
	u32 entry = ((const u32 *)t)[2];

	for (u64 at = 16; entry >= 24 && at + entry <= t->size; at += entry) {
		const u8 *e = (const u8 *)t + at;

		if (*(const u32 *)(e + 16) == RAM)
			add_ram(*(const u64 *)e, *(const u64 *)(e + 8));
	}
}

static void
mb2_read(u64 info, struct machine *m)
{
	u64 end = info + *(u32 *)phys(info);
	const struct mb2_tag *t;

	for (u64 at = info + 8; at + sizeof(*t) <= end; at += (t->size + 7) & ~7UL) {
		t = phys(at);
		if (t->type == MB2_END || t->size < sizeof(*t) || t->size > end - at)
			break;
		if (t->type == MB2_CMDLINE)
			copy_cmdline(m, (const char *)(t + 1));
		if (t->type == MB2_MMAP)
			mb2_mmap(t);
		if (t->type == MB2_MODULE && t->size >= 16 && !m->image_bytes) {
			m->image_phys = ((const u32 *)t)[2];
			m->image_bytes = ((const u32 *)t)[3] - m->image_phys;
		}
	}
}

struct pvh_info {
	u32 magic, version, flags, modules;
	u64 module_list, cmdline, rsdp, memmap;
	u32 memmap_entries;
};

struct pvh_range {
	u64 start, size;
	u32 type, reserved;
};

#define PVH_MAGIC 0x336ec578

static void
pvh_read(u64 info, struct machine *m)
{
	const struct pvh_info *p = phys(info);
	const struct pvh_range *r = phys(p->memmap);
	const u64 *module = phys(p->module_list); /* its address, its bytes */

	if (p->magic != PVH_MAGIC || p->version < 1)
		panic("the loader gave no memory map");
	for (u32 i = 0; i < p->memmap_entries; i++)
		if (r[i].type == RAM)
			add_ram(r[i].start, r[i].size);
	if (p->modules) {
		m->image_phys = module[0];
		m->image_bytes = module[1];
	}
	if (p->cmdline)
		copy_cmdline(m, phys(p->cmdline));
}

/* Takes a range out of all RAM ranges, splitting one if need be. Result: did it lie within one? */
static int
subtract(u64 start, u64 end)
{
	int within = 0;

	for (u32 i = 0; i < nram; i++) {
		struct range r = ram[i];

		if (end <= r.start || start >= r.end)
			continue;
		within |= start >= r.start && start < end && end <= r.end;
		ram[i].end = start > r.start ? start : r.start;
		if (end < r.end && ram[i].end == ram[i].start)
			ram[i] = (struct range){end, r.end};
		else if (end < r.end && nram < MAP_ENTRIES)
			ram[nram++] = (struct range){end, r.end};
	}
	return within;
}

/* The largest ranges, as many as struct machine has room for. */
static void
choose_regions(struct machine *m)
{
	while (m->regions < BOOT_REGIONS) {
		struct range *best = &ram[0];

		for (u32 i = 1; i < nram; i++)
			if (ram[i].end - ram[i].start > best->end - best->start)
				best = &ram[i];
		if (best->end <= best->start)
			return;
		m->region[m->regions].first = best->start >> PAGE_SHIFT;
		m->region[m->regions++].count = (best->end - best->start) >> PAGE_SHIFT;
		best->end = best->start;
	}
}

void
mboot_read(u32 multiboot, u64 info, struct machine *m)
{
	if (multiboot)
		mb2_read(info, m);
	else
		pvh_read(info, m);
	if (!m->image_bytes)
		panic("the loader gave no boot image: it goes beside the kernel, as its only module");
	for (u32 i = 0; i < nram; i++)
		if (ram[i].end >> PAGE_SHIFT > m->frames)
			m->frames = ram[i].end >> PAGE_SHIFT;
	subtract(0x100000, (u64)kernel_end - KERNEL_VA);
	if (m->image_phys % PAGE_SIZE || !subtract(m->image_phys, (m->image_phys + m->image_bytes + PAGE_SIZE - 1) & -PAGE_SIZE))
		panic("the boot image at %lx, %lu bytes, is not in whole pages of free memory above 1 MiB",
		      m->image_phys, m->image_bytes);
	choose_regions(m);
	if (!m->regions)
		panic("there is no memory");
}
