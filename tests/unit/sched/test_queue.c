/*
 * The scheduler's queues, against simple models.
 */
#include "test_queue.h"

#include <stdlib.h>
#include <string.h>

#include "queue.h"
#include "test.h"

static int
test_queue(void)
{
	static struct ready r;
	u32 list[THREADS], n = 0;

	srand(1);
	for (u32 i = 0; i < 50000; i++) {
		u32 id = 1 + rand() % 40, prio = rand() % 3 * 100, op = rand() % 3, at = 0, k;

		for (k = 0; k < n && list[k] % 1000 != id; k++)
			;
		if (k < n)
			memmove(&list[k], &list[k + 1], (--n - k) * sizeof(*list));
		if (op == 0) {
			ready_remove(&r, id);
		} else {
			/* the model: one list, by priority */
			for (at = 0; at < n && list[at] / 1000 < prio + (op == 1); at++)
				;
			memmove(&list[at + 1], &list[at], (n++ - at) * sizeof(*list));
			list[at] = prio * 1000 + id;
			(op == 1 ? ready_add : ready_push)(&r, id, prio);
		}
		CHECK(ready_best(&r) == (n ? list[0] % 1000 : 0));
	}
	while (n) {
		CHECK(ready_best(&r) == list[0] % 1000);
		ready_remove(&r, list[0] % 1000);
		memmove(list, list + 1, --n * sizeof(*list));
	}
	CHECK(!ready_best(&r));
	return 1;
}

static int
test_timeouts(void)
{
	static struct timeouts t;
	cycles_t when[THREADS];

	srand(2);
	memset(when, 0xff, sizeof(when));
	for (u32 i = 0; i < 50000; i++) {
		u32 id = 1 + rand() % 40, best = 0;
		cycles_t now = i / 2;

		when[id] = rand() % 4 ? now + rand() % 300 : CYCLES_INF;
		timeout_set(&t, id, when[id]);
		for (u32 k = 1; k < THREADS; k++)
			if (when[k] != CYCLES_INF && (!best || when[k] < when[best]))
				best = k;
		CHECK(timeout_next(&t) == (best ? when[best] : CYCLES_INF));
		while ((id = timeout_take(&t, now))) {
			CHECK(when[id] <= now && when[id] != CYCLES_INF);
			when[id] = CYCLES_INF;
		}
		for (u32 k = 1; k < THREADS; k++)
			CHECK(when[k] == CYCLES_INF || when[k] > now);
	}
	return 1;
}

static const struct test tests[] = {
	{"sched.queue", "the ready queues agree with one sorted list", test_queue},
	{"sched.timeouts", "time-outs come in the order of their times", test_timeouts},
};

int
test_queues(void)
{
	return RUN_TESTS(tests);
}
