/*
 * lwps and rump CPUs. A thread of the host works in the kernel as an lwp, and only while that lwp
 * has one of the rump CPUs, of which the host fixes the number. A hypercall that waits gives the
 * CPU up through the upcalls and takes one again.
 *
 *   no lwp --kernel_enter--> running --backend_unschedule--> waiting in the host --backend_schedule--> running
 *   running --kernel_leave--> no lwp
 *
 * A thread of the host that calls biodone has an lwp of its own for good (hyp_lwproc_newlwp).
 */
#ifndef LWP_H
#define LWP_H

#include "klib.h"

struct rsys_proc;

struct lwp {
	struct lwp *next;        /* in the list of unused ones */
	struct rsys_proc *proc;  /* on whose behalf, or NULL: the kernel's own */
	int cpu;                 /* the CPU it has, or had last */
	int temporary;           /* goes away at hyp_unschedule */
};

/* Makes the host ready and the upcalls known. Once, first of all. */
int  lwp_init(void);

/*
 * Every system call lies between these two; the lwp lies on the caller's stack. If the thread has
 * an lwp already, that one serves.
 */
void kernel_enter(struct lwp *, struct rsys_proc *);
void kernel_leave(struct lwp *);

/* Starts a thread of the kernel: f runs on a rump CPU and never returns. */
int  kthread_create(void (*f)(void), const char *name);

/* sched.c: takes a rump CPU for the lwp, waiting for one if all are busy; gives it up. */
void sched_init(void);
void sched_take(struct lwp *);
void sched_give(struct lwp *);

#endif
