/*
 * Page-table entries of the host machine: see machine.c.
 */
#ifndef PTE_H
#define PTE_H

#include <stddef.h>

#include "arch.h"

pte_t *hal_pte(void *top, u64 va, u32 level);
pte_t  hal_pte_page(u64 frame, word_t prot);
pte_t  hal_pte_table(u64 frame);
u64    hal_pte_frame(pte_t);
word_t hal_pte_prot(pte_t);
int    hal_pte_present(pte_t);
void   hal_tlb_forget(u64 va);
void   hal_space_load(u64 space);
u64    hal_space_loaded(void);

#endif
