/*
 * End points: notifications counted, and events of threads. One thread waits on each.
 *
 * A thread names its scheduler's end point (events) and its component the one for faults. An event is a set of bits in the
 * thread itself, so that nothing is allocated and none is lost: BLOCKED and WOKEN cancel each other while the scheduler has
 * seen neither.
 */
#ifndef CORE_RCV_H
#define CORE_RCV_H

#include "captbl.h"
#include "list.h"
#include "thd.h"

struct cpu;
struct tcap;

struct rcv {
	struct weak thd;
	struct weak tcap;   /* what the thread runs on when notified */
	u64 pending;        /* notifications since the last wait */
	u64 token;          /* of the newest dispatch under this scheduler */
	u64 queued;         /* events and faults in the lists */
	u64 root;           /* 1: the processor idles when its thread waits */
	cycles_t timeout;   /* of the wait of a root scheduler */
	struct list_node events, faults; /* of thd.event_node, thd.fault_node */
};

/* Fills in an end point that was just made. */
void rcv_init(struct rcv *, struct thd *, struct tcap *, u64 root);

/* Counts a notification, and switches to the waiting thread if that is better than what runs. */
void rcv_notify(struct cpu *, struct rcv *);

/* Adds bits to what the thread's scheduler is to hear. Switches nothing. */
void rcv_event(struct thd *, u32 bits);

/* Tells the fault end point of a thread's component, if it lives; then as rcv_notify. */
void rcv_fault(struct cpu *, struct weak, struct thd *);

/* The thread of an end point in RCV_WAIT becomes ready, with what is pending as its result. */
void rcv_wake(struct rcv *, struct thd *);

static inline int
rcv_has_pending(const struct rcv *r)
{
	return (r->pending | r->queued) != 0;
}

/* A thread is going: its events are forgotten. */
void rcv_forget(struct thd *);

word_t rcv_retire(void *obj);

op_fn rcv_op_make, rcv_op_wait, rcv_op_make_snd, rcv_op_query, snd_op_send;

#endif
