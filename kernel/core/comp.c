/*
 * Components: make, enter points, down and up.
 */
#include "comp.h"

#include "cpu.h"
#include "thd.h"

static int
comp_is_current(const struct comp *c)
{
	return cpu_this()->thd && cpu_this()->top->comp >> 4 == frame_of(c);
}

void
comp_init(struct comp *comp, struct captbl *t, void *pgtbl, u64 entry)
{
	comp->captbl = t;
	comp->space = frame_of(pgtbl) << PAGE_SHIFT;
	comp->entry = entry;
	frames[frame_of(t)].refs++;
	frames[frame_of(pgtbl)].refs++;
}

/* Only the trusted base has no fault end point, and nobody makes himself part of it. */
static void
fault_as_current(struct comp *comp)
{
	const struct comp *current = ref_mem(cpu_this()->top->comp);

	comp->fault = current->fault;
	comp->fault_badge = current->fault_badge;
}

word_t
comp_op_make(struct cap *c, struct args *a)
{
	struct comp *comp;
	struct cap *to, *t, *p;
	u64 n;
	word_t e;

	if (a->a5 >= USER_END)
		return EINVAL;
	if ((e = frame_untyped_at(c, a->a1, &n)) || (e = cap_slot_free(a->a2, &to)) ||
	    (e = cap_find(a->a3, CAP_CAPTBL, RIGHT_CREATE, &t)) ||
	    (e = cap_find(a->a4, CAP_PGTBL, RIGHT_CREATE, &p)))
		return e;
	comp = frame_retype(n, CAP_COMP);
	comp_init(comp, cap_obj(t), cap_obj(p), a->a5);
	fault_as_current(comp);
	cap_set(to, CAP_COMP, comp);
	return EOK;
}

word_t
comp_op_make_sinv(struct cap *c, struct args *a)
{
	struct cap *to;
	word_t e;

	if (a->a2 >= USER_END)
		return EINVAL;
	if ((e = cap_slot_free(a->a1, &to)))
		return e;
	cap_set(to, CAP_SINV, cap_obj(c));
	to->entry = a->a2;
	to->badge = a->a3;
	return EOK;
}

word_t
comp_op_set_fault(struct cap *c, struct args *a)
{
	struct comp *comp = cap_obj(c);
	struct cap *s;
	word_t e;

	if (a->a1 == 0) {
		fault_as_current(comp);
		return EOK;
	}
	if ((e = cap_find(a->a1, CAP_SND, RIGHT_USE, &s)))
		return e;
	comp->fault = s->obj;
	comp->fault_badge = a->a2;
	return EOK;
}

static word_t
incarnation_step(struct comp *comp, u32 down)
{
	struct frame *f = &frames[frame_of(comp)];

	if ((f->incarnation & 1) != down)
		return EBUSY;
	f->incarnation++;
	return EOK;
}

/* Nobody marks the component down that he is in: he could not go on. */
word_t
comp_op_down(struct cap *c, struct args *a)
{
	return comp_is_current(cap_obj(c)) ? EBUSY : incarnation_step(cap_obj(c), 0);
}

word_t
comp_op_up(struct cap *c, struct args *a)
{
	return incarnation_step(cap_obj(c), 1);
}

word_t
comp_op_query(struct cap *c, struct args *a)
{
	u32 i = frames[frame_of(cap_obj(c))].incarnation;

	a->r[0] = (i + 1) / 2;
	a->r[1] = !(i & 1);
	return EOK;
}

word_t
comp_retire(void *obj)
{
	struct comp *comp = obj;

	if (comp_is_current(comp))
		return EBUSY;
	frames[frame_of(comp->captbl)].refs--;
	frames[comp->space >> PAGE_SHIFT].refs--;
	return EOK;
}
