/*
 * Condition variables.
 */
#include "conform.h"

#define THREADS 3
#define ROUNDS  1000

static struct rumpuser_mtx *m;
static struct rumpuser_cv *cv;
static int go; /* guarded by m */
static _Atomic int waiting, woken;

static void
set_up(int mutex_flags)
{
	rumpuser_mutex_init(&m, mutex_flags);
	rumpuser_cv_init(&cv);
	go = waiting = woken = 0;
}

static void
tear_down(void)
{
	rumpuser_cv_destroy(cv);
	rumpuser_mutex_destroy(m);
}

static int
waiters(void)
{
	int n;

	rumpuser_cv_has_waiters(cv, &n);
	return n;
}

/* Waits until go reaches what this thread needs; go is the number of those who may pass. */
static void
pass(void *unused)
{
	(void)unused;
	rumpuser_mutex_enter(m);
	waiting++;
	while (go == 0)
		rumpuser_cv_wait(cv, m);
	go--;
	woken++;
	rumpuser_mutex_exit(m);
}

static const char *
start_waiters(struct kernel_thread *t[THREADS])
{
	for (int i = 0; i < THREADS; i++) {
		t[i] = kernel_thread(pass, NULL);
		HOLDS(t[i] != NULL, "no thread");
	}
	while (waiting < THREADS)
		kernel_pause();
	/* With the mutex taken once, everybody is in the wait. */
	rumpuser_mutex_enter(m);
	rumpuser_mutex_exit(m);
	return NULL;
}

const char *
cv_signal_one(void)
{
	struct kernel_thread *t[THREADS];
	const char *wrong;

	set_up(RUMPUSER_MTX_KMUTEX);
	wrong = start_waiters(t);
	HOLDS(wrong == NULL, wrong);
	for (int i = 1; i <= THREADS; i++) {
		rumpuser_mutex_enter(m);
		go++;
		rumpuser_cv_signal(cv);
		rumpuser_mutex_exit(m);
		while (woken < i)
			kernel_pause();
		kernel_sleep_ms(2);
		HOLDS(woken == i, "a signal let more than one pass");
	}
	for (int i = 0; i < THREADS; i++)
		kernel_join(t[i]);
	tear_down();
	return NULL;
}

const char *
cv_broadcast_all(void)
{
	struct kernel_thread *t[THREADS];
	const char *wrong;

	set_up(RUMPUSER_MTX_KMUTEX);
	wrong = start_waiters(t);
	HOLDS(wrong == NULL, wrong);
	rumpuser_mutex_enter(m);
	go = THREADS;
	rumpuser_mutex_exit(m);
	rumpuser_cv_broadcast(cv);
	for (int i = 0; i < THREADS; i++)
		kernel_join(t[i]);
	HOLDS(woken == THREADS, "not all passed");
	tear_down();
	return NULL;
}

const char *
cv_timeout(void)
{
	int64_t start = kernel_now_ns();
	int e, before = notes.unscheduled;

	set_up(RUMPUSER_MTX_KMUTEX);
	rumpuser_mutex_enter(m);
	e = rumpuser_cv_timedwait(cv, m, 0, 20000000);
	HOLDS(e != 0, "it ended with 0 though nobody signalled");
	HOLDS(kernel_now_ns() - start >= 20000000, "it ended before its time");
	HOLDS(notes.unscheduled == before + 1, "the CPU was not given up once");
	HOLDS(rumpuser_mutex_tryenter(m) != 0, "the mutex is not taken again");
	rumpuser_mutex_exit(m);
	HOLDS(waiters() == 0, "whoever gave up still counts as waiting");
	tear_down();
	return NULL;
}

static int timed_result;

static void
wait_long(void *unused)
{
	(void)unused;
	rumpuser_mutex_enter(m);
	waiting = 1;
	timed_result = rumpuser_cv_timedwait(cv, m, 100, 0);
	rumpuser_mutex_exit(m);
}

