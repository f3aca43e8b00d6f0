/*
 * What runs: charging time, the timer, switching, and finding who is next. Policy is the scheduler component's.
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include "comp.h"
#include "cpu.h"
#include "thd.h"

/* Charges the time since the last call to the running thread and its tcap, or to idling. */
void account(struct cpu *);

/* Sets the timer to the running thread's timeout or the end of its budget, whichever comes first. */
void timer_update(struct cpu *);

/* Makes a thread the running one, where its top says: that component decides the capability table and the address space. */
static inline void
thd_enter(struct cpu *c, struct thd *t)
{
	struct comp *comp = ref_mem(t->top->comp);

	c->thd = t;
	c->top = t->top;
	c->thdid = t->id;
	c->captbl = comp->captbl;
	hal_space_load(comp->space);
}

/* Switches to a ready thread whose top component lives, or idles (NULL). At most once in each entry into the kernel. */
void thd_switch(struct cpu *, struct thd *, struct tcap *);

/* The running thread cannot go on: switches to the one that was interrupted, or its scheduler's, or idles. */
void sched_next(struct cpu *);

/* The scheduler hears what it need not have known if the notified thread that runs had waited again, and the one that it
 * interrupted gone on: that the former is ready, and that the latter is parked. */
void sched_tell_interrupted(struct cpu *);

static inline void
sched_tell(struct cpu *c)
{
	if (c->interrupted)
		sched_tell_interrupted(c);
}

/* Switches to the scheduler of the running thread, or one above it; a root scheduler runs on. */
void sched_activate(struct cpu *);

/* Idle: wakes the root scheduler if something is pending for it or its timeout has passed. */
void idle_check(struct cpu *);

#endif
