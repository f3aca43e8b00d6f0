/*
 * Components: a capability table, an address space and an entry for new threads. Entry points (sinv) are capabilities to the
 * component itself.
 *
 * The incarnation stands in the frame's record, beside the epoch, so that invocation and return compare both at once: even =
 * up, odd = down.
 */
#ifndef CORE_COMP_H
#define CORE_COMP_H

#include "captbl.h"

struct comp {
	struct captbl *captbl; /* counted */
	u64 space;             /* physical address of the top page table, counted */
	u64 entry;             /* of new threads */
	struct weak fault;     /* the end point that is told of faults */
	u64 fault_badge;       /* what it is told of where */
};

/* Fills in a component that was just made. */
void comp_init(struct comp *, struct captbl *, void *pgtbl, u64 entry);

/* EBUSY while the running thread is in it. */
word_t comp_retire(void *obj);

op_fn comp_op_make, comp_op_make_sinv, comp_op_set_fault, comp_op_down, comp_op_up, comp_op_query;

#endif
