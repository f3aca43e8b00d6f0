/*
 * Rump CPUs. A CPU is one word: the lwp that has it, or NULL. Taking and giving one up is one
 * atomic instruction when nobody waits.
 *
 * Invariant: nobody sleeps while a CPU is free. Who finds none counts itself in `waiting` and
 * looks once more, under the mutex, before it sleeps; who gives one up stores NULL first and looks
 * at `waiting` afterwards. Both in one total order, so one of the two sees the other.
 */
#include "lwp.h"

#define CPUS_MAX 16

static struct {
	struct lwp *cpus[CPUS_MAX]; /* atomic */
	int ncpu;
	int waiting;                /* atomic; changed only with the mutex held */
	struct rumpuser_mtx *lock;
	struct rumpuser_cv *given;  /* a CPU has been given up */
} sched;

void
sched_init(void)
{
	sched.ncpu = (int)kparam(RUMPUSER_PARAM_NCPU, 1, 1, CPUS_MAX);
	rumpuser_mutex_init(&sched.lock, RUMPUSER_MTX_SPIN);
	rumpuser_cv_init(&sched.given);
}

static int
cpu_try(struct lwp *l, int cpu)
{
	struct lwp *none = NULL;

	return __atomic_compare_exchange_n(&sched.cpus[cpu], &none, l, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* The CPU it had last comes first. */
static int
cpu_take(struct lwp *l)
{
	for (int i = 0, cpu = l->cpu; i < sched.ncpu; i++) {
		if (cpu_try(l, cpu)) {
			l->cpu = cpu;
			return 1;
		}
		cpu = cpu + 1 < sched.ncpu ? cpu + 1 : 0;
	}
	return 0;
}

void
sched_take(struct lwp *l)
{
	if (cpu_take(l))
		return;
	rumpuser_mutex_enter_nowrap(sched.lock);
	__atomic_fetch_add(&sched.waiting, 1, __ATOMIC_SEQ_CST);
	while (!cpu_take(l))
		rumpuser_cv_wait_nowrap(sched.given, sched.lock);
	__atomic_fetch_sub(&sched.waiting, 1, __ATOMIC_SEQ_CST);
	rumpuser_mutex_exit(sched.lock);
}

void
sched_give(struct lwp *l)
{
	__atomic_store_n(&sched.cpus[l->cpu], NULL, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&sched.waiting, __ATOMIC_SEQ_CST) == 0)
		return;
	rumpuser_mutex_enter_nowrap(sched.lock);
	rumpuser_cv_signal(sched.given);
	rumpuser_mutex_exit(sched.lock);
}
