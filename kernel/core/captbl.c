/*
 * Capability tables: look up, copy with fewer rights, remove, extend. A slot changes from empty to full and back in one
 * operation; since references are weak, emptying a slot needs no bookkeeping.
 */
#include "captbl.h"

#include "cpu.h"
#include "mem.h"

struct cap *
captbl_slot_beyond(struct captbl *t, word_t slot)
{
	u64 i = slot / SLOTS_PER_FRAME;

	if (i == 0 || slot >= SLOT_LIMIT || t->frame[i] == 0)
		return NULL;
	return (struct cap *)frame_mem(t->frame[i]) + slot % SLOTS_PER_FRAME;
}

struct cap *
captbl_far(slot_t slot)
{
	struct cap *c = captbl_slot(cpu_this()->captbl, slot);

	return c && c->kind != CAP_NONE ? c : NULL;
}

word_t
cap_slot_free(word_t slot, struct cap **out)
{
	struct cap *c = captbl_slot(cpu_this()->captbl, slot);

	if (!c)
		return EBADCAP;
	if (c->kind != CAP_NONE)
		return EEXIST;
	*out = c;
	return EOK;
}

void
cap_set(struct cap *c, enum cap_kind kind, const void *obj)
{
	*c = (struct cap){.kind = kind, .rights = RIGHT_ALL, .obj = weak_to(obj)};
}

word_t
range_derive(struct cap *c, struct args *a)
{
	struct cap *to;
	word_t e;

	if (a->a2 > c->count || a->a3 == 0 || a->a3 > c->count - a->a2)
		return EINVAL;
	if ((e = cap_slot_free(a->a1, &to)))
		return e;
	*to = *c;
	to->first += a->a2;
	to->count = a->a3;
	to->rights &= a->a4;
	return EOK;
}

word_t
captbl_op_make(struct cap *c, struct args *a)
{
	struct cap *to;
	u64 n;
	word_t e;

	if ((e = frame_untyped_at(c, a->a1, &n)) || (e = cap_slot_free(a->a2, &to)))
		return e;
	cap_set(to, CAP_CAPTBL, frame_retype(n, CAP_CAPTBL));
	return EOK;
}

word_t
captbl_op_copy(struct cap *c, struct args *a)
{
	struct cap *to = captbl_slot(cap_obj(c), a->a1);
	struct cap *from = captbl_slot(cpu_this()->captbl, a->a2);

	if (!to || !from || from->kind == CAP_NONE)
		return EBADCAP;
	if (!weak_get(from->obj))
		return EDEADCAP;
	if (to->kind != CAP_NONE)
		return EEXIST;
	*to = *from;
	to->rights &= a->a3;
	return EOK;
}

word_t
captbl_op_remove(struct cap *c, struct args *a)
{
	struct cap *s = captbl_slot(cap_obj(c), a->a1);

	if (!s || s->kind == CAP_NONE)
		return EBADCAP;
	*s = (struct cap){0};
	return EOK;
}

word_t
captbl_op_extend(struct cap *c, struct args *a)
{
	struct captbl *t = cap_obj(c);
	u64 i = a->a3 / SLOTS_PER_FRAME, n;
	word_t e;

	if (a->a3 % SLOTS_PER_FRAME || i == 0 || i >= CAPTBL_FRAMES)
		return EINVAL;
	if (t->frame[i])
		return EEXIST;
	if ((e = frame_untyped_in(a->a1, a->a2, &n)))
		return e;
	frame_retype(n, CAP_CAPTBL);
	frames[n].incarnation = frame_of(t);
	t->frame[i] = n;
	frames[frame_of(t)].used++;
	return EOK;
}

word_t
captbl_op_query(struct cap *c, struct args *a)
{
	struct cap *s = captbl_slot(cap_obj(c), a->a1);

	if (!s)
		return EBADCAP;
	a->r[0] = s->kind;
	a->r[1] = s->rights;
	return EOK;
}

/* A further frame goes out of the table it belongs to; a first frame only when it is alone and no component uses it. */
word_t
captbl_retire(void *obj)
{
	struct frame *f = &frames[frame_of(obj)];
	struct captbl *t = frame_mem(f->incarnation);

	if (f->refs || f->used)
		return EBUSY;
	if (f->incarnation == 0)
		return EOK;
	for (u64 i = 1; i < CAPTBL_FRAMES; i++)
		if (t->frame[i] == frame_of(obj))
			t->frame[i] = 0;
	frames[f->incarnation].used--;
	f->incarnation = 0;
	return EOK;
}
