/*
 * Threads: make, dispatch, faults, and the invocation stack past dead components.
 */
#include "thd.h"

#include "comp.h"
#include "cpu.h"
#include "print.h"
#include "rcv.h"
#include "sched.h"
#include "tcap.h"

void
thd_init(struct thd *t, struct comp *comp, u64 id, u64 arg)
{
	t->id = id;
	t->state = THD_READY;
	t->timeout = CYCLES_INF;
	t->sentinel.life = ~0UL;
	t->top = t->inv;
	t->top->comp = frame_of(comp) << 4;
	t->top->life = frames[frame_of(comp)].life;
	t->resume = RESUME_FULL;
	hal_thd_init(&t->arch, comp->entry, arg, id);
}

void
thd_result(struct thd *t, word_t err)
{
	t->ret[0] = err;
	t->ret[1] = t->ret[2] = t->ret[3] = 0;
}

/* Bounded by the depth of the stack. */
int
thd_unwind(struct thd *t)
{
	struct inv *i = t->top - 1;

	while (i >= t->inv && !inv_lives(i))
		i--;
	thd_result(t, ECOMPDEAD);
	hal_thd_drop_vectors(&t->arch);
	t->resume = RESUME_CALL;
	if (i >= t->inv) {
		t->top = i;
		return 1;
	}
	t->state = THD_DEAD;
	rcv_event(t, EVENT_DEAD);
	return 0;
}

/* The running thread returned, and its caller is dead or there is none. */
void
invoke_return_dead(void)
{
	struct cpu *c = cpu_this();
	struct thd *t = c->thd;

	t->top = c->top;
	if (thd_unwind(t))
		thd_enter(c, t);
	else
		sched_next(c);
	c->left = NULL;
}

word_t
invoke_refused(struct cap *cap)
{
	struct weak w = cap->obj;

	if (!(cap->rights & RIGHT_USE))
		return EACCES;
	if (!weak_get(w))
		return EDEADCAP;
	return frames[w.ref >> 4].incarnation & 1 ? ECOMPDEAD : EDEPTH;
}

word_t
thd_op_make(struct cap *c, struct args *a)
{
	struct cap *to, *comp;
	struct thd *t;
	u64 n;
	word_t e;

	if (a->a4 > ~0u)
		return EINVAL;
	if ((e = frame_untyped_at(c, a->a1, &n)) || (e = cap_slot_free(a->a2, &to)) ||
	    (e = cap_find(a->a3, CAP_COMP, RIGHT_CREATE, &comp)))
		return e;
	t = frame_retype(n, CAP_THD);
	thd_init(t, cap_obj(comp), a->a4, a->a5);
	cap_set(to, CAP_THD, t);
	return EOK;
}

word_t
thd_op_bind(struct cap *cap, struct args *a)
{
	struct thd *t = cap_obj(cap);
	struct cap *r;
	word_t e;

	if ((e = cap_find(a->a1, CAP_RCV, RIGHT_MODIFY, &r)))
		return e;
	rcv_forget(t);
	t->events = 0;
	t->sched = r->obj;
	return EOK;
}

word_t
thd_op_query(struct cap *cap, struct args *a)
{
	struct thd *t = cap_obj(cap);
	struct cpu *c = cpu_this();

	account(c);
	a->r[0] = t->cycles;
	a->r[1] = t->state;
	a->r[2] = (t == c->thd ? c->top : t->top) - t->inv;
	return EOK;
}

/* The running thread faulted. Without a fault end point its component is one that the system cannot do without; if that was
 * destroyed, only the scheduler hears of it. */
void
fault(enum fault_cause cause, u64 address, u64 code)
{
	struct cpu *c = cpu_this();
	struct thd *t = c->thd;
	struct comp *comp = ref_mem(c->top->comp);

	if (!comp->fault.ref)
		panic("fault %u in the trusted base: thread %lu at %lx, address %lx, code %lx", cause,
		      t->id, hal_thd_reg(&t->arch, REG_RIP), address, code);
	sched_tell(c);
	t->state = THD_PARKED;
	t->fault_cause = cause;
	t->fault_address = address;
	t->fault_code = code;
	t->fault_badge = comp->fault_badge;
	rcv_fault(c, comp->fault, t);
	if (c->thd != t)
		return;
	rcv_event(t, EVENT_BLOCKED);
	sched_next(c);
}

word_t
thd_op_fault(struct cap *cap, struct args *a)
{
	struct thd *t = cap_obj(cap);

	if (t->state != THD_PARKED)
		return EINVAL;
	a->r[0] = t->fault_cause;
	a->r[1] = t->fault_address;
	a->r[2] = hal_thd_reg(&t->arch, REG_RIP);
	return EOK;
}

word_t
thd_op_get_reg(struct cap *cap, struct args *a)
{
	struct thd *t = cap_obj(cap);

	if (t->state != THD_PARKED || a->a1 >= REG_COUNT)
		return EINVAL;
	if (a->a1 == REG_CODE)
		a->r[0] = t->fault_code;
	else if (a->a1 == REG_COMP)
		a->r[0] = t->fault_badge;
	else
		a->r[0] = hal_thd_reg(&t->arch, a->a1);
	return EOK;
}

word_t
thd_op_set_reg(struct cap *cap, struct args *a)
{
	struct thd *t = cap_obj(cap);

	if (t->state != THD_PARKED || a->a1 >= REG_COUNT)
		return EINVAL;
	return hal_thd_set_reg(&t->arch, a->a1, a->a2);
}

static void
unpark(struct thd *t)
{
	t->state = THD_READY;
	if (t != cpu_this()->interrupted)
		rcv_event(t, EVENT_WOKEN);
}

word_t
thd_op_resume(struct cap *cap, struct args *a)
{
	struct thd *t = cap_obj(cap);

	if (t->state != THD_PARKED || (a->a1 && hal_thd_set_reg(&t->arch, REG_RIP, a->a1)))
		return EINVAL;
	unpark(t);
	return EOK;
}

word_t
thd_op_abort(struct cap *cap, struct args *a)
{
	struct thd *t = cap_obj(cap);

	if (t->state != THD_PARKED)
		return EINVAL;
	if (thd_unwind(t))
		unpark(t);
	return EOK;
}

word_t
thd_retire(void *obj)
{
	struct cpu *c = cpu_this();

	if (c->thd == obj)
		return EBUSY;
	if (c->interrupted == obj)
		sched_tell(c);
	rcv_forget(obj);
	return EOK;
}
