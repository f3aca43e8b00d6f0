/*
 * Mutexes and read/write locks.
 */
#include "conform.h"

#define THREADS 4
#define ROUNDS  2000

const char *
mutex_try(void)
{
	static const int kinds[] = {RUMPUSER_MTX_KMUTEX, RUMPUSER_MTX_SPIN, RUMPUSER_MTX_SPIN | RUMPUSER_MTX_KMUTEX};

	for (int i = 0; i < 3; i++) {
		struct rumpuser_mtx *m;

		rumpuser_mutex_init(&m, kinds[i]);
		HOLDS(rumpuser_mutex_tryenter(m) == 0, "a free mutex was not taken");
		HOLDS(rumpuser_mutex_tryenter(m) != 0, "a mutex was taken twice");
		rumpuser_mutex_exit(m);
		HOLDS(rumpuser_mutex_tryenter(m) == 0, "a mutex that was left is not free");
		rumpuser_mutex_exit(m);
		rumpuser_mutex_destroy(m);
	}
	return NULL;
}

const char *
mutex_owner(void)
{
	static const int kinds[] = {RUMPUSER_MTX_KMUTEX, RUMPUSER_MTX_SPIN | RUMPUSER_MTX_KMUTEX};

	for (int i = 0; i < 2; i++) {
		struct rumpuser_mtx *m;
		struct lwp *l = rumpuser_curlwp();

		rumpuser_mutex_init(&m, kinds[i]);
		rumpuser_mutex_owner(m, &l);
		HOLDS(l == NULL, "a free mutex has an owner");
		rumpuser_mutex_enter(m);
		rumpuser_mutex_owner(m, &l);
		HOLDS(l == rumpuser_curlwp(), "the owner is not who entered");
		rumpuser_mutex_exit(m);
		HOLDS(rumpuser_mutex_tryenter(m) == 0, "it is not free");
		rumpuser_mutex_owner(m, &l);
		HOLDS(l == rumpuser_curlwp(), "the owner is not who tried");
		rumpuser_mutex_exit(m);
		rumpuser_mutex_enter_nowrap(m);
		rumpuser_mutex_owner(m, &l);
		HOLDS(l == rumpuser_curlwp(), "the owner is not who entered with nowrap");
		rumpuser_mutex_exit(m);
		rumpuser_mutex_owner(m, &l);
		HOLDS(l == NULL, "a mutex that was left has an owner");
		rumpuser_mutex_destroy(m);
	}
	return NULL;
}

const char *
mutex_free_keeps_cpu(void)
{
	int before = notes.unscheduled;
	struct rumpuser_mtx *m;

	rumpuser_mutex_init(&m, RUMPUSER_MTX_KMUTEX);
	for (int i = 0; i < 100; i++) {
		rumpuser_mutex_enter(m);
		rumpuser_mutex_exit(m);
	}
	rumpuser_mutex_destroy(m);
	HOLDS(notes.unscheduled == before, "the CPU was given up for a free mutex");
	return NULL;
}

struct entry {
	struct rumpuser_mtx *m;
	_Atomic int waits, in;
	int unscheduled;
	struct lwp *owner;
};

static void
enter_and_note(void *arg)
{
	struct entry *e = arg;
	int before = notes.unscheduled;

	e->waits = 1;
	rumpuser_mutex_enter(e->m);
	e->in = 1;
	rumpuser_mutex_owner(e->m, &e->owner);
	e->owner = e->owner == rumpuser_curlwp() ? e->owner : NULL;
	rumpuser_mutex_exit(e->m);
	e->unscheduled = notes.unscheduled - before;
}

const char *
mutex_taken_gives_cpu(void)
{
	struct entry e = {0};
	struct kernel_thread *t;

	rumpuser_mutex_init(&e.m, RUMPUSER_MTX_KMUTEX);
	rumpuser_mutex_enter(e.m);
	t = kernel_thread(enter_and_note, &e);
	HOLDS(t != NULL, "no thread");
	while (!e.waits)
		kernel_pause();
	kernel_sleep_ms(5);
	HOLDS(!e.in, "two are inside");
	rumpuser_mutex_exit(e.m);
	kernel_join(t);
	HOLDS(e.in, "the other never came in");
	HOLDS(e.unscheduled == 1, "the CPU was not given up once");
	HOLDS(e.owner != NULL, "the mutex did not know who came in");
	rumpuser_mutex_destroy(e.m);
	return NULL;
}

