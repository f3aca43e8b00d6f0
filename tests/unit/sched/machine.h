/*
 * A machine for the scheduler: components, threads with bodies, time, interrupts.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <abi/types.h>
#include <init/info.h>

#define MACHINE_THREADS 64
#define MACHINE_COMPS   6

struct machine_system {
	u32 ncomps, nthreads;
	struct info_comp comp[MACHINE_COMPS];
	struct info_thread thread[MACHINE_THREADS];
	void (*body)(u32 comp, word_t arg); /* what every thread runs, in its component */
	u32 interrupts; /* one in so many instants an interrupt notifies a random end point; 0 = never */
	u32 preempt; /* at one in so many instants time jumps; 0 = it only flows */
	u64 seed;
	const char *slice;                  /* parameter slice_cycles; NULL = not there */
};

/* Runs a system until machine_stop. Result: NULL, or why it failed. */
const char *machine_run(const struct machine_system *);

/* For bodies. */
void machine_stop(void);
void machine_fail(const char *why);
void machine_enter(word_t comp);      /* the invocations from now on come from this component */
void machine_wait(void);              /* waits on one's own end point */
void machine_fault(void);             /* parks the running thread; machine_resume unparks one */
void machine_resume(u32 thread);
void machine_work(cycles_t ticks);    /* runs for so long */
word_t machine_random(word_t below);
word_t machine_self(void);
cycles_t machine_time(void);
cycles_t machine_cycles(u32 thread);  /* that it has run */
u32 machine_priority(void);           /* with which the kernel runs the running thread */
u32 machine_frames(void);             /* kernel objects alive */
u64 machine_switches(void);

#endif
