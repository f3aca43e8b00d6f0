/*
 * Four-level page tables: the kernel's half, which every address space shares, and the entries of all. Intel SDM volume 3, 4.5.
 *
 * The kernel's half: all RAM at PHYSMAP (2 MiB pages), the image at KERNEL_VA, the frame records at FRAMES_VA, the interrupt
 * controllers; nothing of it is both writable and executable. Without PCID a load of cr3 forgets everything that is not global.
 */
#include "arch_main.h"
#include "core/cpu.h"
#include "core/frame.h"
#include "core/mem.h"
#include "core/print.h"
#include "x86.h"

#define LARGE 0x200000UL
#define EARLY_END (4UL << 30) /* boot.S maps this much */

extern char text_start[], rodata_start[], data_start[], kernel_end[], kstack_guard[];

static u64 *kernel_top; /* its upper half is copied into every address space */
static struct machine *m;

/* A zeroed frame for a table or for the records, off the end of the largest region below 4 GiB. */
static u64
take(u64 count)
{
	u32 best = BOOT_REGIONS;
	u64 n;

	for (u32 i = 0; i < m->regions; i++)
		if (m->region[i].first + m->region[i].count <= EARLY_END >> PAGE_SHIFT &&
		    (best == BOOT_REGIONS || m->region[i].count > m->region[best].count))
			best = i;
	if (best == BOOT_REGIONS || m->region[best].count <= count)
		panic("there is not enough memory for the kernel's tables");
	m->region[best].count -= count;
	n = m->region[best].first + m->region[best].count;
	memset((void *)(PHYSMAP + (n << PAGE_SHIFT)), 0, count << PAGE_SHIFT);
	return n << PAGE_SHIFT;
}

static u64 *
entry_for(u64 va, u32 level)
{
	u64 *table = kernel_top;

	for (u32 l = 4; l > level; l--) {
		u64 *e = &table[va >> (12 + 9 * (l - 1)) & 511];

		if (!(*e & PTE_P))
			*e = take(1) | PTE_P | PTE_W;
		table = (u64 *)(PHYSMAP + (*e & PTE_FRAME));
	}
	return &table[va >> (12 + 9 * (level - 1)) & 511];
}

static void
map_kernel(u64 va, u64 phys, u64 bytes, u64 bits)
{
	for (u64 at = 0; at < bytes; at += PAGE_SIZE)
		*entry_for(va + at, 1) = (phys + at) | PTE_P | PTE_G | bits;
}

void
paging_init(struct machine *machine)
{
	u64 records, bytes;

	m = machine;
	bytes = (m->frames * sizeof(struct frame) + PAGE_SIZE - 1) & -PAGE_SIZE;
	records = take(bytes >> PAGE_SHIFT);
	kernel_top = (u64 *)(PHYSMAP + take(1));
	for (u64 at = 0; at < m->frames << PAGE_SHIFT; at += LARGE)
		*entry_for(PHYSMAP + at, 2) = at | PTE_P | PTE_W | PTE_PS | PTE_G | PTE_NX;
	map_kernel((u64)text_start, (u64)text_start - KERNEL_VA, rodata_start - text_start, 0);
	map_kernel((u64)rodata_start, (u64)rodata_start - KERNEL_VA, data_start - rodata_start, PTE_NX);
	map_kernel((u64)data_start, (u64)data_start - KERNEL_VA, kernel_end - data_start, PTE_W | PTE_NX);
	*entry_for((u64)kstack_guard, 1) = 0;
	map_kernel(FRAMES_VA, records, bytes, PTE_W | PTE_NX);
	map_kernel(LAPIC_VA, 0xfee00000, PAGE_SIZE, PTE_W | PTE_NX | PTE_PCD);
	map_kernel(IOAPIC_VA, 0xfec00000, PAGE_SIZE, PTE_W | PTE_NX | PTE_PCD);
	hal_space_load((u64)kernel_top - PHYSMAP);
}

void
hal_pgtbl_init(void *top)
{
	for (u32 i = 256; i < 512; i++)
		((u64 *)top)[i] = kernel_top[i];
}
