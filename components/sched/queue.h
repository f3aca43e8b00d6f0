/*
 * Queues of threads by id: one ready queue for each priority, and one of time-outs. No kernel
 * calls: tested on the host.
 *
 * A thread is in at most one ready queue and at most once among the time-outs.
 */
#ifndef SCHED_QUEUE_H
#define SCHED_QUEUE_H

#include <abi/types.h>

#define THREADS 256 /* ids 0 to 255; 0 is nobody */
#define PRIORITIES 256

struct link {
	u16 next, prev; /* 0 = end */
};

struct ready {
	u64 map[PRIORITIES / 64]; /* which queues are not empty */
	u16 head[PRIORITIES], tail[PRIORITIES];
	struct link link[THREADS];
	u8  queued[THREADS];
	u8  prio[THREADS];        /* of queued ones */
};

struct timeouts {
	u16 head;
	struct link link[THREADS];
	u8  queued[THREADS];
	cycles_t when[THREADS];
};

/* Appends a thread to the queue of a priority; takes it out of the one it is in before. */
void ready_add(struct ready *, u32 id, u32 prio);
/* The same, before all others of that priority. */
void ready_push(struct ready *, u32 id, u32 prio);
void ready_remove(struct ready *, u32 id);
/* The first of the best priority; 0 if none is ready. */
u32  ready_best(const struct ready *);

/* CYCLES_INF takes it out. */
void timeout_set(struct timeouts *, u32 id, cycles_t when);
cycles_t timeout_next(const struct timeouts *); /* CYCLES_INF if there is none */
/* The first whose time has come, taken out; 0 if none. */
u32  timeout_take(struct timeouts *, cycles_t now);

#endif