const char *
cv_in_time(void)
{
	struct kernel_thread *t;

	set_up(RUMPUSER_MTX_KMUTEX);
	timed_result = -1;
	t = kernel_thread(wait_long, NULL);
	HOLDS(t != NULL, "no thread");
	while (!waiting)
		kernel_pause();
	rumpuser_mutex_enter(m);
	rumpuser_cv_signal(cv);
	rumpuser_mutex_exit(m);
	kernel_join(t);
	HOLDS(timed_result == 0, "a wait that was signalled timed out");
	tear_down();
	return NULL;
}

const char *
cv_count(void)
{
	struct kernel_thread *t[THREADS];
	const char *wrong;

	set_up(RUMPUSER_MTX_KMUTEX);
	HOLDS(waiters() == 0, "somebody waits on a new one");
	wrong = start_waiters(t);
	HOLDS(wrong == NULL, wrong);
	HOLDS(waiters() != 0, "nobody waits though three do");
	rumpuser_mutex_enter(m);
	go = THREADS;
	rumpuser_cv_broadcast(cv);
	rumpuser_mutex_exit(m);
	for (int i = 0; i < THREADS; i++)
		kernel_join(t[i]);
	HOLDS(waiters() == 0, "somebody waits though all have passed");
	tear_down();
	return NULL;
}

static int ball;

static void
play(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		rumpuser_mutex_enter(m);
		while (ball != 1)
			rumpuser_cv_wait(cv, m);
		ball = 0;
		rumpuser_cv_signal(cv);
		rumpuser_mutex_exit(m);
	}
}

const char *
cv_ping_pong(void)
{
	struct kernel_thread *t;

	set_up(RUMPUSER_MTX_KMUTEX);
	ball = 0;
	t = kernel_thread(play, NULL);
	HOLDS(t != NULL, "no thread");
	for (int i = 0; i < ROUNDS; i++) {
		rumpuser_mutex_enter(m);
		while (ball != 0)
			rumpuser_cv_wait(cv, m);
		ball = 1;
		rumpuser_cv_signal(cv);
		rumpuser_mutex_exit(m);
	}
	kernel_join(t);
	HOLDS(ball == 0, "the last ball did not come back");
	tear_down();
	return NULL;
}

const char *
cv_interlock(void)
{
	static const int kinds[] = {RUMPUSER_MTX_KMUTEX, RUMPUSER_MTX_SPIN, RUMPUSER_MTX_SPIN | RUMPUSER_MTX_KMUTEX};

	for (int i = 0; i < 3; i++) {
		set_up(kinds[i]);
		rumpuser_mutex_enter(m);
		notes.unsched_interlock = notes.sched_interlock = NULL;
		rumpuser_cv_timedwait(cv, m, 0, 1000000);
		HOLDS(notes.unsched_interlock == m, "the CPU was given up without the interlock");
		HOLDS(notes.sched_interlock == m, "the CPU was taken without the interlock");
		HOLDS(rumpuser_mutex_tryenter(m) != 0, "the mutex is not taken again");
		rumpuser_mutex_exit(m);
		tear_down();
	}
	return NULL;
}

const char *
cv_spin_kmutex(void)
{
	set_up(RUMPUSER_MTX_SPIN | RUMPUSER_MTX_KMUTEX);
	watched = m;
	rumpuser_mutex_enter(m);
	rumpuser_cv_timedwait(cv, m, 0, 1000000);
	watched = NULL;
	HOLDS(!notes.interlock_held, "a SPIN KMUTEX was held while waiting for a CPU");
	rumpuser_mutex_exit(m);
	tear_down();
	set_up(RUMPUSER_MTX_SPIN);
	watched = m;
	rumpuser_mutex_enter(m);
	rumpuser_cv_timedwait(cv, m, 0, 1000000);
	watched = NULL;
	HOLDS(notes.interlock_held, "a SPIN mutex was not taken before the CPU");
	rumpuser_mutex_exit(m);
	tear_down();
	return NULL;
}

static int bare_unscheduled;

static void *
bare_wait(void *unused)
{
	(void)unused;
	rumpuser_mutex_enter_nowrap(m);
	waiting = 1;
	while (!go)
		rumpuser_cv_wait_nowrap(cv, m);
	woken = 1;
	bare_unscheduled = notes.unscheduled;
	rumpuser_mutex_exit(m);
	rumpuser_thread_exit();
}

