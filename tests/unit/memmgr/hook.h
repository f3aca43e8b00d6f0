/*
 * Compiled in before every source: others may run before each atomic operation too.
 */
#ifndef HOOK_H
#define HOOK_H

extern void (*machine_preempt)(void);

static inline void
hook(void)
{
	if (machine_preempt)
		machine_preempt();
}

#define __atomic_load_n(p, order) (hook(), __atomic_load_n(p, order))
#define __atomic_store_n(p, v, order) (hook(), __atomic_store_n(p, v, order))
#define __atomic_fetch_or(p, v, order) (hook(), __atomic_fetch_or(p, v, order))
#define __atomic_fetch_and(p, v, order) (hook(), __atomic_fetch_and(p, v, order))
#define __atomic_add_fetch(p, v, order) (hook(), __atomic_add_fetch(p, v, order))
#define __atomic_sub_fetch(p, v, order) (hook(), __atomic_sub_fetch(p, v, order))
#define __atomic_compare_exchange_n(p, e, d, weak, yes, no) \
	(hook(), __atomic_compare_exchange_n(p, e, d, weak, yes, no))

#endif
