/*
 * Entries of page tables (Intel SDM volume 3, 4.5), and the loaded address space: what hal.h wants of them, inline.
 */
#ifndef PTE_H
#define PTE_H

#include <abi/op.h>
#include <stddef.h>

#include "arch.h"
#include "x86.h"

#define PTE_P   (1UL << 0)
#define PTE_W   (1UL << 1)
#define PTE_U   (1UL << 2)
#define PTE_PCD (1UL << 4)
#define PTE_PS  (1UL << 7)
#define PTE_G   (1UL << 8)
#define PTE_NX  (1UL << 63)
#define PTE_FRAME 0x000ffffffffff000UL

static inline pte_t *
hal_pte(void *top, u64 va, u32 level)
{
	pte_t *table = top;

	for (u32 l = 4; l > level; l--) {
		pte_t e = table[va >> (12 + 9 * (l - 1)) & 511];

		if (!(e & PTE_P))
			return NULL;
		table = (pte_t *)(PHYSMAP + (e & PTE_FRAME));
	}
	return &table[va >> (12 + 9 * (level - 1)) & 511];
}

static inline pte_t
hal_pte_page(u64 frame, word_t prot)
{
	pte_t e = frame << PAGE_SHIFT | PTE_P | PTE_U;

	e |= prot & MAP_WRITE ? PTE_W : 0;
	e |= prot & MAP_UNCACHED ? PTE_PCD : 0;
	return prot & MAP_EXEC ? e : e | PTE_NX;
}

static inline pte_t
hal_pte_table(u64 frame)
{
	return frame << PAGE_SHIFT | PTE_P | PTE_W | PTE_U;
}

static inline u64
hal_pte_frame(pte_t e)
{
	return (e & PTE_FRAME) >> PAGE_SHIFT;
}

static inline int
hal_pte_present(pte_t e)
{
	return e & PTE_P;
}

static inline word_t
hal_pte_prot(pte_t e)
{
	return MAP_READ | (e & PTE_W ? MAP_WRITE : 0) | (e & PTE_NX ? 0 : MAP_EXEC) | (e & PTE_PCD ? MAP_UNCACHED : 0);
}

/* Address spaces by the physical address of their top table. */
static inline u64
hal_space_loaded(void)
{
	return read_cr3();
}

static inline void
hal_space_load(u64 space)
{
	if (read_cr3() != space)
		write_cr3(space);
}

static inline void
hal_tlb_forget(u64 va)
{
	asm volatile("invlpg (%0)" : : "r"(va) : "memory");
}

#endif
