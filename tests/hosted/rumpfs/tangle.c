/*
 * Threads of one process that do anything to few sockets: they take each other's descriptors away while calls wait on
 * them. Any result is right that sockets can have; every call has to end, since somebody goes on closing.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "rumpfs.h"

#define THREADS 8
#define FDS     12   /* that are used */
#define ALL     128  /* that there can be */
#define NAMES   3
#define BYTES   9000

struct tangler {
	pthread_t thread;
	struct rsys_proc *proc;
	const char *dir;
	int operations;
	uint64_t random;
	long good;
	long bad;    /* a result that no socket can have */
	uint8_t bytes[BYTES];
};

static atomic_int running;

static uint32_t
roll(struct tangler *t, uint32_t sides)
{
	return dice(&t->random, sides);
}

static int
any_fd(struct tangler *t)
{
	return (int)roll(t, FDS);
}

static int
any_type(struct tangler *t)
{
	return roll(t, 2) ? RSYS_STREAM : RSYS_DATAGRAM;
}

static int
any_wait(struct tangler *t)
{
	return roll(t, 2) ? RSYS_DONTWAIT : 0;
}

static struct rsys_address
any_name(struct tangler *t)
{
	struct rsys_address a = {.family = roll(t, 20) == 0 ? RSYS_FAMILY_NONE : RSYS_LOCAL};

	snprintf(a.path, sizeof(a.path), "%s/tangle-%u", t->dir, roll(t, NAMES));
	return a;
}

static long
make(struct tangler *t)
{
	int fds[2];

	if (roll(t, 3) == 0)
		return rsys_socketpair(t->proc, RSYS_LOCAL, any_type(t), (int)roll(t, 2), fds);
	return rsys_socket(t->proc, RSYS_LOCAL, any_type(t), (int)roll(t, 2));
}

static long
name(struct tangler *t)
{
	struct rsys_address a = any_name(t);

	switch (roll(t, 4)) {
	case 0: return rsys_unlink(t->proc, a.path);
	case 1: return rsys_getsockname(t->proc, any_fd(t), &a);
	case 2: return rsys_getpeername(t->proc, any_fd(t), &a);
	default: return rsys_bind(t->proc, any_fd(t), &a);
	}
}

static long
join(struct tangler *t)
{
	struct rsys_address a = any_name(t);

	switch (roll(t, 3)) {
	case 0: return rsys_listen(t->proc, any_fd(t), (int)roll(t, 3));
	case 1: return rsys_accept(t->proc, any_fd(t), (int)roll(t, 2), &a);
	default: return rsys_connect(t->proc, any_fd(t), &a);
	}
}

static long
move(struct tangler *t)
{
	struct rsys_address a = any_name(t);
	size_t n = roll(t, BYTES);

	switch (roll(t, 4)) {
	case 0: return rsys_send(t->proc, any_fd(t), t->bytes, n, any_wait(t), NULL);
	case 1: return rsys_send(t->proc, any_fd(t), t->bytes, n, any_wait(t), &a);
	case 2: return rsys_receive(t->proc, any_fd(t), t->bytes, n, any_wait(t) | (roll(t, 4) ? 0 : RSYS_PEEK), &a);
	default: return rsys_read(t->proc, any_fd(t), t->bytes, n);
	}
}

static long
look(struct tangler *t)
{
	struct rsys_poll polls[3];

	for (int i = 0; i < 3; i++)
		polls[i] = (struct rsys_poll){.fd = any_fd(t), .events = (uint16_t)(roll(t, 2) ? RSYS_IN : RSYS_OUT)};
	switch (roll(t, 3)) {
	case 0: return rsys_getsockopt(t->proc, any_fd(t), 1 + (int)roll(t, 8));
	case 1: return rsys_setsockopt(t->proc, any_fd(t), 4 + (int)roll(t, 4), 1 + roll(t, 20000));
	default: return rsys_poll(t->proc, polls, 3, (int64_t)roll(t, 2000) - 100);
	}
}

static long
end(struct tangler *t)
{
	if (roll(t, 2))
		return rsys_shutdown(t->proc, any_fd(t), (int)roll(t, 3));
	return rsys_close(t->proc, roll(t, 2) ? any_fd(t) : (int)roll(t, ALL));
}

/* Errors of sockets, and ENOENT. */
static int
is_possible(long result)
{
	static const uint8_t possible[] = {1, 2, 9, 22, 24, 32, 35, 39, 41, 42, 40, 45, 47, 48, 54, 55, 56, 57, 61};

	return result >= 0 || (result > -128 && memchr(possible, (int)-result, sizeof(possible)) != NULL);
}

static void *
tangler_main(void *arg)
{
	static long (*const acts[])(struct tangler *) = {make, make, name, join, join, move, move, move, look, end};
	struct tangler *t = arg;

	for (int i = 0; i < t->operations; i++) {
		long result = acts[roll(t, sizeof(acts) / sizeof(acts[0]))](t);

		t->good += result >= 0;
		if (!is_possible(result))
			t->bad = result;
	}
	atomic_fetch_sub(&running, 1);
	return NULL;
}

/* Whoever waits for ever on a descriptor waits until it is closed. */
static void
close_until_all_end(struct rsys_proc *p, uint64_t random)
{
	while (atomic_load(&running) > 0) {
		nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
		rsys_close(p, (int)dice(&random, ALL));
	}
}

static void
remove_names(struct tangler *t)
{
	for (int i = 0; i < NAMES; i++) {
		char path[NAMES_MAX];

		snprintf(path, sizeof(path), "%s/tangle-%d", t->dir, i);
		rsys_unlink(t->proc, path);
	}
}

long
tangle(const char *dir, int threads, int operations, uint64_t seed)
{
	static struct tangler tangler[THREADS];
	struct rsys_proc *p = rsys_proc_create();
	long good = 0, bad = 0;

	if (threads > THREADS)
		return -22;
	atomic_store(&running, threads);
	for (int i = 0; i < threads; i++) {
		tangler[i] = (struct tangler){
			.proc = p, .dir = dir, .operations = operations, .random = seed * THREADS + (uint64_t)i,
		};
		pthread_create(&tangler[i].thread, NULL, tangler_main, &tangler[i]);
	}
	close_until_all_end(p, seed);
	for (int i = 0; i < threads; i++) {
		pthread_join(tangler[i].thread, NULL);
		good += tangler[i].good;
		bad = tangler[i].bad != 0 ? tangler[i].bad : bad;
	}
	remove_names(&tangler[0]);
	rsys_proc_destroy(p);
	return bad != 0 ? bad : good;
}

/* As much as fits into the sockets of a process. */
static long
fill(struct rsys_proc *p)
{
	static const uint8_t bytes[8000];
	long total = 0, e = 0;
	int fds[2];

	while (e >= 0 && rsys_socketpair(p, RSYS_LOCAL, RSYS_DATAGRAM, 0, fds) == 0) {
		rsys_setsockopt(p, fds[1], RSYS_OPT_RCVBUF, 256 * 1024);
		while ((e = rsys_send(p, fds[0], bytes, sizeof(bytes), RSYS_DONTWAIT, NULL)) > 0)
			total += e;
		e = e == -35 ? 0 : e;
	}
	return e == -55 ? total : e;
}

long
fill_sockets(void)
{
	struct rsys_proc *first = rsys_proc_create(), *second = rsys_proc_create();
	long one = fill(first), other = fill(second);

	rsys_proc_destroy(first);
	rsys_proc_destroy(second);
	return one == other ? one : -1000;
}
