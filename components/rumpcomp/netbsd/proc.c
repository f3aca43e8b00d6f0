/*
 * Processes and their lwps.
 */
#include "proc.h"

#include "../rumpuser.h"

#define UMASK_FIRST      022
#define PROC_DESCRIPTORS 128 /* as many as a process may have open at first */
#define MODE_BITS        0777

/* The thread's lwp, for the kernel and for the hypercalls; NULL: none. */
static void
lwp_set(struct lwp *l)
{
	if (l != NULL)
		rumpuser_curlwpop(RUMPUSER_LWP_SET, l);
	else
		rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, rumpns_curlwp_storage);
	rumpns_curlwp_storage = l;
}

/* An lwp of the process becomes the thread's. Result: 0 or an errno. */
static int
lwp_take(struct rsys_proc *p)
{
	struct lwp *l = NULL;

	rumpuser_mutex_enter_nowrap(p->lock);
	if (p->idle > 0)
		l = p->lwp[--p->idle];
	rumpuser_mutex_exit(p->lock);
	if (l == NULL)
		return rump_pub_lwproc_newlwp(p->pid);
	lwp_set(l);
	return 0;
}

static void
lwp_put(struct rsys_proc *p)
{
	int kept = 0;

	rumpuser_mutex_enter_nowrap(p->lock);
	if (p->idle < PROC_LWPS) {
		p->lwp[p->idle++] = rumpns_curlwp_storage;
		kept = 1;
	}
	rumpuser_mutex_exit(p->lock);
	if (kept)
		lwp_set(NULL);
	else
		rump_pub_lwproc_releaselwp();
}

long
proc_call(struct rsys_proc *p, int num, uint64_t *args, size_t bytes)
{
	int64_t result[2] = {0, 0};
	int e = lwp_take(p);

	if (e != 0)
		return -e;
	e = rump_syscall(num, args, bytes, result);
	lwp_put(p);
	if (e == 0)
		return result[0];
	return e == NB_ERESTART ? -NB_EINTR : -e;
}

/* The pid of the process that has just been made, whose first lwp is the thread's; for the kernel
 * it masks no mode. */
static int32_t
begin_process(void)
{
	uint64_t mask = 0;
	int64_t result[2] = {0, 0};

	rump_syscall(NB_UMASK, &mask, sizeof(mask), result);
	rump_syscall(NB_GETPID, NULL, 0, result);
	return (int32_t)result[0];
}

struct rsys_proc *
rsys_proc_create(void)
{
	struct rsys_proc *p;
	void *mem;

	if (rumpuser_malloc(sizeof(*p), 0, &mem) != 0)
		return NULL;
	if (rump_pub_lwproc_rfork(RUMP_RFCFDG) != 0) {
		rumpuser_free(mem, sizeof(*p));
		return NULL;
	}
	p = mem;
	*p = (struct rsys_proc){.pid = begin_process(), .umask = UMASK_FIRST};
	for (unsigned i = 0; i < PROC_DIRS; i++)
		p->dir[i].fd = -1;
	rumpuser_mutex_init(&p->lock, RUMPUSER_MTX_SPIN);
	lwp_put(p);
	return p;
}

/* The process ends with its last lwp. */
void
rsys_proc_destroy(struct rsys_proc *p)
{
	while (p->idle > 0) {
		lwp_set(p->lwp[--p->idle]);
		rump_pub_lwproc_releaselwp();
	}
	rumpuser_mutex_destroy(p->lock);
	rumpuser_free(p, sizeof(*p));
}

/* Connections end, and with them what waits for them; a descriptor that is none's or no socket's is an error of no interest. */
void
rsys_proc_abandon(struct rsys_proc *p)
{
	for (uint64_t fd = 0; fd < PROC_DESCRIPTORS; fd++)
		CALL(p, NB_SHUTDOWN, fd, RSYS_SHUT_BOTH);
}

int
rsys_proc_setcred(struct rsys_proc *p, const struct rsys_cred *c)
{
	long e = CALL(p, NB_SETGROUPS, c->ngroups, WORD(c->groups));

	if (e == 0)
		e = CALL(p, NB_SETGID, c->gid);
	return (int)(e < 0 ? e : CALL(p, NB_SETUID, c->uid));
}

long
rsys_umask(struct rsys_proc *p, unsigned mask)
{
	return __atomic_exchange_n(&p->umask, mask & MODE_BITS, __ATOMIC_RELAXED);
}

unsigned
proc_mask(struct rsys_proc *p, unsigned mode)
{
	return mode & ~__atomic_load_n(&p->umask, __ATOMIC_RELAXED);
}

struct dir *
proc_dir(struct rsys_proc *p, int fd, int make)
{
	struct dir *free = NULL;

	for (unsigned i = 0; i < PROC_DIRS; i++) {
		if (p->dir[i].fd == fd)
			return &p->dir[i];
		if (p->dir[i].fd < 0)
			free = &p->dir[i];
	}
	if (!make || free == NULL)
		return NULL;
	*free = (struct dir){fd, 0, 0};
	return free;
}

void
proc_dir_forget(struct rsys_proc *p, int fd)
{
	struct dir *d;

	rumpuser_mutex_enter_nowrap(p->lock);
	d = proc_dir(p, fd, 0);
	if (d != NULL)
		d->fd = -1;
	rumpuser_mutex_exit(p->lock);
}

/* This kernel keeps no redo log, so nobody comes after it who would have to know. */
void
rsys_identify(uint64_t client, uint64_t operation)
{
	(void)client;
	(void)operation;
}

long
rsys_last(uint64_t client, uint64_t *operation, int64_t *result)
{
	(void)client;
	*operation = 0;
	*result = 0;
	return 0;
}
