/*
 * End points: wait, send, events.
 */
#include "rcv.h"

#include "comp.h"
#include "cpu.h"
#include "sched.h"
#include "tcap.h"

/* A node may still be linked at an end point that is gone; it is then on no list any more. */
static void
node_take(struct rcv *r, struct list_node *n)
{
	list_remove(n);
	r->queued--;
}

static void
node_forget(struct list_node *n, struct weak list)
{
	struct rcv *r = weak_get(list);

	if (n->next && r)
		node_take(r, n);
	n->next = NULL;
}

void
rcv_forget(struct thd *t)
{
	node_forget(&t->event_node, t->event_list);
	node_forget(&t->fault_node, t->fault_list);
}

void
rcv_event(struct thd *t, u32 bits)
{
	struct rcv *r = weak_get(t->sched); /* its own thread knows by itself */
	u32 both = EVENT_BLOCKED | EVENT_WOKEN;

	if (!r || weak_get(r->thd) == t)
		return;
	if (!weak_get(t->event_list))
		t->event_node.next = NULL;
	if (!t->event_node.next)
		t->events = 0;
	if ((bits & both) && (t->events & both & ~bits)) {
		t->events &= ~both;
		bits &= ~both;
	}
	t->events |= bits;
	if (!t->events) {
		node_forget(&t->event_node, t->event_list);
	} else if (!t->event_node.next) {
		list_append(&r->events, &t->event_node);
		t->event_list = t->sched;
		r->queued++;
	}
}

/* One event of those queued, of the scheduler's list first. */
static void
take_event(struct rcv *r, word_t *out)
{
	struct thd *t;

	if (!list_empty(&r->events)) {
		t = list_entry(r->events.next, struct thd, event_node);
		node_take(r, &t->event_node);
		out[1] = t->events | (t->cycles - t->reported) << 8;
		t->events = 0;
		t->reported = t->cycles;
	} else {
		t = list_entry(r->faults.next, struct thd, fault_node);
		node_take(r, &t->fault_node);
		out[1] = EVENT_FAULT;
	}
	out[0] = t->id | 1UL << 32;
}

/* What is pending: notifications, an event. */
static void
rcv_take(struct rcv *r, word_t *out)
{
	out[0] = r->pending;
	out[1] = out[2] = 0;
	r->pending = 0;
	if (r->queued)
		take_event(r, &out[1]);
}

void
rcv_wake(struct rcv *r, struct thd *t)
{
	t->ret[0] = EOK;
	rcv_take(r, &t->ret[1]);
	t->state = THD_READY;
}

/* A waiting thread becomes ready; it preempts what runs if it has a scheduler to go back to,
 * and its own tcap has budget and a better priority. */
static void
activate(struct cpu *c, struct rcv *r)
{
	struct thd *t = weak_get(r->thd);
	struct tcap *tc = weak_get(r->tcap);

	if (!t || t->state != THD_WAITING)
		return;
	rcv_wake(r, t);
	if (!tc || !tc->budget || !weak_get(t->sched) || (c->thd && tc->prio >= c->prio) || !thd_settle(t)) {
		rcv_event(t, EVENT_WOKEN);
		return;
	}
	sched_tell(c);
	c->interrupted = c->thd; /* parked by a fault, it may be mended by then */
	if (!c->thd)
		rcv_event(t, EVENT_WOKEN);
	t->tcap = r->tcap;
	t->prio = tc->prio;
	t->timeout = c->thd ? c->thd->timeout : c->idle_root->timeout; /* the scheduler is still owed it */
	thd_switch(c, t, tc);
}

void
rcv_notify(struct cpu *c, struct rcv *r)
{
	r->pending++;
	activate(c, r);
}

void
rcv_fault(struct cpu *c, struct weak handler, struct thd *t)
{
	struct rcv *r = weak_get(handler);

	node_forget(&t->fault_node, t->fault_list);
	if (!r)
		return;
	list_append(&r->faults, &t->fault_node);
	t->fault_list = handler;
	r->queued++;
	activate(c, r);
}

word_t
snd_op_send(struct cap *c, struct args *a)
{
	thd_result(cpu_this()->thd, EOK);
	rcv_notify(cpu_this(), cap_obj(c));
	return EOK;
}

word_t
rcv_op_make(struct cap *c, struct args *a)
{
	struct cap *to, *tcap, *thd;
	struct thd *t;
	struct rcv *r;
	u64 n;
	word_t e;

	if (a->a5 > 1)
		return EINVAL;
	if ((e = frame_untyped_at(c, a->a1, &n)) || (e = cap_slot_free(a->a2, &to)) ||
	    (e = cap_find(a->a3, CAP_THD, RIGHT_MODIFY, &thd)) ||
	    (e = cap_find(a->a4, CAP_TCAP, RIGHT_USE, &tcap)))
		return e;
	t = cap_obj(thd);
	if (weak_get(t->rcv))
		return EBUSY;
	if (a->a5 && ((struct comp *)ref_mem(cpu_this()->top->comp))->fault.ref)
		return EPERM;
	r = frame_retype(n, CAP_RCV);
	rcv_init(r, t, cap_obj(tcap), a->a5);
	cap_set(to, CAP_RCV, r);
	return EOK;
}

void
rcv_init(struct rcv *r, struct thd *t, struct tcap *tc, u64 root)
{
	r->thd = weak_to(t);
	r->tcap = weak_to(tc);
	r->root = root;
	list_init(&r->events);
	list_init(&r->faults);
	t->rcv = weak_to(r);
	if (!root)
		return;
	t->sched = t->rcv;
	if (!weak_get(cpu_this()->first_root))
		cpu_this()->first_root = t->rcv;
}

word_t
rcv_op_wait(struct cap *c, struct args *a)
{
	struct rcv *r = cap_obj(c);
	struct cpu *cpu = cpu_this();
	struct thd *t = cpu->thd;

	if (weak_get(r->thd) != t)
		return EPERM;
	if (!r->root && a->a2 != CYCLES_INF && !(a->a1 & WAIT_POLL))
		return EINVAL;
	if (rcv_has_pending(r)) {
		rcv_take(r, a->r);
		return EOK;
	}
	if (a->a1 & WAIT_POLL)
		return EAGAIN;
	if (a->a2 <= hal_now())
		return ETIMEDOUT;
	t->state = THD_WAITING;
	r->timeout = a->a2;
	if (!cpu->interrupted)
		rcv_event(t, EVENT_BLOCKED);
	sched_next(cpu);
	return EOK;
}

word_t
rcv_op_make_snd(struct cap *c, struct args *a)
{
	struct cap *to;
	word_t e;

	if ((e = cap_slot_free(a->a1, &to)))
		return e;
	cap_set(to, CAP_SND, cap_obj(c));
	return EOK;
}

word_t
rcv_op_query(struct cap *c, struct args *a)
{
	a->r[0] = cpu_this()->idle_cycles;
	a->r[1] = ((struct rcv *)cap_obj(c))->pending;
	return EOK;
}

/* A thread that waits there goes on with an error. */
word_t
rcv_retire(void *obj)
{
	struct rcv *r = obj;
	struct thd *t = weak_get(r->thd);

	if (t && t->state == THD_WAITING) {
		thd_result(t, EDEADCAP);
		t->state = THD_READY;
		rcv_event(t, EVENT_WOKEN);
	}
	return EOK;
}
