/*
 * Queues of waiting threads.
 */
#include "waitq.h"

int
waitq_remove(struct waitq *q, struct waiter *w)
{
	struct waiter *before = NULL, *at = q->first;

	for (; at != NULL && at != w; at = at->next)
		before = at;
	if (at == NULL)
		return 0;
	if (before == NULL)
		q->first = w->next;
	else
		before->next = w->next;
	if (q->last == w)
		q->last = before;
	return 1;
}

void
waiter_wake(struct waiter *w)
{
	uint32_t thread = w->thread;

	atomic_store_explicit(&w->woken, 1, memory_order_release);
	bridge_wakeup(thread);
}

void
waiter_wake_list(struct waiter *w)
{
	while (w != NULL) {
		struct waiter *next = w->next;

		waiter_wake(w);
		w = next;
	}
}

int
waiter_wait(struct waiter *w, uint64_t until)
{
	while (!atomic_load_explicit(&w->woken, memory_order_acquire)) {
		if (bridge_block(until))
			return !atomic_load_explicit(&w->woken, memory_order_acquire);
	}
	return 0;
}
