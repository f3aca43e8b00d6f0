/*
 * Frames: their records, retyping, and the capability to a range of them.
 */
#include "frame.h"

#include "captbl.h"
#include "comp.h"
#include "mem.h"
#include "pgtbl.h"
#include "rcv.h"
#include "tcap.h"
#include "thd.h"

u64 nframes;
static u64 counts[FRAME_TYPES];

static void
frame_set_type(struct frame *f, enum frame_type type)
{
	counts[f->type]--;
	counts[type]++;
	f->type = type;
}

void
frame_init(const struct machine *m)
{
	nframes = m->frames;
	memset(counts, 0, sizeof(counts));
	counts[FRAME_RESERVED] = nframes;
	frames[0].epoch = 1;
	for (u64 r = 0; r < m->regions; r++)
		for (u64 i = 0; i < m->region[r].count; i++)
			frame_set_type(&frames[m->region[r].first + i], FRAME_UNTYPED);
}

void
frame_reserve_device(u64 first, u64 count)
{
	for (u64 n = first; n < first + count && n < nframes; n++)
		if (frames[n].type == FRAME_RESERVED)
			frame_set_type(&frames[n], FRAME_DEVICE);
}

void
frame_adopt(u64 n)
{
	frame_set_type(&frames[n], FRAME_USER);
}

static void
frame_clear(u64 n)
{
	void *p = frame_mem(n);
	u64 words = PAGE_SIZE / 8;

	asm volatile("rep stosq" : "+D"(p), "+c"(words) : "a"(0UL) : "memory");
}

void *
frame_retype(u64 n, enum cap_kind kind)
{
	struct frame *f = &frames[n];

	frame_clear(n);
	frame_set_type(f, kind == CAP_NONE ? FRAME_USER : FRAME_KERNEL);
	f->kind = kind;
	f->incarnation = 0;
	f->refs = 0;
	f->used = 0;
	return frame_mem(n);
}

/* An epoch that would come round again retires the frame: a stale capability must never match. */
void
frame_untype(u64 n)
{
	struct frame *f = &frames[n];

	f->incarnation = 0;
	f->kind = CAP_NONE;
	frame_set_type(f, ++f->epoch == ~0u ? FRAME_RESERVED : FRAME_UNTYPED);
}

word_t
frame_untyped_at(const struct cap *c, u64 index, u64 *n)
{
	if (index >= c->count)
		return EINVAL;
	*n = c->first + index;
	return *n < nframes && frames[*n].type == FRAME_UNTYPED ? EOK : EFRAMETYPE;
}

word_t
frame_untyped_in(slot_t slot, u64 index, u64 *n)
{
	struct cap *c;
	word_t e = cap_find(slot, CAP_FRAME, RIGHT_CREATE, &c);

	return e ? e : frame_untyped_at(c, index, n);
}

word_t
frame_op_to_user(struct cap *c, struct args *a)
{
	u64 n;
	word_t e = frame_untyped_at(c, a->a1, &n);

	if (!e)
		frame_retype(n, CAP_NONE);
	return e;
}

/* What each kind of object must do, or refuse, before its frame becomes untyped. */
static word_t (*const retire[CAP_KINDS])(void *) = {
	[CAP_CAPTBL] = captbl_retire,
	[CAP_PGTBL] = pgtbl_retire,
	[CAP_COMP] = comp_retire,
	[CAP_THD] = thd_retire,
	[CAP_TCAP] = tcap_retire,
	[CAP_RCV] = rcv_retire,
};

word_t
frame_op_reclaim(struct cap *c, struct args *a)
{
	u64 n = c->first + a->a1;
	word_t e;

	if (a->a1 >= c->count)
		return EINVAL;
	if (n >= nframes || (frames[n].type != FRAME_USER && frames[n].type != FRAME_KERNEL))
		return EFRAMETYPE;
	if (frames[n].type == FRAME_USER && frames[n].refs)
		return EBUSY;
	if (frames[n].type == FRAME_KERNEL && (e = retire[frames[n].kind](frame_mem(n))))
		return e;
	frame_untype(n);
	return EOK;
}

word_t
frame_op_query(struct cap *c, struct args *a)
{
	static const struct frame device = {.type = FRAME_DEVICE};
	u64 n = c->first + a->a1;
	const struct frame *f = n < nframes ? &frames[n] : &device;

	if (a->a1 >= c->count)
		return EINVAL;
	a->r[0] = f->type | (u64)f->kind << 8;
	a->r[1] = f->refs;
	a->r[2] = f->epoch;
	return EOK;
}

word_t
frame_op_counts(struct cap *c, struct args *a)
{
	a->r[0] = counts[FRAME_UNTYPED];
	a->r[1] = counts[FRAME_USER];
	a->r[2] = counts[FRAME_KERNEL];
	return EOK;
}
