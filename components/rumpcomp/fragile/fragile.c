/*
 * A rump kernel that fails.
 *
 * fails = "version": it wants another version of rumpuser(3). At its fails_at-th lock: "panic", it panics; "hypercall", it makes a
 * hypercall that must not be.
 */
#include <lib/component.h>
#include <lib/string.h>

#include "rumpuser.h"

int  __real_rumpuser_init(int version, const struct rumpuser_hyperup *);
int  __wrap_rumpuser_init(int version, const struct rumpuser_hyperup *);
void __real_rumpuser_rw_enter(int lk, struct rumpuser_rw *);
void __wrap_rumpuser_rw_enter(int lk, struct rumpuser_rw *);

static u64 locks;

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

void
__wrap_rumpuser_rw_enter(int lk, struct rumpuser_rw *rw)
{
	if (__atomic_add_fetch(&locks, 1, __ATOMIC_RELAXED) == cos_param_number("fails_at", 0)) {
		if (is("panic"))
			panic();
		if (is("hypercall"))
			destroy_what_is_held();
	}
	__real_rumpuser_rw_enter(lk, rw);
}
