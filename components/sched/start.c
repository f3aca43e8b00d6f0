/*
 * Starting the components.
 */
#include "start.h"

#include <lib/component.h>

#include "thread.h"

static u32 order;      /* of the next component to start */
static u32 waiting;    /* main thread of the one that initialises; 0 = none */
static int finished;

static const struct info_comp *
comp_at(u32 position)
{
	u32 n;
	const struct info_comp *c = cos_comps(&n);

	for (u32 i = 0; i < n; i++)
		if (c[i].order == position)
			return &c[i];
	return NULL;
}

/* The threads of a component that the script names: the main one (number 0), or the others.
 * Result: the last one's id. */
static u32
make_named(const struct info_comp *c, int main)
{
	u32 n;
	const struct info_thread *t = cos_threads(&n);
	long id = 0;

	for (u32 i = 0; i < n; i++) {
		if (t[i].comp != c->id || (t[i].number == 0) != main)
			continue;
		id = thread_make(c->id, t[i].number, t[i].priority, &t[i]);
		if (id < 0)
			cos_panic("thread %u of %s: error %ld", t[i].number, c->name, -id);
	}
	return id;
}

static void
release_all(void)
{
	for (u32 id = SCHEDULER + 1; id < THREADS; id++)
		if (threads[id].state == INITED)
			thread_ready(id);
	finished = 1;
}

void
start_next(void)
{
	const struct info_comp *c;

	while (!waiting && !finished) {
		c = comp_at(order++);
		if (!c) {
			release_all();
			return;
		}
		waiting = make_named(c, 1);
		if (!waiting)
			make_named(c, 0);
	}
}

static void
advance(u32 id)
{
	if (id != waiting)
		return;
	waiting = 0;
	make_named(comp_info(threads[id].comp), 0);
}

void
start_done(u32 id)
{
	thread_leave(id, INITED);
	if (finished)
		thread_ready(id);
	advance(id);
}

void
start_ended(u32 id)
{
	if (id == waiting)
		waiting = 0;
}
