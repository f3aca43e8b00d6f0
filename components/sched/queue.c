/*
 * Queues of threads.
 */
#include "queue.h"

void
ready_remove(struct ready *r, u32 id)
{
	struct link *l = &r->link[id];
	u32 p = r->prio[id];

	if (!r->queued[id])
		return;
	r->queued[id] = 0;
	if (l->prev)
		r->link[l->prev].next = l->next;
	else
		r->head[p] = l->next;
	if (l->next)
		r->link[l->next].prev = l->prev;
	else
		r->tail[p] = l->prev;
	if (!r->head[p])
		r->map[p / 64] &= ~(1UL << p % 64);
}

void
ready_push(struct ready *r, u32 id, u32 prio)
{
	ready_remove(r, id);
	r->queued[id] = 1;
	r->prio[id] = prio;
	r->link[id] = (struct link){r->head[prio], 0};
	if (r->head[prio])
		r->link[r->head[prio]].prev = id;
	else
		r->tail[prio] = id;
	r->head[prio] = id;
	r->map[prio / 64] |= 1UL << prio % 64;
}

void
ready_add(struct ready *r, u32 id, u32 prio)
{
	ready_remove(r, id);
	r->queued[id] = 1;
	r->prio[id] = prio;
	r->link[id] = (struct link){0, r->tail[prio]};
	if (r->tail[prio])
		r->link[r->tail[prio]].next = id;
	else
		r->head[prio] = id;
	r->tail[prio] = id;
	r->map[prio / 64] |= 1UL << prio % 64;
}

u32
ready_best(const struct ready *r)
{
	for (u32 w = 0; w < PRIORITIES / 64; w++)
		if (r->map[w])
			return r->head[w * 64 + __builtin_ctzl(r->map[w])];
	return 0;
}

static void
timeout_remove(struct timeouts *t, u32 id)
{
	struct link *l = &t->link[id];

	if (!t->queued[id])
		return;
	t->queued[id] = 0;
	if (l->prev)
		t->link[l->prev].next = l->next;
	else
		t->head = l->next;
	if (l->next)
		t->link[l->next].prev = l->prev;
}

void
timeout_set(struct timeouts *t, u32 id, cycles_t when)
{
	u32 before = 0, after;

	timeout_remove(t, id);
	if (when == CYCLES_INF)
		return;
	for (after = t->head; after && t->when[after] <= when; after = t->link[after].next)
		before = after;
	t->queued[id] = 1;
	t->when[id] = when;
	t->link[id] = (struct link){after, before};
	if (before)
		t->link[before].next = id;
	else
		t->head = id;
	if (after)
		t->link[after].prev = id;
}

cycles_t
timeout_next(const struct timeouts *t)
{
	return t->head ? t->when[t->head] : CYCLES_INF;
}

u32
timeout_take(struct timeouts *t, cycles_t now)
{
	u32 id = t->head;

	if (!id || t->when[id] > now)
		return 0;
	timeout_remove(t, id);
	return id;
}
