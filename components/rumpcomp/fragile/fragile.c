/*
 * A rump kernel that fails.
 *
 * fails = "version": it wants another version of rumpuser(3). At its fails_at-th read/write lock: "panic", it panics; "late", it panics
 * when it gives that lock back, which is after what it was for; "hypercall", it makes a hypercall that must not be.
 */
#include <lib/component.h>
#include <lib/string.h>

#include "rumpuser.h"

int  __real_rumpuser_init(int version, const struct rumpuser_hyperup *);
int  __wrap_rumpuser_init(int version, const struct rumpuser_hyperup *);
void __real_rumpuser_rw_enter(int lk, struct rumpuser_rw *);
void __wrap_rumpuser_rw_enter(int lk, struct rumpuser_rw *);
void __real_rumpuser_rw_exit(struct rumpuser_rw *);
void __wrap_rumpuser_rw_exit(struct rumpuser_rw *);

static u64 entered, left; /* how often */

static int
is(const char *failure)
{
	const char *fails = cos_param("fails");

	return fails != NULL && strcmp(fails, failure) == 0;
}

int
__wrap_rumpuser_init(int version, const struct rumpuser_hyperup *up)
{
	return __real_rumpuser_init(is("version") ? version + 1 : version, up);
}

/* As a kernel does. */
static void
panic(void)
{
	rumpuser_dprintf("rump kernel panic: the script wants it\n");
	rumpuser_exit(RUMPUSER_PANIC);
}

static void
destroy_what_is_held(void)
{
	struct rumpuser_mtx *m;

	rumpuser_mutex_init(&m, RUMPUSER_MTX_KMUTEX);
	rumpuser_mutex_enter(m);
	rumpuser_mutex_destroy(m);
}

static int
it_is_time(u64 *count)
{
	return __atomic_add_fetch(count, 1, __ATOMIC_RELAXED) == cos_param_number("fails_at", 0);
}

void
__wrap_rumpuser_rw_enter(int lk, struct rumpuser_rw *rw)
{
	if (it_is_time(&entered)) {
		if (is("panic"))
			panic();
		if (is("hypercall"))
			destroy_what_is_held();
	}
	__real_rumpuser_rw_enter(lk, rw);
}

void
__wrap_rumpuser_rw_exit(struct rumpuser_rw *rw)
{
	if (it_is_time(&left) && is("late"))
		panic();
	__real_rumpuser_rw_exit(rw);
}
