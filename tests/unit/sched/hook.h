/*
 * Compiled in before every source: interrupts may come before each atomic operation.
 */
#ifndef HOOK_H
#define HOOK_H

void machine_instant(void);

#define __atomic_load_n(p, order) (machine_instant(), __atomic_load_n(p, order))
#define __atomic_store_n(p, v, order) (machine_instant(), __atomic_store_n(p, v, order))
#define __atomic_add_fetch(p, v, order) (machine_instant(), __atomic_add_fetch(p, v, order))
#define __atomic_compare_exchange_n(p, e, d, weak, yes, no) \
	(machine_instant(), __atomic_compare_exchange_n(p, e, d, weak, yes, no))

#endif
