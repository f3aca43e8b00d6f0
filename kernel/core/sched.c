/*
 * What runs. See cpu.h for how a switch takes effect.
 */
#include "sched.h"

#include "comp.h"
#include "print.h"
#include "rcv.h"
#include "tcap.h"

#define SCHEDULERS 8 /* above each other */

struct cpu boot_cpu;

void
account(struct cpu *c)
{
	cycles_t now = hal_now(), d = now - c->since;

	c->since = now;
	if (!c->thd) {
		c->idle_cycles += d;
		return;
	}
	c->thd->cycles += d;
	if (c->tcap->budget != CYCLES_INF)
		c->tcap->budget = d < c->tcap->budget ? c->tcap->budget - d : 0;
}

/* A budget that is used up already has been told of; nobody is left to stop the thread. */
void
timer_update(struct cpu *c)
{
	cycles_t when = c->thd->timeout, budget = c->tcap->budget;

	if (budget != CYCLES_INF && budget && c->since + budget < when)
		when = c->since + budget;
	if (when == c->deadline)
		return;
	c->deadline = when;
	hal_timer_set(when);
}

static void
idle_begin(struct cpu *c, cycles_t timeout)
{
	c->thd = NULL;
	c->thdid = 0;
	c->deadline = timeout;
	hal_timer_set(timeout);
}

static void
thd_leave(struct cpu *c)
{
	struct thd *t = c->thd;

	if (!t)
		return;
	t->top = c->top;
	if (t->resume == RESUME_CALL)
		c->left = c->top;
}

void
thd_switch(struct cpu *c, struct thd *t, struct tcap *tc)
{
	account(c);
	thd_leave(c);
	c->prio = t->prio;
	c->tcap = tc;
	thd_enter(c, t);
	timer_update(c);
}

/* Switches to the thread of a scheduler if it can run. One that is not a root needs budget: nobody would stop it. */
static int
scheduler_switch(struct cpu *c, struct rcv *r, struct thd *t)
{
	struct tcap *tc;

	if (t->state == THD_WAITING && rcv_has_pending(r))
		rcv_wake(r, t);
	tc = weak_get(t->tcap);
	if (t->state != THD_READY || !tc || (!r->root && !tc->budget) || !thd_settle(t))
		return 0;
	thd_switch(c, t, tc);
	return 1;
}

/* The same; the processor idles if a root scheduler waits. */
static int
scheduler_try(struct cpu *c, struct rcv *r)
{
	struct thd *t = r ? weak_get(r->thd) : NULL;

	if (!t || scheduler_switch(c, r, t))
		return t != NULL;
	if (!r->root || t->state != THD_WAITING)
		return 0;
	account(c);
	thd_leave(c);
	c->idle_root = r;
	idle_begin(c, r->timeout);
	return 1;
}

/* From a scheduler upwards: the first whose thread can run. Whoever binds threads can close a ring, so the way is bounded; at
 * its end stands the first scheduler that there was. */
static void
scheduler_next(struct cpu *c, struct rcv *r)
{
	struct thd *t;

	for (u32 i = 0; i < SCHEDULERS && r; i++) {
		if (scheduler_try(c, r))
			return;
		t = weak_get(r->thd);
		r = t ? weak_get(t->sched) : NULL;
	}
	if (!scheduler_try(c, weak_get(c->first_root)))
		panic("no thread can run, and no scheduler waits");
}

void
sched_tell_interrupted(struct cpu *c)
{
	struct thd *t = c->interrupted;

	c->interrupted = NULL;
	if (c->thd->state == THD_READY)
		rcv_event(c->thd, EVENT_WOKEN);
	if (t->state == THD_PARKED)
		rcv_event(t, EVENT_BLOCKED);
}

