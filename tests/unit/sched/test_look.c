/*
 * What the scheduler tells of threads.
 */
#include "test_look.h"

#include <abi/err.h>
#include <sched/sched.h>

#include "system.h"
#include "test.h"

static volatile u32 ids[4];

/* What is said of threads: of one that waits on its end point, one that blocks, one that has worked and one that is over. */
static void
look_at(void)
{
	word_t comp, prio;
	long before, used;

	HOLDS(sched_thd_state(1, &comp, &prio) == SCHED_WAITING && comp == 1);
	HOLDS(sched_thd_state(ids[1], &comp, &prio) == SCHED_WAITING && comp == 3 && prio == 4);
	HOLDS(sched_thd_state(ids[2], &comp, &prio) == SCHED_BLOCKED && comp == 3 && prio == 5);
	HOLDS(machine_cycles(ids[2]) > 0 && sched_thd_cycles(ids[2]) == (long)machine_cycles(ids[2]));
	HOLDS(sched_thd_state(ids[3], &comp, &prio) == -ENOENT && sched_thd_cycles(ids[3]) == -ENOENT);
	HOLDS(sched_thd_state(0, &comp, &prio) == -ENOENT && comp == 0 && prio == 0);
	HOLDS(sched_thd_state(255, &comp, &prio) == -ENOENT && sched_thd_state(256, &comp, &prio) == -EINVAL);
	HOLDS(sched_thd_cycles(~0UL) == -EINVAL);
	HOLDS(sched_thd_state(machine_self(), &comp, &prio) == SCHED_READY && comp == 2 && prio == 9);
	before = machine_cycles(machine_self());
	used = sched_thd_cycles(machine_self());
	HOLDS(used > before && used < (long)machine_cycles(machine_self()));
	sched_ceiling_enter();
	HOLDS(sched_thd_state(machine_self(), &comp, &prio) == SCHED_READY && prio == 6);
}

static void
look_body(u32 c, word_t arg)
{
	word_t comp, prio;

	ids[arg] = machine_self();
	if (c == 3 && arg == 0) {
		sched_init_done();
		HOLDS(sched_thd_state(ids[0], &comp, &prio) == SCHED_READY); /* the last is initialised */
	} else if (arg == 1) {
		machine_wait();
	} else if (arg == 2) {
		machine_work(5000);
		sched_block(CYCLES_INF);
	} else if (c == 2) {
		sched_init_done();
		while (!ids[3])
			sched_block(machine_time() + 1000);
		sched_block(machine_time() + 100000);
		look_at();
		machine_stop();
	}
}

static int
test_look(void)
{
	begin(0, 20, NULL);
	comp(3, 0, 4);
	comp(2, 6, 4);
	thread(3, 0, 8, 0);
	thread(3, 1, 4, 50);
	thread(3, 2, 5, 0);
	thread(3, 3, 5, 0);
	thread(2, 0, 9, 0);
	return run(look_body, SEEDS);
}

static const struct test tests[] = {
    {"sched.look", "state, component, priority and time of a thread are told, of nobody else's nothing", test_look},
};

int
test_looking(void)
{
	return RUN_TESTS(tests);
}
