/*
 * mutex. A waiter sets its bit and then tries again; the holder frees the word and then looks for
 * bits: one of the two sees the other. sched remembers a wake-up that comes before the sleep, and
 * every sleeper looks again, so wake-ups too many are harmless.
 */
#include "mutex.h"

#include "component.h"

long sched_block(cycles_t timeout) __attribute__((weak));
long sched_wakeup(word_t thdid) __attribute__((weak));

static int
try_lock(struct mutex *m, u32 me)
{
	u32 none = 0;

	return __atomic_compare_exchange_n(&m->holder, &none, me, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

void
mutex_lock(struct mutex *m)
{
	u32 me = cos_thdid();
	u64 bit = 1UL << me % 64;
	volatile u64 *word = &m->waiters[me / 64 % 4];

	if (try_lock(m, me))
		return;
	for (;;) {
		__atomic_fetch_or(word, bit, __ATOMIC_SEQ_CST);
		if (try_lock(m, me))
			break;
		sched_block(CYCLES_INF);
	}
	__atomic_fetch_and(word, ~bit, __ATOMIC_SEQ_CST);
}

void
mutex_unlock(struct mutex *m)
{
	__atomic_store_n(&m->holder, 0, __ATOMIC_SEQ_CST);
	for (u32 i = 0; i < 4; i++) {
		u64 w = m->waiters[i];

		if (w) {
			sched_wakeup(i * 64 + __builtin_ctzl(w));
			return;
		}
	}
}
