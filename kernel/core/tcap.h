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

word_t tcap_op_make(struct cap *, struct args *);
word_t tcap_op_transfer(struct cap *, struct args *);
word_t tcap_op_delegate(struct cap *, struct args *);
word_t tcap_op_query(struct cap *, struct args *);

#endif
