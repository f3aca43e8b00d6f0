/*
 * Tcaps: budgets of processor time with a priority. The running thread's is charged at every switch; used up, it activates the
 * scheduler.
 */
#ifndef CORE_TCAP_H
#define CORE_TCAP_H

#include "captbl.h"

struct tcap {
	cycles_t budget; /* CYCLES_INF = never used up */
	u64 prio;        /* 0 is the highest */
};

/* EBUSY while it is being charged. */
word_t tcap_retire(void *obj);

op_fn tcap_op_make, tcap_op_transfer, tcap_op_delegate, tcap_op_query;

#endif
