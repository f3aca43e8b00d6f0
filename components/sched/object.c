/*
 * Kernel objects of threads. A frame that the kernel does not give back yet (its tcap is still
 * being charged) stays taken and is tried again when a frame is needed.
 */
#include "object.h"

#include <init/init.h>
#include <lib/component.h>

#include "thread.h"

#define FRAMES 1024

enum frame_use { FRAME_FREE, FRAME_TAKEN, FRAME_LATER };

static struct frame_cap frames;
static u32 nframes, next_frame;
static u8 frame_use[FRAMES];
static slot_t thd_slots, tcap_slots, temporary, root_tcap, control;
static u64 hz;

void
object_init(void)
{
	const struct info_grant *f = cos_grant(GRANT_FRAMES, 0), *s = cos_grant(GRANT_FREE, 0);

	if (!f || !s || s->b < 2 * THREADS + 2)
		cos_panic("the script gives too few frames or slots");
	frames.slot = f->slot;
	nframes = f->a < FRAMES ? f->a : FRAMES;
	thd_slots = s->slot;
	tcap_slots = s->slot + THREADS;
	temporary = s->slot + 2 * THREADS; /* and the next: an end point while it is made */
	root_tcap = cos_grant(GRANT_TCAP, 0)->slot;
	control = cos_grant(GRANT_CONTROL, 0)->slot;
	hz = init_tsc_hz();
}

struct thd_cap
thread_cap(u32 id)
{
	return (struct thd_cap){id == SCHEDULER ? control : thd_slots + id};
}

struct tcap_cap
thread_tcap(u32 id)
{
	return (struct tcap_cap){threads[id].has_tcap ? tcap_slots + id : root_tcap};
}

struct rcv_cap
scheduler_rcv(void)
{
	return (struct rcv_cap){control + 1};
}

/* Result: index + 1; 0 = none. */
static u32
frame_take(void)
{
	for (u32 i = 0; i < nframes; i++) {
		u32 f = (next_frame + i) % nframes;

		if (frame_use[f] == FRAME_TAKEN ||
		    (frame_use[f] == FRAME_LATER && frame_reclaim(frames, f)))
			continue;
		frame_use[f] = FRAME_TAKEN;
		next_frame = f + 1;
		return f + 1;
	}
	return 0;
}

static void
frame_give(u32 *f)
{
	if (*f)
		frame_use[*f - 1] = frame_reclaim(frames, *f - 1) ? FRAME_LATER : FRAME_FREE;
	*f = 0;
}

static slot_t
grant_of(enum grant_kind kind, u32 comp)
{
	const struct info_grant *g;

	for (u32 i = 0; (g = cos_grant(kind, i)); i++)
		if (g->a == comp)
			return g->slot;
	return 0;
}

static struct captbl_cap
table_of(u32 comp)
{
	return (struct captbl_cap){grant_of(GRANT_CAPTBL, comp)};
}

static const struct info_place *
places(u32 *n)
{
	*n = cos_info()->nplaces;
	return (const void *)((const char *)cos_info() + cos_info()->places);
}

/* Who handles faults has every thread's capability. */
static int
publish_thread(u32 id)
{
	u32 n;
	const struct info_place *p = places(&n);
	int e = EOK;

	for (u32 i = 0; i < n && !e; i++)
		if (p[i].kind == GRANT_THREADS && id < p[i].b)
			e = captbl_copy(table_of(p[i].comp), p[i].slot + id, thread_cap(id).slot,
					RIGHT_READ | RIGHT_MODIFY);
	return e;
}

static void
withdraw_thread(u32 id)
{
	u32 n;
	const struct info_place *p = places(&n);

	for (u32 i = 0; i < n; i++)
		if (p[i].kind == GRANT_THREADS && id < p[i].b)
			captbl_remove(table_of(p[i].comp), p[i].slot + id);
}

/* The end point goes to the thread's component, and its sending sides to all that the
 * script allows to notify it. */
static int
publish_rcv(u32 comp, const struct info_thread *how, struct rcv_cap r)
{
	u32 n;
	const struct info_place *p = places(&n);
	int e = captbl_copy(table_of(comp), how->rcv_slot, r.slot, RIGHT_ALL);

	if (!e)
		e = rcv_make_snd(r, r.slot + 1);
	for (u32 i = 0; i < n && !e; i++)
		if (p[i].kind == GRANT_SND && p[i].a == comp && p[i].b == how->number)
			e = captbl_copy(table_of(p[i].comp), p[i].slot, r.slot + 1, RIGHT_USE);
	return e;
}

void
object_replenish(u32 id)
{
	tcap_transfer((struct tcap_cap){root_tcap}, thread_tcap(id), threads[id].budget,
		      threads[id].prio);
}

void
object_prioritise(u32 id)
{
	if (threads[id].has_tcap)
		tcap_transfer((struct tcap_cap){root_tcap}, thread_tcap(id), 0, threads[id].prio);
}

int
object_expired(u32 id)
{
	return tcap_query(thread_tcap(id)).r1 == 0;
}

/* A tcap of its own: for a thread with a budget, and for one with an end point, which
 * preempts by its tcap's priority. */
static int
make_tcap(u32 id, const struct info_thread *how)
{
	struct thread *t = &threads[id];
	int e;

	t->frame[1] = frame_take();
	if (!t->frame[1])
		return ENOMEM;
	e = frame_make_tcap(frames, t->frame[1] - 1, tcap_slots + id, t->prio);
	if (e)
		return e;
	t->has_tcap = 1;
	t->period = how->period_us * hz / 1000000;
	t->budget = t->period ? how->budget_us * hz / 1000000 : CYCLES_INF;
	t->replenished = cos_now();
	object_replenish(id);
	return EOK;
}

static int
make_rcv(u32 id, const struct info_thread *how)
{
	struct thread *t = &threads[id];
	struct captbl_cap own = table_of(cos_info()->id);
	struct rcv_cap r = {temporary};
	int e;

	t->frame[2] = frame_take();
	if (!t->frame[2])
		return ENOMEM;
	e = frame_make_rcv(frames, t->frame[2] - 1, r.slot, thread_cap(id), thread_tcap(id), 0);
	if (!e)
		e = publish_rcv(t->comp, how, r);
	captbl_remove(own, r.slot);
	captbl_remove(own, r.slot + 1);
	return e;
}

int
object_make(u32 id, word_t arg, const struct info_thread *how)
{
	struct thread *t = &threads[id];
	int e;

	t->frame[0] = frame_take();
	if (!t->frame[0])
		return ENOMEM;
	e = frame_make_thd(frames, t->frame[0] - 1, thread_cap(id).slot,
			   (struct comp_cap){grant_of(GRANT_COMP, t->comp)}, id, arg);
	if (!e)
		e = thd_bind(thread_cap(id), scheduler_rcv());
	if (!e && how && (how->period_us || how->rcv_slot))
		e = make_tcap(id, how);
	if (!e && how && how->rcv_slot)
		e = make_rcv(id, how);
	return e ? e : publish_thread(id);
}

void
object_end(u32 id)
{
	struct thread *t = &threads[id];
	struct captbl_cap own = table_of(cos_info()->id);

	withdraw_thread(id);
	for (u32 i = 0; i < 3; i++)
		frame_give(&t->frame[i]);
	captbl_remove(own, thread_cap(id).slot);
	if (t->has_tcap)
		captbl_remove(own, tcap_slots + id);
	t->has_tcap = 0;
}