static struct rumpuser_mtx *spin;
static _Atomic int spin_held, spin_left;

/* A thread without context leaves the mutex while the kernel's thread waits for it on the CPU. */
static void *
leave_spin(void *unused)
{
	(void)unused;
	rumpuser_mutex_enter_nowrap(spin);
	spin_held = 1;
	for (int64_t start = kernel_now_ns(); kernel_now_ns() - start < 10000000;)
		continue;
	spin_left = 1;
	rumpuser_mutex_exit(spin);
	rumpuser_thread_exit();
}

const char *
mutex_spin_keeps_cpu(void)
{
	int before;
	void *cookie;

	spin_held = spin_left = 0;
	rumpuser_mutex_init(&spin, RUMPUSER_MTX_SPIN);
	HOLDS(rumpuser_thread_create(leave_spin, NULL, "spin", 1, -1, -1, &cookie) == 0, "no thread");
	while (!spin_held)
		kernel_pause();
	before = notes.unscheduled;
	rumpuser_mutex_enter(spin);
	HOLDS(spin_left, "two are inside");
	HOLDS(notes.unscheduled == before, "the CPU was given up");
	rumpuser_mutex_exit(spin);
	rumpuser_thread_join(cookie);
	rumpuser_mutex_destroy(spin);
	return NULL;
}

static struct rumpuser_mtx *shared;
static int inside;
static long total, broken;

static void
count_inside(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		rumpuser_mutex_enter(shared);
		if (inside++ != 0)
			broken++;
		total++;
		if (i % 50 == 0)
			kernel_pause();
		inside--;
		rumpuser_mutex_exit(shared);
	}
}

static const char *
run_threads(void (*body)(void *))
{
	struct kernel_thread *t[THREADS];

	for (int i = 0; i < THREADS; i++) {
		t[i] = kernel_thread(body, (void *)(intptr_t)i);
		HOLDS(t[i] != NULL, "no thread");
	}
	for (int i = 0; i < THREADS; i++)
		kernel_join(t[i]);
	return NULL;
}

const char *
mutex_excludes(void)
{
	const char *wrong;

	total = broken = 0;
	rumpuser_mutex_init(&shared, RUMPUSER_MTX_KMUTEX);
	wrong = run_threads(count_inside);
	HOLDS(wrong == NULL, wrong);
	HOLDS(broken == 0, "two were inside");
	HOLDS(total == THREADS * ROUNDS, "the count is wrong");
	rumpuser_mutex_destroy(shared);
	return NULL;
}

const char *
mutex_order(void)
{
	struct entry e[THREADS] = {0};
	struct kernel_thread *t[THREADS];
	struct rumpuser_mtx *m;

	rumpuser_mutex_init(&m, RUMPUSER_MTX_KMUTEX);
	rumpuser_mutex_enter(m);
	for (int i = 0; i < THREADS; i++) {
		e[i].m = m;
		t[i] = kernel_thread(enter_and_note, &e[i]);
		HOLDS(t[i] != NULL, "no thread");
		while (!e[i].waits)
			kernel_pause();
	}
	kernel_sleep_ms(5);
	rumpuser_mutex_exit(m);
	for (int i = 0; i < THREADS; i++) {
		kernel_join(t[i]);
		HOLDS(e[i].in, "one never came in");
	}
	rumpuser_mutex_destroy(m);
	return NULL;
}

static struct rumpuser_rw *rw;

const char *
rw_share(void)
{
	rumpuser_rw_init(&rw);
	rumpuser_rw_enter(RUMPUSER_RW_READER, rw);
	HOLDS(rumpuser_rw_tryenter(RUMPUSER_RW_READER, rw) == 0, "a second reader was kept out");
	HOLDS(rumpuser_rw_tryenter(RUMPUSER_RW_WRITER, rw) != 0, "a writer came in beside readers");
	rumpuser_rw_exit(rw);
	HOLDS(rumpuser_rw_tryenter(RUMPUSER_RW_WRITER, rw) != 0, "a writer came in beside a reader");
	rumpuser_rw_exit(rw);
	HOLDS(rumpuser_rw_tryenter(RUMPUSER_RW_WRITER, rw) == 0, "a writer was kept out of a free lock");
	rumpuser_rw_exit(rw);
	rumpuser_rw_destroy(rw);
	return NULL;
}

