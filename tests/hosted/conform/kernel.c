/*
 * A kernel of one CPU, which is a SPIN mutex of the host: who holds it is on the CPU. Its lwps
 * are numbers.
 */
#include "conform.h"

#define NLOCKS 3 /* what unschedule hands out, and schedule must get back */

struct lwp {
	int temporary;
};

struct kernel_thread {
	void (*body)(void *);
	void *arg;
	void *cookie;
};

__thread struct kernel_notes notes;
__thread int on_cpu;
struct rumpuser_mtx *watched;

static struct rumpuser_mtx *cpu;
static const char *complaint; /* written on the CPU */

static struct lwp *
lwp_new(int temporary)
{
	void *mem;

	if (rumpuser_malloc(sizeof(struct lwp), 0, &mem) != 0)
		return NULL;
	*(struct lwp *)mem = (struct lwp){temporary};
	rumpuser_curlwpop(RUMPUSER_LWP_SET, mem);
	return mem;
}

static void
lwp_end(void)
{
	struct lwp *l = rumpuser_curlwp();

	rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, l);
	rumpuser_free(l, sizeof(*l));
}

static void
cpu_enter(void)
{
	rumpuser_mutex_enter_nowrap(cpu);
	if (on_cpu)
		complaint = "scheduled twice";
	on_cpu = 1;
}

static void
cpu_leave(void)
{
	if (!on_cpu)
		complaint = "unscheduled twice";
	on_cpu = 0;
	rumpuser_mutex_exit(cpu);
}

static void
schedule(void)
{
	if (rumpuser_curlwp() == NULL)
		lwp_new(1);
	cpu_enter();
}

static void
unschedule(void)
{
	cpu_leave();
	if (rumpuser_curlwp()->temporary)
		lwp_end();
}

static void
backend_unschedule(int nlocks, int *countp, void *interlock)
{
	if (nlocks != 0)
		complaint = "unscheduled with a number of locks";
	*countp = NLOCKS;
	notes.unscheduled++;
	notes.unsched_interlock = interlock;
	cpu_leave();
}

static void
backend_schedule(int nlocks, void *interlock)
{
	notes.sched_interlock = interlock;
	if (interlock != NULL && interlock == watched) {
		notes.interlock_held = rumpuser_mutex_tryenter(interlock) != 0;
		if (!notes.interlock_held)
			rumpuser_mutex_exit(interlock);
	}
	cpu_enter();
	if (nlocks != 0 && nlocks != NLOCKS)
		complaint = "scheduled with another number of locks";
}

static int
newlwp(int32_t pid)
{
	if (pid != 0)
		complaint = "an lwp in another process";
	if (rumpuser_curlwp() != NULL)
		lwp_end();
	return lwp_new(0) != NULL ? 0 : 12;
}

static void
release(void)
{
	rumpuser_curlwp()->temporary = 1;
}

static const struct rumpuser_hyperup upcalls = {
	.hyp_schedule = schedule,
	.hyp_unschedule = unschedule,
	.hyp_backend_unschedule = backend_unschedule,
	.hyp_backend_schedule = backend_schedule,
	.hyp_lwproc_newlwp = newlwp,
	.hyp_lwproc_release = release,
};

const char *
conform_begin(void)
{
	HOLDS(rumpuser_init(RUMPUSER_VERSION, &upcalls) == 0, "version 17 was refused");
	rumpuser_mutex_init(&cpu, RUMPUSER_MTX_SPIN);
	schedule();
	HOLDS(newlwp(0) == 0, "no memory for an lwp");
	return NULL;
}

static void *
thread_main(void *arg)
{
	struct kernel_thread *t = arg;

	schedule();
	newlwp(0);
	t->body(t->arg);
	release();
	unschedule();
	rumpuser_thread_exit();
}

struct kernel_thread *
kernel_thread(void (*body)(void *), void *arg)
{
	struct kernel_thread *t;
	void *mem;

	if (rumpuser_malloc(sizeof(*t), 0, &mem) != 0)
		return NULL;
	t = mem;
	*t = (struct kernel_thread){body, arg, NULL};
	if (rumpuser_thread_create(thread_main, t, "conform", 1, -1, -1, &t->cookie) != 0) {
		rumpuser_free(t, sizeof(*t));
		return NULL;
	}
	return t;
}

void
kernel_join(struct kernel_thread *t)
{
	rumpuser_thread_join(t->cookie);
	rumpuser_free(t, sizeof(*t));
}

void
kernel_sleep_ms(int ms)
{
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, ms / 1000, (long)(ms % 1000) * 1000000);
}

void
kernel_pause(void)
{
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 1000);
}

int64_t
kernel_now_ns(void)
{
	int64_t sec;
	long nsec;

	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &sec, &nsec);
	return sec * 1000000000 + nsec;
}

const char *
base_version(void)
{
	HOLDS(rumpuser_init(16, &upcalls) != 0, "version 16 was accepted");
	HOLDS(rumpuser_init(18, &upcalls) != 0, "version 18 was accepted");
	HOLDS(complaint == NULL, complaint);
	return NULL;
}
