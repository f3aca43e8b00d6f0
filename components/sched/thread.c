/*
 * Threads and their kernel objects: frames from the scheduler's own range, capabilities in its own table, copies where the script wants them.
 */
#include "thread.h"

#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>

#define FRAMES 1024

struct thread threads[THREADS];
struct ready ready;
struct timeouts timeouts;

static struct frame_cap frames;
static u32 nframes, next_frame;
static u8 frame_used[FRAMES];
static slot_t thd_slots, tcap_slots, temporary, root_tcap, control;
static u64 hz;

void
thread_init(void)
{
	const struct info_grant *f = cos_grant(GRANT_FRAMES, 0), *s = cos_grant(GRANT_FREE, 0);

	if (!f || !s || s->b < 2 * THREADS + 1)
		cos_panic("the script gives too few frames or slots");
	frames.slot = f->slot;
	nframes = f->a < FRAMES ? f->a : FRAMES;
	thd_slots = s->slot;
	tcap_slots = s->slot + THREADS;
	temporary = s->slot + 2 * THREADS;
	root_tcap = cos_grant(GRANT_TCAP, 0)->slot;
	control = cos_grant(GRANT_CONTROL, 0)->slot;
	hz = init_tsc_hz();
	threads[0].state = threads[SCHEDULER].state = INITED; /* never queued */
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

static u32
frame_take(void)
{
	for (u32 i = 0; i < nframes; i++) {
		u32 f = (next_frame + i) % nframes;

		if (frame_used[f])
			continue;
		frame_used[f] = 1;
		next_frame = f + 1;
		return f + 1;
	}
	return 0;
}

static void
frame_give(u32 *f)
{
	if (*f) {
		frame_reclaim(frames, *f - 1);
		frame_used[*f - 1] = 0;
	}
	*f = 0;
}

const struct info_comp *
comp_info(u32 id)
{
	u32 n;
	const struct info_comp *c = cos_comps(&n);

	for (u32 i = 0; i < n; i++)
		if (c[i].id == id)
			return &c[i];
	return NULL;
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

u32
comp_best_prio(u32 id)
{
	u32 n, best = PRIORITIES - 1;
	const struct info_thread *t = cos_threads(&n);

	for (u32 i = 0; i < n; i++)
		if (t[i].comp == id && t[i].priority < best)
			best = t[i].priority;
	return best;
}

static const struct info_place *
places(u32 *n)
{
	*n = cos_info()->nplaces;
	return (const void *)((const char *)cos_info() + cos_info()->places);
}

/* Who handles faults has every thread's capability. */
static void
publish_thread(u32 id)
{
	u32 n;
	const struct info_place *p = places(&n);

	for (u32 i = 0; i < n; i++)
		if (p[i].kind == GRANT_THREADS && id < p[i].b)
			captbl_copy(table_of(p[i].comp), p[i].slot + id, thread_cap(id).slot, RIGHT_READ | RIGHT_MODIFY);
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

/* The end point goes to the thread's component, and its sending sides to all that the script allows to notify it. */
static int
publish_rcv(u32 comp, const struct info_thread *how, struct rcv_cap r)
{
	u32 n;
	const struct info_place *p = places(&n);
	struct captbl_cap own = table_of(cos_info()->id);
	int e = captbl_copy(table_of(comp), how->rcv_slot, r.slot, RIGHT_ALL);

	captbl_remove(own, r.slot + 1);
	if (!e)
		e = rcv_make_snd(r, r.slot + 1);
	for (u32 i = 0; i < n && !e; i++)
		if (p[i].kind == GRANT_SND && p[i].a == comp && p[i].b == how->number)
			e = captbl_copy(table_of(p[i].comp), p[i].slot, r.slot + 1, RIGHT_USE);
	captbl_remove(own, r.slot);
	return e;
}

/* A tcap of its own: for a thread with a budget, and for one with an end point, which preempts by its tcap's priority. */
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
	return tcap_transfer((struct tcap_cap){root_tcap}, thread_tcap(id), t->budget, t->prio);
}

static int
make_rcv(u32 id, u32 comp, const struct info_thread *how)
{
	struct thread *t = &threads[id];
	int e;

	t->frame[2] = frame_take();
	if (!t->frame[2])
		return ENOMEM;
	e = frame_make_rcv(frames, t->frame[2] - 1, temporary, thread_cap(id), thread_tcap(id), 0);
	return e ? e : publish_rcv(comp, how, (struct rcv_cap){temporary});
}

static int
make_objects(u32 id, u32 comp, word_t arg, const struct info_thread *how)
{
	struct thread *t = &threads[id];
	int e;

	t->frame[0] = frame_take();
	if (!t->frame[0])
		return ENOMEM;
	e = frame_make_thd(frames, t->frame[0] - 1, thread_cap(id).slot, (struct comp_cap){grant_of(GRANT_COMP, comp)},
	                   id, arg);
	if (!e)
		e = thd_bind(thread_cap(id), scheduler_rcv());
	if (!e && how && (how->period_us || how->rcv_slot))
		e = make_tcap(id, how);
	if (!e && how && how->rcv_slot)
		e = make_rcv(id, comp, how);
	return e;
}

static u32
id_take(void)
{
	for (u32 id = SCHEDULER + 1; id < THREADS; id++)
		if (threads[id].state == FREE)
			return id;
	for (u32 id = SCHEDULER + 1; id < THREADS; id++)
		if (threads[id].state == ENDED)
			return id;
	return 0;
}

static u32
count_of(u32 comp)
{
	u32 n = 0;

	for (u32 id = 0; id < THREADS; id++)
		n += threads[id].state != FREE && threads[id].state != ENDED && threads[id].comp == comp;
	return n;
}

long
thread_make(u32 comp, word_t arg, u32 prio, const struct info_thread *how)
{
	const struct info_comp *c = comp_info(comp);
	u32 id = id_take();
	int e;

	if (!c || !id || count_of(comp) >= c->max_threads)
		return -EAGAIN;
	threads[id] = (struct thread){.comp = comp, .prio = prio};
	e = make_objects(id, comp, arg, how);
	if (e) {
		thread_end(id);
		threads[id].state = FREE;
		return -e;
	}
	publish_thread(id);
	thread_ready(id);
	return id;
}

void
thread_end(u32 id)
{
	struct thread *t = &threads[id];
	struct captbl_cap own = table_of(cos_info()->id);

	thread_leave(id, ENDED);
	withdraw_thread(id);
	for (u32 i = 0; i < 3; i++)
		frame_give(&t->frame[i]);
	captbl_remove(own, thread_cap(id).slot);
	if (t->has_tcap)
		captbl_remove(own, tcap_slots + id);
	t->has_tcap = 0;
	if (t->joiner) {
		threads[t->joiner].result = 0;
		thread_ready(t->joiner);
		t->state = FREE;
	}
}

void
thread_ready(u32 id)
{
	threads[id].state = READY;
	timeout_set(&timeouts, id, CYCLES_INF);
	ready_add(&ready, id, threads[id].prio);
}

void
thread_leave(u32 id, enum thread_state state)
{
	threads[id].state = state;
	ready_remove(&ready, id);
	timeout_set(&timeouts, id, CYCLES_INF);
}

void
thread_expired(u32 id, cycles_t now)
{
	struct thread *t = &threads[id];

	if (!t->has_tcap || !t->period)
		return;
	if (now - t->replenished < t->period) {
		thread_leave(id, EXPIRED);
		timeout_set(&timeouts, id, t->replenished + t->period);
		return;
	}
	t->replenished = now;
	tcap_transfer((struct tcap_cap){root_tcap}, thread_tcap(id), t->budget, t->prio);
	thread_ready(id);
}