const char *
rw_exclude(void)
{
	rumpuser_rw_init(&rw);
	rumpuser_rw_enter(RUMPUSER_RW_WRITER, rw);
	HOLDS(rumpuser_rw_tryenter(RUMPUSER_RW_READER, rw) != 0, "a reader came in beside a writer");
	HOLDS(rumpuser_rw_tryenter(RUMPUSER_RW_WRITER, rw) != 0, "a second writer came in");
	rumpuser_rw_exit(rw);
	HOLDS(rumpuser_rw_tryenter(RUMPUSER_RW_READER, rw) == 0, "a lock that was left is not free");
	rumpuser_rw_exit(rw);
	rumpuser_rw_destroy(rw);
	return NULL;
}

static int seen_writer, seen_reader;

static void
look_at_rw(void *unused)
{
	(void)unused;
	rumpuser_rw_held(RUMPUSER_RW_WRITER, rw, &seen_writer);
	rumpuser_rw_held(RUMPUSER_RW_READER, rw, &seen_reader);
}

static const char *
look_from_aside(void)
{
	struct kernel_thread *t = kernel_thread(look_at_rw, NULL);

	HOLDS(t != NULL, "no thread");
	kernel_join(t);
	return NULL;
}

const char *
rw_held(void)
{
	const char *wrong;
	int held;

	rumpuser_rw_init(&rw);
	rumpuser_rw_held(RUMPUSER_RW_READER, rw, &held);
	HOLDS(!held, "a free lock has readers");
	rumpuser_rw_held(RUMPUSER_RW_WRITER, rw, &held);
	HOLDS(!held, "a free lock has a writer");
	rumpuser_rw_enter(RUMPUSER_RW_WRITER, rw);
	rumpuser_rw_held(RUMPUSER_RW_WRITER, rw, &held);
	HOLDS(held, "the writer does not have it");
	rumpuser_rw_held(RUMPUSER_RW_READER, rw, &held);
	HOLDS(!held, "a writer counts as a reader");
	wrong = look_from_aside();
	HOLDS(wrong == NULL, wrong);
	HOLDS(!seen_writer, "another lwp passes for the writer");
	rumpuser_rw_exit(rw);
	rumpuser_rw_enter(RUMPUSER_RW_READER, rw);
	wrong = look_from_aside();
	HOLDS(wrong == NULL, wrong);
	HOLDS(seen_reader, "a reader is not seen");
	rumpuser_rw_exit(rw);
	rumpuser_rw_destroy(rw);
	return NULL;
}

const char *
rw_upgrade(void)
{
	int held;

	rumpuser_rw_init(&rw);
	rumpuser_rw_enter(RUMPUSER_RW_READER, rw);
	rumpuser_rw_enter(RUMPUSER_RW_READER, rw);
	HOLDS(rumpuser_rw_tryupgrade(rw) != 0, "one of two readers became the writer");
	rumpuser_rw_exit(rw);
	if (rumpuser_rw_tryupgrade(rw) == 0) {
		rumpuser_rw_held(RUMPUSER_RW_WRITER, rw, &held);
		HOLDS(held, "after the upgrade it is not the writer");
		HOLDS(rumpuser_rw_tryenter(RUMPUSER_RW_READER, rw) != 0, "a reader came in beside the upgraded writer");
	}
	rumpuser_rw_exit(rw);
	HOLDS(rumpuser_rw_tryenter(RUMPUSER_RW_WRITER, rw) == 0, "the lock is not free");
	rumpuser_rw_exit(rw);
	rumpuser_rw_destroy(rw);
	return NULL;
}

struct rw_entry {
	int kind;
	_Atomic int waits, in;
	int unscheduled;
};

