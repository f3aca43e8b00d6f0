/*
 * Threads, and the invocation stack that carries them through components.
 *
 * inv[0] is the component in which the thread started, *top the one it is in. Each entry names its component weakly, by frame
 * and life (epoch and incarnation): an entry is dead when they no longer match, and a dead entry is skipped at return and at
 * dispatch. The entry before inv[0] is a sentinel that never matches.
 *
 * States and moves: READY -> WAITING (rcv_wait) -> READY (notified); READY -> PARKED (fault) -> READY (resume, abort); any ->
 * DEAD (returned from inv[0], or no living entry left). Only a READY thread is dispatched.
 */
#ifndef CORE_THD_H
#define CORE_THD_H

#include "captbl.h"
#include "list.h"

struct inv {
	u32 comp; /* frame reference: frame number << 4 */
	u32 pad;
	u64 life;
	/* how it goes on here when what it invoked returns; valid while it is elsewhere */
	u64 rip, rsp, fsbase, rbx, rbp, r12, r13, r14, r15;
};

enum resume { RESUME_CALL, RESUME_FULL };

struct thd {
	struct arch_thd arch;

	/* known to entry.S */
	struct inv *top;
	u64 resume;     /* enum resume */
	u64 ret[4];     /* error and results of the system call that it is in */
	u64 id;

	/* the scheduler's: set at dispatch */
	u64 state;      /* enum thd_state */
	u64 prio;
	struct weak tcap;
	cycles_t timeout;
	cycles_t cycles; /* run in all */
	struct weak sched; /* its scheduler's end point */
	struct weak rcv;   /* the end point bound to it */

	/* events not yet taken */
	u64 events;        /* enum event bits for the scheduler */
	struct list_node event_node, fault_node;
	struct weak event_list, fault_list; /* the end points these nodes are queued at */
	cycles_t reported;  /* cycles told to the scheduler so far */

	/* of a parked thread */
	u64 fault_cause, fault_address, fault_code, fault_badge;

	u8 pad[PAGE_SIZE - sizeof(struct arch_thd) - 208 - (INVSTK_DEPTH + 1) * sizeof(struct inv)];
	struct inv sentinel;
	struct inv inv[INVSTK_DEPTH];
};

_Static_assert(sizeof(struct thd) == PAGE_SIZE, "the invocation stack ends with the frame");

/* Makes a fresh thread in a component, which it enters at the component's entry. */
struct comp;
void thd_init(struct thd *, struct comp *, u64 id, u64 arg);

/* What the thread's system call is to return; its result words become 0. */
void thd_result(struct thd *, word_t err);

static inline int
inv_lives(const struct inv *i)
{
	return ref_frame(i->comp)->life == i->life;
}

/* Takes the top off, down to the nearest living component, which gets ECOMPDEAD. Result: as thd_settle. */
int thd_unwind(struct thd *);

/*
 * Called before a thread that is not running is resumed: if the component on its top has died, it goes back to the nearest
 * living one with ECOMPDEAD. Result: 0 if there is none; the thread is then DEAD and its scheduler told.
 */
static inline int
thd_settle(struct thd *t)
{
	return inv_lives(t->top) || thd_unwind(t);
}

/* EBUSY while it runs. */
word_t thd_retire(void *obj);

op_fn thd_op_make, thd_op_dispatch, thd_op_bind, thd_op_query, thd_op_fault, thd_op_get_reg, thd_op_set_reg,
      thd_op_resume, thd_op_abort;

#endif
