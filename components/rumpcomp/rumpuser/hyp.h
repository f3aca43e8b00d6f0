/*
 * The upcalls into the rump kernel, as hypercalls use them.
 */
#ifndef HYP_H
#define HYP_H

#include <rumpuser.h>

extern struct rumpuser_hyperup hyp;

/* The lwp that the thread carries: what rumpuser_curlwp() returns, for those who count instructions. */
extern __thread struct lwp *hyp_curlwp;

/* The moment, of the monotonic clock in nanoseconds, that comes after such a time. */
uint64_t hyp_after(int64_t sec, int64_t nsec);

/* The thread's errno, as seterrno left it. */
extern __thread int hyp_errno;

/* Gives the rump CPU up before a wait. Result: what hyp_schedule needs to get back to the same
 * depth of the giant lock. */
static inline int
hyp_unschedule(void *interlock)
{
	int nlocks;

	hyp.hyp_backend_unschedule(0, &nlocks, interlock);
	return nlocks;
}

static inline void
hyp_schedule(int nlocks, void *interlock)
{
	hyp.hyp_backend_schedule(nlocks, interlock);
}

/* Gives a thread of the host an lwp of the rump kernel's own process; it is on no rump CPU
 * before and after. */
static inline void
hyp_adopt_thread(void)
{
	hyp.hyp_schedule();
	hyp.hyp_lwproc_newlwp(0);
	hyp.hyp_unschedule();
}

#endif
