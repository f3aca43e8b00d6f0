/*
 * Threads, and which lwp each carries.
 */
#include <pthread.h>
#include <stdlib.h>

#include "internal.h"

struct start {
	void *(*f)(void *);
	void *arg;
};

static _Thread_local struct lwp *curlwp;

static void *
thread_body(void *arg)
{
	struct start s = *(struct start *)arg;

	free(arg);
	s.f(s.arg);
	host_die("a rump thread returned instead of calling thread_exit");
}

int
rumpuser_thread_create(void *(*f)(void *), void *arg, const char *name, int mustjoin, int prio, int cpuidx,
                       void **cookie)
{
	struct start *s = malloc(sizeof(*s));
	pthread_t *t = malloc(sizeof(*t));

	(void)name;
	(void)prio;
	(void)cpuidx;
	host_count(HOST_thread_create);
	if (s == NULL || t == NULL)
		host_die("no memory for a thread");
	*s = (struct start){f, arg};
	if (pthread_create(t, NULL, thread_body, s) != 0) {
		free(s);
		free(t);
		return 35; /* EAGAIN */
	}
	if (mustjoin) {
		*cookie = t;
	} else {
		pthread_detach(*t);
		free(t);
	}
	return 0;
}

void
rumpuser_thread_exit(void)
{
	host_count(HOST_thread_exit);
	if (curlwp != NULL)
		host_die("a thread ends with an lwp");
	pthread_exit(NULL);
}

int
rumpuser_thread_join(void *cookie)
{
	int nlocks;

	host_count(HOST_thread_join);
	nlocks = host_unschedule(NULL);
	pthread_join(*(pthread_t *)cookie, NULL);
	host_schedule(nlocks, NULL);
	free(cookie);
	return 0;
}

void
rumpuser_curlwpop(int op, struct lwp *l)
{
	host_count(HOST_curlwpop);
	if (op == RUMPUSER_LWP_SET) {
		if (curlwp != NULL || l == NULL)
			host_die("curlwpop: SET of %p while %p is set", (void *)l, (void *)curlwp);
		curlwp = l;
	} else if (op == RUMPUSER_LWP_CLEAR) {
		if (curlwp == NULL || l != curlwp)
			host_die("curlwpop: CLEAR of %p while %p is set", (void *)l, (void *)curlwp);
		curlwp = NULL;
	}
}

struct lwp *
rumpuser_curlwp(void)
{
	host_count(HOST_curlwp);
	return curlwp;
}
