/*
 * qlock, when somebody has to wait.
 */
#include "qlock.h"

#include "bridge.h"

struct qwaiter {
	struct qwaiter *older;
	uint32_t thread;
	atomic_int granted;
};

static struct qwaiter *
newest(uintptr_t word)
{
	return (struct qwaiter *)(word & ~QLOCK_HELD);
}

/* Takes the lock, or lines up for it. Result: 1 if it was taken. */
static int
take_or_queue(struct qlock *q, struct qwaiter *w)
{
	uintptr_t word = atomic_load_explicit(&q->word, memory_order_relaxed);
	uintptr_t next;

	do {
		w->older = newest(word);
		next = word == QLOCK_FREE ? QLOCK_HELD : (uintptr_t)w | QLOCK_HELD;
	} while (!atomic_compare_exchange_weak_explicit(&q->word, &word, next, memory_order_acq_rel,
	                                                memory_order_relaxed));
	return word == QLOCK_FREE;
}

void
qlock_enter_slow(struct qlock *q)
{
	struct qwaiter w = {.thread = bridge_self()};

	if (take_or_queue(q, &w))
		return;
	while (!atomic_load_explicit(&w.granted, memory_order_acquire))
		bridge_block(BRIDGE_FOREVER);
}

/* Takes the oldest waiter out. NULL: the word has changed since it was read, or nobody waits. */
static struct qwaiter *
take_oldest(struct qlock *q, uintptr_t word)
{
	struct qwaiter *w = newest(word), *newer = NULL;

	if (w == NULL)
		return NULL;
	for (; w->older != NULL; w = w->older)
		newer = w;
	if (newer != NULL)
		newer->older = NULL;
	else if (!atomic_compare_exchange_strong(&q->word, &word, QLOCK_HELD))
		return NULL;
	return w;
}

void
qlock_exit_slow(struct qlock *q)
{
	struct qwaiter *w;

	do {
		uintptr_t held = QLOCK_HELD;

		if (atomic_compare_exchange_strong_explicit(&q->word, &held, QLOCK_FREE, memory_order_release,
		                                            memory_order_relaxed))
			return;
		w = take_oldest(q, atomic_load_explicit(&q->word, memory_order_acquire));
	} while (w == NULL);

	uint32_t thread = w->thread;

	atomic_store_explicit(&w->granted, 1, memory_order_release);
	bridge_wakeup(thread);
}
