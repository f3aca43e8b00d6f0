/*
 * qlock: the one lock under everything here. A word; one locked instruction to enter and one to
 * leave while nobody waits, and the scheduler is invoked only to block and to wake.
 *
 * The word is 0 (free), 1 (held), or the address of the newest waiter | 1 (held, threads wait).
 * Waiters lie on their threads' stacks and link to the next older one. Anyone may put a waiter in
 * front (compare and exchange); only the holder takes one out, at the old end, and hands the lock
 * over to it: the word never passes through "free" while somebody waits. So the holder alone
 * follows and changes links, nothing is ever popped by two, and preemption at any instruction is
 * harmless. A waiter is gone from the moment it is granted: its thread's id is read before.
 */
#ifndef QLOCK_H
#define QLOCK_H

#include <stdatomic.h>
#include <stdint.h>

struct qlock {
	_Atomic(uintptr_t) word;
};

#define QLOCK_FREE ((uintptr_t)0)
#define QLOCK_HELD ((uintptr_t)1)

void qlock_enter_slow(struct qlock *);
void qlock_exit_slow(struct qlock *);

/* Result: 1 if the lock is now the caller's. */
static inline int
qlock_tryenter(struct qlock *q)
{
	uintptr_t free = QLOCK_FREE;

	return atomic_compare_exchange_strong_explicit(&q->word, &free, QLOCK_HELD, memory_order_acquire,
	                                               memory_order_relaxed);
}

static inline void
qlock_enter(struct qlock *q)
{
	if (!qlock_tryenter(q))
		qlock_enter_slow(q);
}

static inline void
qlock_exit(struct qlock *q)
{
	uintptr_t held = QLOCK_HELD;

	if (!atomic_compare_exchange_strong_explicit(&q->word, &held, QLOCK_FREE, memory_order_release,
	                                             memory_order_relaxed))
		qlock_exit_slow(q);
}

#endif
