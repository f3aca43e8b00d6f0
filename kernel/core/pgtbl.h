/*
 * Address spaces: a tree of page tables, each one frame, four levels, the top one being what a capability names.
 *
 * Every entry in use counts: a page in its frame's refs (unless it is device memory), and every entry in its table's used. A
 * table below the top has refs 1 while it is attached. Writable and executable exclude each other.
 */
#ifndef CORE_PGTBL_H
#define CORE_PGTBL_H

#include "captbl.h"

/* Attaches a table below the top for va, or maps a user frame; at boot, on tables just made. The checks are the caller's. */
void pgtbl_attach(pte_t *entry, u64 table);
void pgtbl_map(pte_t *entry, u64 n, word_t prot);

/* EBUSY while it has entries, is attached, or a component uses it. */
word_t pgtbl_retire(void *obj);

op_fn pgtbl_op_make, pgtbl_op_attach, pgtbl_op_map, pgtbl_op_unmap, pgtbl_op_protect, pgtbl_op_detach, pgtbl_op_query;

#endif
