/*
 * A queue of waiting threads, oldest first, guarded by a qlock of its owner. A waiter lies on its
 * thread's stack and belongs to the queue until it is taken out, then to whoever took it out, who
 * must wake it; from that moment it is gone.
 */
#ifndef WAITQ_H
#define WAITQ_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge.h"

struct waiter {
	struct waiter *next;
	uint32_t thread;
	int kind; /* the owner's own */
	atomic_int woken;
};

struct waitq {
	struct waiter *first, *last;
};

static inline int
waitq_empty(const struct waitq *q)
{
	return q->first == NULL;
}

static inline void
waitq_add(struct waitq *q, struct waiter *w, int kind)
{
	w->next = NULL;
	w->thread = bridge_self();
	w->kind = kind;
	atomic_init(&w->woken, 0);
	if (q->first == NULL)
		q->first = w;
	else
		q->last->next = w;
	q->last = w;
}

/* The oldest one; NULL if there is none. */
static inline struct waiter *
waitq_take(struct waitq *q)
{
	struct waiter *w = q->first;

	if (w != NULL)
		q->first = w->next;
	return w;
}

/* All of them, as a list for waiter_wake_list. */
static inline struct waiter *
waitq_take_all(struct waitq *q)
{
	struct waiter *w = q->first;

	q->first = NULL;
	return w;
}

/* Result: 0 if it is not there: somebody has taken it out and is about to wake it. */
int waitq_remove(struct waitq *, struct waiter *);

/* With no lock held. */
void waiter_wake(struct waiter *);
void waiter_wake_list(struct waiter *);

/* Waits until woken, or until a moment passes. Result: 1 if that has passed. */
int waiter_wait(struct waiter *, uint64_t until);

#endif
