/*
 * lwps, the upcalls that the host calls, and threads of the kernel.
 *
 * The kernel itself needs no giant lock; the upcalls keep one for hosts that ask for it
 * (backend_schedule with nlocks > 0). Invariant: giant.depth > 0 exactly while giant.owner has the
 * mutex; both are written by the owner only.
 */
#include "lwp.h"

static struct {
	struct rumpuser_mtx *lock;
	struct lwp *owner; /* atomic, as others look whether it is they */
	int depth;
} giant;

static struct {
	struct rumpuser_mtx *lock;
	struct lwp *first;
} unused;

static struct lwp *
lwp_alloc(void)
{
	struct lwp *l;

	rumpuser_mutex_enter_nowrap(unused.lock);
	l = unused.first;
	if (l != NULL)
		unused.first = l->next;
	rumpuser_mutex_exit(unused.lock);
	if (l == NULL)
		l = kmem_alloc(sizeof(*l));
	if (l != NULL)
		*l = (struct lwp){0};
	return l;
}

static void
lwp_free(struct lwp *l)
{
	rumpuser_mutex_enter_nowrap(unused.lock);
	l->next = unused.first;
	unused.first = l;
	rumpuser_mutex_exit(unused.lock);
}

static void
giant_take(int depth)
{
	if (depth == 0)
		return;
	rumpuser_mutex_enter_nowrap(giant.lock);
	giant.depth = depth;
	__atomic_store_n(&giant.owner, rumpuser_curlwp(), __ATOMIC_RELAXED);
}

/* Result: how deep the caller had it. */
static int
giant_give(void)
{
	int depth;

	if (__atomic_load_n(&giant.owner, __ATOMIC_RELAXED) != rumpuser_curlwp())
		return 0;
	depth = giant.depth;
	giant.depth = 0;
	__atomic_store_n(&giant.owner, NULL, __ATOMIC_RELAXED);
	rumpuser_mutex_exit(giant.lock);
	return depth;
}

static void
up_schedule(void)
{
	struct lwp *l = rumpuser_curlwp();

	if (l == NULL) {
		l = lwp_alloc();
		kassert(l != NULL, "no memory for an lwp");
		l->temporary = 1;
		rumpuser_curlwpop(RUMPUSER_LWP_SET, l);
	}
	sched_take(l);
}

static void
up_unschedule(void)
{
	struct lwp *l = rumpuser_curlwp();

	sched_give(l);
	if (l->temporary) {
		rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, l);
		lwp_free(l);
	}
}

static void
up_backend_unschedule(int nlocks, int *countp, void *interlock)
{
	(void)nlocks;
	(void)interlock;
	*countp = giant_give();
	sched_give(rumpuser_curlwp());
}

static void
up_backend_schedule(int nlocks, void *interlock)
{
	(void)interlock;
	sched_take(rumpuser_curlwp());
	giant_take(nlocks);
}

/* The CPU goes from one lwp of the thread to another. */
static void
up_switch(struct lwp *to)
{
	struct lwp *from = rumpuser_curlwp();
	int cpu = from->cpu;

	sched_give(from);
	rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, from);
	if (from->temporary)
		lwp_free(from);
	to->cpu = cpu;
	rumpuser_curlwpop(RUMPUSER_LWP_SET, to);
	sched_take(to);
}

static int
up_newlwp(int32_t pid)
{
	struct lwp *l = lwp_alloc();

	(void)pid;
	if (l == NULL)
		return ENOMEM;
	rumpuser_curlwpop(RUMPUSER_LWP_CREATE, l);
	up_switch(l);
	return 0;
}

static void
up_release(void)
{
	rumpuser_curlwp()->temporary = 1;
}

static int
up_refused_rfork(void *comm, int flags, const char *name)
{
	(void)comm;
	(void)flags;
	(void)name;
	return ENXIO;
}

static int
up_refused_syscall(int number, void *args, long *result)
{
	(void)number;
	(void)args;
	(void)result;
	return ENXIO;
}

static void
up_nothing(void)
{
}

static void
up_nothing_exec(const char *name)
{
	(void)name;
}

static int32_t
up_getpid(void)
{
	return 1;
}

static const struct rumpuser_hyperup upcalls = {
	.hyp_schedule = up_schedule,
	.hyp_unschedule = up_unschedule,
	.hyp_backend_unschedule = up_backend_unschedule,
	.hyp_backend_schedule = up_backend_schedule,
	.hyp_lwproc_switch = up_switch,
	.hyp_lwproc_release = up_release,
	.hyp_lwproc_rfork = up_refused_rfork,
	.hyp_lwproc_newlwp = up_newlwp,
	.hyp_lwproc_curlwp = rumpuser_curlwp,
	.hyp_syscall = up_refused_syscall,
	.hyp_lwpexit = up_nothing,
	.hyp_execnotify = up_nothing_exec,
	.hyp_getpid = up_getpid,
};

int
lwp_init(void)
{
	int e = rumpuser_init(RUMPUSER_VERSION, &upcalls);

	if (e != 0)
		return e;
	rumpuser_mutex_init(&giant.lock, RUMPUSER_MTX_SPIN);
	rumpuser_mutex_init(&unused.lock, RUMPUSER_MTX_SPIN);
	sched_init();
	return 0;
}

void
kernel_enter(struct lwp *own, struct rsys_proc *p)
{
	struct lwp *l = rumpuser_curlwp();

	if (l == NULL) {
		*own = (struct lwp){0};
		l = own;
		rumpuser_curlwpop(RUMPUSER_LWP_SET, l);
	}
	l->proc = p;
	sched_take(l);
}

void
kernel_leave(struct lwp *own)
{
	struct lwp *l = rumpuser_curlwp();

	sched_give(l);
	if (l == own)
		rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, l);
	else
		l->proc = NULL;
}

static void *
kthread_body(void *arg)
{
	void (*f)(void) = (void (*)(void))(uintptr_t)arg;
	struct lwp l;

	kernel_enter(&l, NULL);
	f();
	panic("a thread of the kernel returned");
}

int
kthread_create(void (*f)(void), const char *name)
{
	return rumpuser_thread_create(kthread_body, (void *)(uintptr_t)f, name, 0, 0, -1, NULL);
}
