/*
 * Threads: states, priorities, budgets.
 */
#include "thread.h"

#include <lib/component.h>

#include "object.h"

/* The least time that a thread gets once it is dispatched, so that a better one which sleeps
 * for no
 * time again and again lets it get on. */
#define LEAST 10000

struct thread threads[THREADS];
struct ready ready;
struct timeouts timeouts;
static const struct info_comp *comps[COMPS]; /* by id */
static u64 notified[PRIORITIES / 64]; /* a bit for each priority that a thread with an end point has had */

void
thread_init(void)
{
	u32 n;
	const struct info_comp *c = cos_comps(&n);

	for (u32 i = 0; i < n; i++) {
		if (c[i].id >= COMPS)
			cos_panic("component %s: there are more than %u", c[i].name, COMPS - 1);
		comps[c[i].id] = &c[i];
	}
	threads[0].state = threads[SCHEDULER].state = INITED; /* never queued */
	threads[SCHEDULER].comp = cos_info()->id;
}

const struct info_comp *
comp_info(u32 id)
{
	return id < COMPS ? comps[id] : NULL;
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

static u32
id_in_state(enum thread_state state)
{
	for (u32 id = SCHEDULER + 1; id < THREADS; id++)
		if (threads[id].state == state)
			return id;
	return 0;
}

static u32
id_take(void)
{
	u32 id = id_in_state(FREE);

	return id ? id : id_in_state(ENDED);
}

static u32
count_of(u32 comp)
{
	u32 n = 0;

	for (u32 id = SCHEDULER + 1; id < THREADS; id++)
		n += threads[id].state != FREE && threads[id].state != ENDED &&
		     threads[id].comp == comp;
	return n;
}

static void
note_priority(u32 id)
{
	if (threads[id].has_tcap)
		notified[threads[id].prio / 64] |= 1UL << threads[id].prio % 64;
}

/* Has any thread with an end point had a priority from, to, or between? */
static int
any_notified(u32 from, u32 to)
{
	for (u32 w = from / 64; w <= to / 64 && from <= to; w++) {
		u64 bits = notified[w];

		if (w == from / 64)
			bits &= ~0UL << from % 64;
		if (w == to / 64)
			bits &= ~0UL >> (63 - to % 64);
		if (bits)
			return 1;
	}
	return 0;
}

int
thread_unnoticed(u32 id)
{
	const struct thread *t = &threads[id];

	if (t->has_tcap || t->told == UNTOLD || t->state != READY || ready_best(&ready) != id)
		return 0;
	if (t->told <= t->prio)
		return t->told == t->prio || !any_notified(t->told, t->prio - 1);
	return !any_notified(t->prio + 1, t->told - 1);
}

long
thread_make(u32 comp, word_t arg, u32 prio, const struct info_thread *how)
{
	const struct info_comp *c = comp_info(comp);
	u32 id = id_take();
	int e;

	if (!c || !id || count_of(comp) >= c->max_threads)
		return -EAGAIN;
	threads[id] = (struct thread){.comp = comp, .base = prio, .prio = prio, .told = UNTOLD};
	e = object_make(id, arg, how);
	if (e) {
		object_end(id);
		return -e;
	}
	note_priority(id);
	thread_ready(id);
	return id;
}

void
thread_end(u32 id)
{
	struct thread *t = &threads[id];

	thread_leave(id, ENDED);
	object_end(id);
	if (t->joiner) {
		thread_wake(t->joiner, 0);
		t->state = FREE;
	}
}

void
thread_ready(u32 id)
{
	struct thread *t = &threads[id];

	t->state = READY;
	t->turn = 0;
	timeout_set(&timeouts, id, CYCLES_INF);
	ready_add(&ready, id, t->prio);
}

void
thread_wake(u32 id, long result)
{
	struct thread *t = &threads[id];

	t->result = result;
	if (t->joins)
		threads[t->joins].joiner = 0;
	t->joins = 0;
	thread_ready(id);
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

	if (!t->period || !object_expired(id))
		return;
	if (now - t->replenished < t->period) {
		thread_leave(id, EXPIRED);
		timeout_set(&timeouts, id, t->replenished + t->period);
		return;
	}
	t->replenished = now;
	object_replenish(id);
	thread_ready(id);
}

u32
thread_best(cycles_t now, cycles_t slice, cycles_t *until)
{
	u32 id = ready_best(&ready);
	struct thread *t = &threads[id];

	*until = timeout_next(&timeouts);
	if (!id)
		return 0;
	if (t->turn && now >= t->turn) {
		thread_ready(id);
		id = ready_best(&ready);
		t = &threads[id];
	}
	if (!t->turn)
		t->turn = now + slice;
	if (t->turn < *until)
		*until = t->turn;
	if (*until < now + LEAST)
		*until = now + LEAST;
	return id;
}

/* The best of its own priority and all ceilings. It stays ahead of its new equals: it runs,
 * and has not used up its slice. */
static void
settle_prio(u32 id)
{
	struct thread *t = &threads[id];
	u32 best = t->base;

	for (u64 left = t->raised; left; left &= left - 1) {
		u32 ceiling = comp_info(__builtin_ctzl(left))->ceiling;

		if (ceiling < best)
			best = ceiling;
	}
	if (best == t->prio)
		return;
	t->prio = best;
	object_prioritise(id);
	note_priority(id);
	if (t->state == READY)
		ready_push(&ready, id, best);
}

int
thread_raise(u32 id, u32 comp)
{
	struct thread *t = &threads[id];

	if (!comp_info(comp) || t->times[comp] == 0xffff)
		return -EAGAIN;
	t->times[comp]++;
	t->raised |= 1UL << comp;
	settle_prio(id);
	return 0;
}

int
thread_lower(u32 id, u32 comp)
{
	struct thread *t = &threads[id];

	if (!comp_info(comp) || t->times[comp] == 0)
		return -EINVAL;
	if (--t->times[comp] == 0)
		thread_forget_ceiling(id, comp);
	return 0;
}

void
thread_forget_ceiling(u32 id, u32 comp)
{
	threads[id].times[comp] = 0;
	threads[id].raised &= ~(1UL << comp);
	settle_prio(id);
}
