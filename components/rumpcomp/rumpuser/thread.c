/*
 * Threads are threads of the system's scheduler. The lwp that a thread carries is in its
 * thread-local storage, so it is also that of a client's thread while it is inside the component.
 */
#include <abi/err.h>

#include "bridge.h"
#include "hyp.h"

struct start {
	void *(*f)(void *);
	void *arg;
};

__thread struct lwp *hyp_curlwp;

static void
thread_body(void *arg)
{
	struct start s = *(struct start *)arg;

	bridge_thread_raise();
	rumpuser_free(arg, sizeof(s));
	s.f(s.arg);
	bridge_stop("a rump thread returned instead of calling thread_exit");
}

int
rumpuser_thread_create(void *(*f)(void *), void *arg, const char *name, int mustjoin, int prio, int cpuidx,
                       void **cookie)
{
	struct start *s;
	void *mem;
	uint32_t thread;

	(void)name;
	(void)prio;
	(void)cpuidx;
	if (rumpuser_malloc(sizeof(*s), 0, &mem) != 0)
		return ENOMEM;
	s = mem;
	*s = (struct start){f, arg};
	thread = bridge_thread_create(thread_body, s);
	if (thread == 0) {
		rumpuser_free(s, sizeof(*s));
		return EAGAIN;
	}
	if (mustjoin)
		*cookie = (void *)(uintptr_t)thread;
	return 0;
}

void
rumpuser_thread_exit(void)
{
	bridge_thread_exit();
}

int
rumpuser_thread_join(void *cookie)
{
	int nlocks = hyp_unschedule(NULL);

	bridge_thread_join((uint32_t)(uintptr_t)cookie);
	hyp_schedule(nlocks, NULL);
	return 0;
}

void
rumpuser_curlwpop(int op, struct lwp *l)
{
	if (op == RUMPUSER_LWP_SET) {
		if (hyp_curlwp != NULL)
			bridge_stop("curlwpop: a thread gets a second lwp");
		hyp_curlwp = l;
	} else if (op == RUMPUSER_LWP_CLEAR) {
		if (hyp_curlwp != l)
			bridge_stop("curlwpop: a thread gives up an lwp that it does not have");
		hyp_curlwp = NULL;
	}
}

struct lwp *
rumpuser_curlwp(void)
{
	return hyp_curlwp;
}