void
sched_next(struct cpu *c)
{
	struct rcv *r = weak_get(c->thd->sched);
	struct thd *t = c->interrupted;

	if (t && t->state == THD_READY && r && !rcv_has_pending(r) && weak_get(t->tcap) && thd_settle(t)) {
		c->interrupted = NULL;
		thd_switch(c, t, weak_get(t->tcap));
		return;
	}
	sched_tell(c);
	scheduler_next(c, r);
}

void
sched_activate(struct cpu *c)
{
	struct rcv *r = weak_get(c->thd->sched);
	int own = r && weak_get(r->thd) == c->thd;

	if (!own || !r->root)
		scheduler_next(c, own ? NULL : r);
}

/* What else may be wrong with a dispatch: the thread is not READY. A waiting root scheduler may be dispatched: its wait
 * returns with nothing. */
static int
wake_for_dispatch(struct thd *t)
{
	struct rcv *own = weak_get(t->rcv);

	if (t->state != THD_WAITING || !own || !own->root)
		return -1;
	rcv_wake(own, t);
	return 0;
}

static word_t
dispatch_check(const struct cpu *c, struct thd *t, const struct args *a, const struct tcap *tc)
{
	struct rcv *r = weak_get(t->sched);

	if (!r || a->a2 > PRIO_LOWEST)
		return EINVAL;
	if (a->a4 <= r->token)
		return EAGAIN;
	if (rcv_has_pending(r) && weak_get(r->thd) != c->thd && weak_get(r->thd) != t)
		return EBUSY;
	if (tc->budget == 0)
		return EEXPIRED;
	if (t->state != THD_READY && wake_for_dispatch(t))
		return EPARKED;
	r->token = a->a4;
	return EOK;
}

/* The commonest way to switch: entry.S decides the commonest case of it by itself. The running thread's tcap is the one being
 * charged, so its weak reference is that one's. */
word_t
thd_op_dispatch(struct cap *cap, struct args *a)
{
	struct cpu *c = cpu_this();
	struct thd *t = cap_obj(cap), *cur = c->thd;
	struct weak tcap = cur->tcap;
	struct cap *own;
	word_t e;

	if (a->a1) {
		if ((e = cap_find(a->a1, CAP_TCAP, RIGHT_USE, &own)))
			return e;
		tcap = own->obj;
	}
	sched_tell(c);
	if ((e = dispatch_check(c, t, a, ref_mem(tcap.ref))))
		return e;
	if (t != cur && !thd_settle(t))
		return ECOMPDEAD;
	t->tcap = tcap;
	t->prio = a->a2;
	t->timeout = a->a3;
	thd_result(cur, EOK);
	thd_switch(c, t, ref_mem(tcap.ref));
	return EOK;
}

/* The timer: a budget has run out, a dispatch's timeout has passed, or a root scheduler's wait is over. */
void
tick(void)
{
	struct cpu *c = cpu_this();
	u32 bits = 0;

	c->deadline = CYCLES_INF;
	account(c);
	if (!c->thd) {
		idle_check(c);
		return;
	}
	if (c->since >= c->thd->timeout) {
		bits |= EVENT_TIMEOUT;
		c->thd->timeout = CYCLES_INF;
	}
	if (c->tcap->budget == 0)
		bits |= EVENT_EXPIRED;
	if (bits) {
		sched_tell(c);
		rcv_event(c->thd, bits);
		sched_activate(c);
	}
	if (c->thd && c->deadline == CYCLES_INF)
		timer_update(c);
}

void
idle_check(struct cpu *c)
{
	struct rcv *r = c->idle_root;
	struct thd *t = weak_get(r->thd);

	if (hal_now() >= r->timeout && t->state == THD_WAITING) {
		thd_result(t, ETIMEDOUT);
		t->state = THD_READY;
	}
	if (!scheduler_switch(c, r, t))
		idle_begin(c, r->timeout);
}

void
idle(void)
{
	struct cpu *c = cpu_this();

	while (!c->thd)
		hal_wait_for_interrupt();
}
