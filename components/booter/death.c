/*
 * What follows a component's death. The recovery thread has marked it down and goes on receiving faults, since
 * what follows may wait in servers, and see them die. Thread RESETS has the block servers drop the requests of the dead,
 * and only then lets anybody hear of the death; thread DEATHS then tells its other servers, which close what it had.
 */
#include <sched/sched.h>

#include "booter.h"

#define THREADS_MAX 256
#define PLACES      (THREADS_MAX + COMPS_MAX + 1)

/* Work for one of the threads: by number, what there is to do; atomic, as all here. */
struct worker {
	word_t thread; /* its id, once it runs */
	u8 todo[PLACES];
};

/*
 * By thread that faulted: the component in which it did. Behind the threads, by component: one of ours faulted there and
 * goes on, perhaps to fault elsewhere before this is seen.
 */
static struct worker resets;
static struct worker deaths; /* by component: 1 */

static void
order(struct worker *w, word_t number, u8 what)
{
	word_t thread;

	__atomic_store_n(&w->todo[number], what, __ATOMIC_SEQ_CST);
	thread = __atomic_load_n(&w->thread, __ATOMIC_SEQ_CST);
	if (thread)
		sched_wakeup(thread);
}

static void __attribute__((noreturn))
work(struct worker *w, void (*one)(word_t number, u8 what))
{
	__atomic_store_n(&w->thread, cos_thdid(), __ATOMIC_SEQ_CST);
	for (;;) {
		for (word_t i = 0; i < PLACES; i++) {
			u8 what = __atomic_exchange_n(&w->todo[i], 0, __ATOMIC_SEQ_CST);

			if (what)
				one(i, what);
		}
		sched_block(CYCLES_INF);
	}
}

/* What a server answers does not matter: it may be dead itself. */
static void
tell(enum grant_kind kind, u32 comp)
{
	const struct info_grant *g;

	for (u32 i = 0; (g = cos_grant(kind, i)); i++)
		if (g->a == comp)
			sinv_call((struct sinv_cap){g->slot}, comp);
}

static void
abort_call(word_t thread)
{
	thd_abort((struct thd_cap){cos_grant(GRANT_THREADS, 0)->slot + thread});
}

/*
 * The thread that faulted goes back to its caller; another thread's fault in the same component may have been there first, and
 * the scheduler may have ended the thread. The component's own threads, and those that sleep inside it for others, are told by
 * the scheduler.
 */
static void
settle(word_t thread, u8 comp)
{
	tell(GRANT_RESET, comp);
	if (thread < THREADS_MAX)
		abort_call(thread);
	sched_comp_died(comp);
	order(&deaths, comp, 1);
}

static void
announce(word_t comp, u8 what)
{
	(void)what;
	tell(GRANT_DEATH, comp);
}

void
death_follows(u32 comp, word_t thread)
{
	/* one of ours, inside a server: it goes on behind its call */
	if (thread == __atomic_load_n(&resets.thread, __ATOMIC_SEQ_CST) ||
	    thread == __atomic_load_n(&deaths.thread, __ATOMIC_SEQ_CST)) {
		abort_call(thread);
		thread = THREADS_MAX + comp;
	}
	order(&resets, thread, (u8)comp);
}

void
death_resets(void)
{
	work(&resets, settle);
}

void
death_announcements(void)
{
	work(&deaths, announce);
}
