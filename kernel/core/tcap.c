/*
 * Tcaps: make, transfer, delegate.
 */
#include "tcap.h"

#include "cpu.h"
#include "rcv.h"
#include "sched.h"

word_t
tcap_op_make(struct cap *c, struct args *a)
{
	struct cap *to;
	struct tcap *tc;
	u64 n;
	word_t e;

	if (a->a3 > PRIO_LOWEST)
		return EINVAL;
	if ((e = frame_untyped_at(c, a->a1, &n)) || (e = cap_slot_free(a->a2, &to)))
		return e;
	tc = frame_retype(n, CAP_TCAP);
	tc->prio = a->a3;
	cap_set(to, CAP_TCAP, tc);
	return EOK;
}

static word_t
transfer_check(const struct tcap *from, cycles_t amount, u64 prio)
{
	if (prio > PRIO_LOWEST || prio < from->prio)
		return EINVAL;
	return from->budget != CYCLES_INF && amount > from->budget ? EEXPIRED : EOK;
}

/* An infinite budget gives without becoming less, and stays infinite whatever it gets. */
static void
transfer(struct tcap *from, struct tcap *to, cycles_t amount, u64 prio)
{
	if (from->budget != CYCLES_INF)
		from->budget -= amount;
	if (to->budget != CYCLES_INF)
		to->budget = amount >= CYCLES_INF - to->budget ? CYCLES_INF : to->budget + amount;
	to->prio = prio;
	timer_update(cpu_this());
}

word_t
tcap_op_transfer(struct cap *c, struct args *a)
{
	struct tcap *from = cap_obj(c);
	struct cap *to;
	word_t e;

	if ((e = cap_find(a->a1, CAP_TCAP, RIGHT_MODIFY, &to)))
		return e;
	account(cpu_this());
	if ((e = transfer_check(from, a->a2, a->a3)))
		return e;
	transfer(from, cap_obj(to), a->a2, a->a3);
	return EOK;
}

word_t
tcap_op_delegate(struct cap *c, struct args *a)
{
	struct tcap *from = cap_obj(c), *to;
	struct cap *s;
	word_t e;

	if ((e = cap_find(a->a1, CAP_SND, RIGHT_USE, &s)))
		return e;
	to = weak_get(((struct rcv *)cap_obj(s))->tcap);
	if (!to)
		return EDEADCAP;
	account(cpu_this());
	if ((e = transfer_check(from, a->a2, a->a3)))
		return e;
	transfer(from, to, a->a2, a->a3);
	thd_result(cpu_this()->thd, EOK);
	rcv_notify(cpu_this(), cap_obj(s));
	return EOK;
}

word_t
tcap_op_query(struct cap *c, struct args *a)
{
	struct tcap *tc = cap_obj(c);

	account(cpu_this());
	a->r[0] = tc->budget;
	a->r[1] = tc->prio;
	return EOK;
}

word_t
tcap_retire(void *obj)
{
	return cpu_this()->tcap == obj ? EBUSY : EOK;
}
