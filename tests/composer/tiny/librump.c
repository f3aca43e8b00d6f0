/*
 * A kernel of the same outside as NetBSD's: it starts its drivers through a link set, and no system call of it succeeds but
 * getpid and umask.
 */
#include <stddef.h>
#include <stdint.h>

#include "rumpuser.h"

#define ENOSYS 78
#define GETPID 20
#define UMASK  60

__thread struct lwp *rumpns_curlwp_storage;

typedef void (*driver_fn)(void);
extern const driver_fn __start_link_set_tiny[], __stop_link_set_tiny[];

static void
nothing(void)
{
}
static const driver_fn own __attribute__((used, section("link_set_tiny"))) = nothing;

/* Every hypercall that NetBSD's archives want. */
void *const tiny_wants[] __attribute__((used)) = {
	rumpuser_anonmmap, rumpuser_bio, rumpuser_clock_gettime, rumpuser_clock_sleep, rumpuser_close, rumpuser_curlwp,
	rumpuser_curlwpop, rumpuser_cv_broadcast, rumpuser_cv_destroy, rumpuser_cv_has_waiters, rumpuser_cv_init,
	rumpuser_cv_signal, rumpuser_cv_timedwait, rumpuser_cv_wait, rumpuser_cv_wait_nowrap, rumpuser_daemonize_begin,
	rumpuser_daemonize_done, rumpuser_dl_bootstrap, rumpuser_dprintf, rumpuser_exit, rumpuser_free,
	rumpuser_getfileinfo, rumpuser_getparam, rumpuser_getrandom, rumpuser_init, rumpuser_iovread, rumpuser_iovwrite,
	rumpuser_kill, rumpuser_malloc, rumpuser_mutex_destroy, rumpuser_mutex_enter, rumpuser_mutex_enter_nowrap,
	rumpuser_mutex_exit, rumpuser_mutex_init, rumpuser_mutex_owner, rumpuser_mutex_tryenter, rumpuser_open,
	rumpuser_putchar, rumpuser_rw_destroy, rumpuser_rw_downgrade, rumpuser_rw_enter, rumpuser_rw_exit, rumpuser_rw_held,
	rumpuser_rw_init, rumpuser_rw_tryenter, rumpuser_rw_tryupgrade, rumpuser_seterrno, rumpuser_thread_create,
	rumpuser_thread_exit, rumpuser_thread_join, rumpuser_unmap,
};

_Static_assert(sizeof(tiny_wants) / sizeof(*tiny_wants) == 51, "NetBSD's archives want 51");

static void
schedule(void)
{
}
static void
backend_unschedule(int nlocks, int *countp, void *interlock)
{
	(void)nlocks;
	(void)interlock;
	*countp = 0;
}
static void
backend_schedule(int nlocks, void *interlock)
{
	(void)nlocks;
	(void)interlock;
}
static int
newlwp(int32_t pid)
{
	(void)pid;
	return 0;
}

static const struct rumpuser_hyperup upcalls = {
	.hyp_schedule = schedule, .hyp_unschedule = schedule, .hyp_backend_unschedule = backend_unschedule,
	.hyp_backend_schedule = backend_schedule, .hyp_lwproc_newlwp = newlwp,
};

int
rump_init(void)
{
	int e = rumpuser_init(RUMPUSER_VERSION, &upcalls);

	for (const driver_fn *f = __start_link_set_tiny; e == 0 && f < __stop_link_set_tiny; f++)
		(*f)();
	return e;
}

int
rump_syscall(int num, void *args, size_t bytes, int64_t *retval)
{
	(void)args;
	(void)bytes;
	retval[0] = num == GETPID ? 7 : 0;
	return num == GETPID || num == UMASK ? 0 : ENOSYS;
}

int
rump_pub_etfs_register(const char *key, const char *hostpath, int type)
{
	uint64_t size;
	int kind;

	(void)key;
	return type == 1 ? rumpuser_getfileinfo(hostpath, &size, &kind) : ENOSYS;
}

void
rump_schedule(void)
{
}

void
rump_unschedule(void)
{
}

/* One lwp for all: nothing runs at once. */
static char lwp;

static void
take_lwp(void)
{
	rumpns_curlwp_storage = (struct lwp *)&lwp;
	rumpuser_curlwpop(RUMPUSER_LWP_SET, rumpns_curlwp_storage);
}

int
rump_pub_lwproc_rfork(int flags)
{
	(void)flags;
	take_lwp();
	return 0;
}

int
rump_pub_lwproc_newlwp(int32_t pid)
{
	(void)pid;
	take_lwp();
	return 0;
}

void
rump_pub_lwproc_releaselwp(void)
{
	rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, rumpns_curlwp_storage);
	rumpns_curlwp_storage = NULL;
}

struct lwp *
rump_pub_lwproc_curlwp(void)
{
	return rumpns_curlwp_storage;
}