static void
rw_enter_and_note(void *arg)
{
	struct rw_entry *e = arg;
	int before = notes.unscheduled;

	e->waits = 1;
	rumpuser_rw_enter(e->kind, rw);
	e->unscheduled = notes.unscheduled - before;
	e->in = 1;
	rumpuser_rw_exit(rw);
}

const char *
rw_downgrade(void)
{
	struct rw_entry writer = {.kind = RUMPUSER_RW_WRITER};
	struct kernel_thread *t;
	int held;

	rumpuser_rw_init(&rw);
	rumpuser_rw_enter(RUMPUSER_RW_WRITER, rw);
	t = kernel_thread(rw_enter_and_note, &writer);
	HOLDS(t != NULL, "no thread");
	while (!writer.waits)
		kernel_pause();
	kernel_sleep_ms(5);
	rumpuser_rw_downgrade(rw);
	rumpuser_rw_held(RUMPUSER_RW_READER, rw, &held);
	HOLDS(held, "after the downgrade it is no reader");
	rumpuser_rw_held(RUMPUSER_RW_WRITER, rw, &held);
	HOLDS(!held, "after the downgrade it is still the writer");
	kernel_sleep_ms(5);
	HOLDS(!writer.in, "a writer came in");
	rumpuser_rw_exit(rw);
	kernel_join(t);
	HOLDS(writer.in, "the writer never came in");
	rumpuser_rw_destroy(rw);
	return NULL;
}

const char *
rw_gives_cpu(void)
{
	struct rw_entry e[2] = {{.kind = RUMPUSER_RW_READER}, {.kind = RUMPUSER_RW_WRITER}};
	int before = notes.unscheduled;

	rumpuser_rw_init(&rw);
	rumpuser_rw_enter(RUMPUSER_RW_WRITER, rw);
	rumpuser_rw_exit(rw);
	rumpuser_rw_enter(RUMPUSER_RW_READER, rw);
	rumpuser_rw_exit(rw);
	HOLDS(notes.unscheduled == before, "the CPU was given up for a free lock");
	for (int i = 0; i < 2; i++) {
		struct kernel_thread *t;

		rumpuser_rw_enter(RUMPUSER_RW_WRITER, rw);
		t = kernel_thread(rw_enter_and_note, &e[i]);
		HOLDS(t != NULL, "no thread");
		while (!e[i].waits)
			kernel_pause();
		kernel_sleep_ms(5);
		HOLDS(!e[i].in, "it came in beside the writer");
		rumpuser_rw_exit(rw);
		kernel_join(t);
		HOLDS(e[i].unscheduled == 1, "whoever waited did not give up the CPU once");
	}
	rumpuser_rw_destroy(rw);
	return NULL;
}

static long pair[2];

static void
read_and_write(void *arg)
{
	intptr_t me = (intptr_t)arg;

	for (int i = 0; i < ROUNDS; i++) {
		if ((i + me) % 3 == 0) {
			rumpuser_rw_enter(RUMPUSER_RW_WRITER, rw);
			pair[0]++;
			if (i % 30 == 0)
				kernel_pause();
			pair[1]++;
			if (i % 7 == 0) {
				rumpuser_rw_downgrade(rw);
				broken += pair[0] != pair[1];
			}
		} else {
			rumpuser_rw_enter(RUMPUSER_RW_READER, rw);
			if (pair[0] != pair[1])
				broken++;
			if (i % 25 == 0)
				kernel_pause();
			if (i % 5 == 0 && rumpuser_rw_tryupgrade(rw) == 0) {
				pair[0]++;
				pair[1]++;
			}
		}
		rumpuser_rw_exit(rw);
	}
}

const char *
rw_stress(void)
{
	const char *wrong;

	broken = 0;
	pair[0] = pair[1] = 0;
	rumpuser_rw_init(&rw);
	wrong = run_threads(read_and_write);
	HOLDS(wrong == NULL, wrong);
	HOLDS(broken == 0, "a reader saw half of it");
	HOLDS(pair[0] == pair[1] && pair[0] > 0, "the writers' sums differ");
	HOLDS(rumpuser_rw_tryenter(RUMPUSER_RW_WRITER, rw) == 0, "the lock is not free in the end");
	rumpuser_rw_exit(rw);
	rumpuser_rw_destroy(rw);
	return NULL;
}