const char *
cv_nowrap(void)
{
	void *cookie;

	set_up(RUMPUSER_MTX_SPIN);
	bare_unscheduled = -1;
	HOLDS(rumpuser_thread_create(bare_wait, NULL, "bare", 1, -1, -1, &cookie) == 0, "no thread");
	while (!waiting)
		kernel_pause();
	rumpuser_mutex_enter(m);
	go = 1;
	rumpuser_cv_signal(cv);
	rumpuser_mutex_exit(m);
	rumpuser_thread_join(cookie);
	HOLDS(woken, "it did not wake up");
	HOLDS(bare_unscheduled == 0, "it gave up a CPU");
	tear_down();
	return NULL;
}

/*
 * The signaller needs only the mutex, which the waiter holds until it sleeps: so the signal falls
 * right behind the moment at which the waiter gives everything up.
 */
static void
signal_often(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		rumpuser_mutex_enter(m);
		while (!waiting) {
			rumpuser_mutex_exit(m);
			kernel_pause();
			rumpuser_mutex_enter(m);
		}
		waiting = 0;
		go = 1;
		rumpuser_mutex_exit(m);
		rumpuser_cv_signal(cv);
	}
}

const char *
cv_early_signal(void)
{
	struct kernel_thread *t;

	set_up(RUMPUSER_MTX_KMUTEX);
	t = kernel_thread(signal_often, NULL);
	HOLDS(t != NULL, "no thread");
	for (int i = 0; i < ROUNDS; i++) {
		rumpuser_mutex_enter(m);
		waiting = 1;
		while (!go)
			rumpuser_cv_wait(cv, m);
		go = 0;
		rumpuser_mutex_exit(m);
	}
	kernel_join(t);
	tear_down();
	return NULL;
}

/*
 * One waits for a short time again and again, and takes a ticket only if its wait was signalled;
 * the other waits for ever. Each ticket is one signal, so if a wait that timed out had swallowed
 * one, its ticket would stay.
 */
static int tickets, over;

static void
take_if_signalled(void *unused)
{
	(void)unused;
	rumpuser_mutex_enter(m);
	while (!over) {
		if (rumpuser_cv_timedwait(cv, m, 0, 20000) == 0 && tickets > 0)
			tickets--;
	}
	rumpuser_mutex_exit(m);
}

static void
take_always(void *unused)
{
	(void)unused;
	rumpuser_mutex_enter(m);
	while (!over) {
		if (tickets > 0)
			tickets--;
		else
			rumpuser_cv_wait(cv, m);
	}
	rumpuser_mutex_exit(m);
}

static int
ticket_taken(void)
{
	for (int i = 0; i < 2000; i++) {
		int left;

		rumpuser_mutex_enter(m);
		left = tickets;
		rumpuser_mutex_exit(m);
		if (left == 0)
			return 1;
		rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 5000 + i * 500);
	}
	return 0;
}

static int
hand_out_tickets(void)
{
	int good = 1;

	for (int i = 0; i < ROUNDS / 2 && good; i++) {
		rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 10000 + i % 32 * 1000);
		rumpuser_mutex_enter(m);
		tickets++;
		rumpuser_mutex_exit(m);
		rumpuser_cv_signal(cv);
		good = ticket_taken();
	}
	rumpuser_mutex_enter(m);
	over = 1;
	rumpuser_cv_broadcast(cv);
	rumpuser_mutex_exit(m);
	return good;
}

const char *
cv_timeout_race(void)
{
	struct kernel_thread *t[2];
	int good;

	set_up(RUMPUSER_MTX_KMUTEX);
	tickets = over = 0;
	t[0] = kernel_thread(take_if_signalled, NULL);
	t[1] = kernel_thread(take_always, NULL);
	HOLDS(t[0] != NULL && t[1] != NULL, "no thread");
	good = hand_out_tickets();
	for (int i = 0; i < 2; i++)
		kernel_join(t[i]);
	HOLDS(good, "a wait that timed out swallowed a signal");
	HOLDS(waiters() == 0, "somebody still counts as waiting");
	tear_down();
	return NULL;
}
