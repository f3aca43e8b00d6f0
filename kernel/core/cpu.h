/*
 * The per-processor block: everything that is "current". The gs base points to it in the kernel.
 *
 * Switching. The kernel has one stack for each processor and no thread context of its own: an operation that switches sets
 * `thd` and what belongs to it with thd_switch() and returns normally. The machine then finds `left` set: the top of the
 * thread that entered, into which it saves that thread's kept registers if it came by system call; and resumes `thd`:
 *   thd->resume == RESUME_CALL  from the top of its invocation stack, with thd->ret[] as results
 *   thd->resume == RESUME_FULL  from its struct arch_thd, all registers
 * thd == NULL means idle: the machine calls idle() first.
 */
#ifndef CORE_CPU_H
#define CORE_CPU_H

#include "frame.h"

struct inv;
struct captbl;
struct rcv;
struct tcap;

struct cpu {
	/* known to entry.S: offsets.h */
	struct inv    *top;      /* of the running thread's invocation stack: where it is */
	struct captbl *captbl;   /* of the component it is in */
	u64            physmap;  /* PHYSMAP */
	u64            kstack;   /* end of the kernel stack */
	u64            thdid;    /* the running thread's id */
	u64            vec_live; /* the vector registers are the running thread's; else they are initial and trap */
	struct thd    *thd;      /* the running thread; NULL = idle */
	struct inv    *left;     /* top of the thread that a system call left; NULL = none */
	struct cpu    *self;
	struct arch_cpu arch;

	/* what runs, and until when */
	u64          prio;
	struct tcap *tcap;      /* being charged */
	cycles_t     since;     /* accounted up to here */
	cycles_t     deadline;  /* the timer is set to this */
	struct thd  *interrupted; /* by the notified thread that runs now; goes on when that waits. NULL: the scheduler
	                           * knows all that there is to know; else see sched_tell() */

	struct weak  first_root; /* the first scheduler that there was: who runs when nobody else can */
	struct rcv  *idle_root; /* whose wait made the processor idle */
	cycles_t     idle_cycles;
};

extern struct cpu boot_cpu;

#endif
