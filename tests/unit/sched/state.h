/*
 * What kernel.c and machine.c share: the machine's state, and what the kernel does.
 */
#ifndef STATE_H
#define STATE_H

#include <lib/kcall.h>
#include <ucontext.h>

#include "machine.h"

#define STACK (128 * 1024)
#define HZ 1000000000UL
#define FRAMES 200
#define OWN_FRAMES 20 /* slots of the scheduler's grants */
#define OWN_TCAP   21
#define OWN_CONTROL 22 /* and 23, its end point */
#define OWN_TABLE  24  /* + component id */
#define OWN_COMP   40  /* + component id */
#define OWN_FREE   100
#define SCHED_COMP 1

enum mstate { NONE, RUNS, WAITS, PARKED, DEAD };

struct mthread {
	enum mstate state;
	u32 comp, arg, prio;
	cycles_t timeout;
	int tcap;        /* index; 0 = the root's */
	u32 events, has_rcv, pending;
	int rcv_tcap, queued, born;
	word_t badge;
	cycles_t cycles; /* run */
	ucontext_t context;
	void *stack;
};

struct slot {
	u32 kind, object; /* object: thread id, tcap index, end point's thread */
};

struct state {
	const struct machine_system *system;
	struct mthread thread[MACHINE_THREADS];
	struct {
		cycles_t budget;
		u32 prio, used;
	} tcap[FRAMES + 1]; /* by frame + 1; 0 is the root's */
	struct { u32 kind, object; } frame[FRAMES];
	struct slot slot[1024];
	u32 cur, prio, interrupted, idle;
	int tc;
	cycles_t now, deadline, idle_until;
	word_t token;
	u32 order[MACHINE_THREADS * 2], norder; /* threads with events, in order */
	u64 rnd, switches, instants;
	ucontext_t main;
	const char *why;
	int over;
};

extern struct state m;


void over(const char *why);            /* ends the run; NULL = well */
void event(u32 id, u32 bits);          /* for the scheduler */
void leave(void);                      /* the running thread cannot go on */
void wake(u32 id);                     /* notifies an end point */
void thread_new(u32 id, u32 comp, u32 arg);

#endif
