/*
 * Base, memory, clocks, threads.
 */
#include "conform.h"

const char *
base_param(void)
{
	char buf[64] = {0};

	HOLDS(rumpuser_getparam(RUMPUSER_PARAM_NCPU, buf, sizeof(buf)) == 0, "no _RUMPUSER_NCPU");
	HOLDS(buf[0] >= '1' && buf[0] <= '9', "_RUMPUSER_NCPU is no number above 0");
	HOLDS(rumpuser_getparam(RUMPUSER_PARAM_HOSTNAME, buf, sizeof(buf)) == 0, "no _RUMPUSER_HOSTNAME");
	buf[0] = 'x';
	buf[1] = 'y';
	HOLDS(rumpuser_getparam(RUMPUSER_PARAM_HOSTNAME, buf, 1) != 0, "a value went into one byte");
	HOLDS(buf[1] == 'y', "the buffer was overrun");
	HOLDS(rumpuser_getparam("RUMP_NO_SUCH_THING", buf, sizeof(buf)) != 0, "a parameter that nobody set is there");
	return NULL;
}

const char *
base_random(void)
{
	uint8_t a[32], b[32];
	size_t n = 0, at, same = 0;

	for (at = 0; at < sizeof(a); at += n) {
		HOLDS(rumpuser_getrandom(a + at, sizeof(a) - at, RUMPUSER_RANDOM_HARD | RUMPUSER_RANDOM_NOWAIT, &n) == 0,
		      "no random bytes");
		HOLDS(n > 0 && n <= sizeof(a) - at, "no progress");
	}
	for (at = 0; at < sizeof(b); at += n)
		HOLDS(rumpuser_getrandom(b + at, sizeof(b) - at, 0, &n) == 0, "no random bytes");
	for (at = 0; at < sizeof(a); at++)
		same += a[at] == b[at];
	HOLDS(same < 8, "the same bytes again");
	return NULL;
}

const char *
base_errno(void)
{
	rumpuser_seterrno(5);
	rumpuser_seterrno(0);
	HOLDS(on_cpu, "the CPU is gone");
	return NULL;
}

static int
same(const char *a, const char *b)
{
	while (*a != 0 && *a == *b)
		a++, b++;
	return *a == *b;
}

const char *
base_params(void)
{
	for (const struct conform_param *p = conform_params; p->name != NULL; p++) {
		char buf[32] = "";
		size_t n = 0;

		while (p->value[n] != 0)
			n++;
		HOLDS(rumpuser_getparam(p->name, buf, n + 1) == 0, "one is not there");
		HOLDS(same(buf, p->value), "one has another value");
		HOLDS(rumpuser_getparam(p->name, buf, n) != 0, "one went into a buffer that is a byte too small");
		HOLDS(rumpuser_getparam(p->name, buf, 0) != 0, "one went into nothing");
	}
	HOLDS(on_cpu, "the CPU is gone");
	return NULL;
}

const char *
base_random_hard(void)
{
	static const int kinds[] = {0, RUMPUSER_RANDOM_HARD, RUMPUSER_RANDOM_NOWAIT,
	                            RUMPUSER_RANDOM_HARD | RUMPUSER_RANDOM_NOWAIT};
	int before = notes.unscheduled;

	for (int i = 0; i < 4; i++) {
		unsigned different = 0;

		for (size_t len = 1; len <= 40; len++) {
			uint8_t bytes[41];
			size_t n = 0;

			bytes[0] = bytes[len] = 0x5a;
			HOLDS(rumpuser_getrandom(bytes, len, kinds[i], &n) == 0, "there are none");
			HOLDS(n > 0 && n <= len, "no progress");
			HOLDS(bytes[len] == 0x5a, "there was one too many");
			different += bytes[0] != 0x5a;
		}
		HOLDS(different > 30, "nothing was written");
		HOLDS(!(kinds[i] & RUMPUSER_RANDOM_NOWAIT) || notes.unscheduled == before, "the CPU was given up");
	}
	return NULL;
}

static void
set_errno(void *arg)
{
	rumpuser_seterrno(*(int *)arg);
	kernel_pause();
	*(int *)arg = conform_errno();
}

const char *
base_errno_apart(void)
{
	int values[3] = {11, 12, 13};
	struct kernel_thread *t[3];

	rumpuser_seterrno(7);
	for (int i = 0; i < 3; i++) {
		t[i] = kernel_thread(set_errno, &values[i]);
		HOLDS(t[i] != NULL, "no thread");
	}
	for (int i = 0; i < 3; i++) {
		kernel_join(t[i]);
		HOLDS(values[i] == 11 + i, "a thread has not what it set");
	}
	HOLDS(conform_errno() == 7, "another thread's errno came here");
	rumpuser_seterrno(0);
	HOLDS(conform_errno() == 0, "0 is not set");
	return NULL;
}

static const size_t lengths[] = {1, 7, 8, 24, 100, 512, 2048, 2049, 4096, 5000, 12288, 65536, 131072, 300000};
static const int alignments[] = {0, 8, 16, 256, 2048, 4096, 16384, 65536};

#define NLENGTHS (sizeof(lengths) / sizeof(lengths[0]))

const char *
mem_align(void)
{
	void *mem[NLENGTHS];

	for (size_t a = 0; a < sizeof(alignments) / sizeof(alignments[0]); a++) {
		uintptr_t mask = alignments[a] == 0 ? sizeof(void *) - 1 : (uintptr_t)alignments[a] - 1;

		for (size_t i = 0; i < NLENGTHS; i++) {
			HOLDS(rumpuser_malloc(lengths[i], alignments[a], &mem[i]) == 0, "no memory");
			HOLDS(((uintptr_t)mem[i] & mask) == 0, "not aligned");
			for (size_t j = 0; j < lengths[i]; j++)
				((uint8_t *)mem[i])[j] = (uint8_t)(i + a);
		}
		for (size_t i = 0; i < NLENGTHS; i++) {
			for (size_t j = 0; j < lengths[i]; j++)
				HOLDS(((uint8_t *)mem[i])[j] == (uint8_t)(i + a), "somebody else wrote there");
			rumpuser_free(mem[i], lengths[i]);
		}
	}
	return NULL;
}

#define BLOCKS 200

const char *
mem_many(void)
{
	static struct { uint8_t *at; size_t len; uint8_t mark; } block[BLOCKS];
	uint32_t r = 12345;

	for (int round = 0; round < 20000; round++) {
		unsigned i = (r = r * 1664525 + 1013904223) >> 8;
		void *mem;

		i %= BLOCKS;
		if (block[i].at != NULL) {
			HOLDS(block[i].at[0] == block[i].mark && block[i].at[block[i].len - 1] == block[i].mark,
			      "what was written is gone");
			rumpuser_free(block[i].at, block[i].len);
		}
		block[i].len = 1 + (r >> 4) % ((r & 15) == 0 ? 150000 : 3000);
		HOLDS(rumpuser_malloc(block[i].len, 0, &mem) == 0, "no memory");
		block[i].at = mem;
		block[i].mark = (uint8_t)round;
		block[i].at[0] = block[i].at[block[i].len - 1] = block[i].mark;
	}
	for (int i = 0; i < BLOCKS; i++) {
		if (block[i].at != NULL)
			rumpuser_free(block[i].at, block[i].len);
		block[i].at = NULL;
	}
	return NULL;
}

const char *
mem_too_much(void)
{
	void *mem;

	HOLDS(rumpuser_malloc((size_t)1 << 46, 0, &mem) != 0, "64 TiB were promised");
	HOLDS(rumpuser_malloc(SIZE_MAX - 100, 4096, &mem) != 0, "all memory there can be was promised");
	return NULL;
}

const char *
clock_forward(void)
{
	int64_t last = kernel_now_ns();

	for (int i = 0; i < 10000; i++) {
		int64_t now = kernel_now_ns();

		HOLDS(now >= last, "it went back");
		last = now;
	}
	HOLDS(on_cpu, "the CPU is gone");
	return NULL;
}

const char *
clock_sleep_duration(void)
{
	int before = notes.unscheduled;
	int64_t start = kernel_now_ns();

	HOLDS(rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 20000000) == 0, "the sleep failed");
	HOLDS(kernel_now_ns() - start >= 20000000, "it was too short");
	HOLDS(notes.unscheduled == before + 1, "the CPU was not given up once");
	HOLDS(on_cpu, "the CPU is gone");
	for (int i = 0; i < 30; i++) {
		start = kernel_now_ns();
		kernel_sleep_ms(1);
		HOLDS(kernel_now_ns() - start >= 1000000, "one of many was too short");
	}
	return NULL;
}

const char *
clock_sleep_until(void)
{
	int64_t until = kernel_now_ns() + 15000000, start;

	rumpuser_clock_sleep(RUMPUSER_CLOCK_ABSMONO, until / 1000000000, (long)(until % 1000000000));
	HOLDS(kernel_now_ns() >= until, "it ended before the moment");
	start = kernel_now_ns();
	rumpuser_clock_sleep(RUMPUSER_CLOCK_ABSMONO, until / 1000000000, (long)(until % 1000000000));
	HOLDS(kernel_now_ns() - start < 1000000000, "it waited for a moment that has passed");
	return NULL;
}

#define MS     1000000 /* ns */
#define TRIES  20      /* the best of which counts: others run on the machine too */

/* How much later than asked a sleep of some ms ends at best; clk: as RUMPUSER_CLOCK_*. */
static int64_t
best_delay(int clk, int ms)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		int64_t until = kernel_now_ns() + ms * MS, late;
		int64_t when = clk == RUMPUSER_CLOCK_ABSMONO ? until : ms * MS;

		rumpuser_clock_sleep(clk, when / 1000000000, (long)(when % 1000000000));
		late = kernel_now_ns() - until;
		best = late < best ? late : best;
	}
	return best;
}

const char *
clock_precise(void)
{
	int64_t late = best_delay(RUMPUSER_CLOCK_RELWALL, 3);

	HOLDS(late >= 0, "one was too short");
	HOLDS(late < MS, "the best of many was a millisecond too long");
	return NULL;
}

const char *
clock_precise_until(void)
{
	int64_t late = best_delay(RUMPUSER_CLOCK_ABSMONO, 3);

	HOLDS(late >= 0, "one ended too early");
	HOLDS(late < MS, "the best of many ended a millisecond late");
	return NULL;
}

static void
set(void *arg)
{
	*(int *)arg = 42;
}

const char *
thread_join(void)
{
	int value = 0, before = notes.unscheduled;
	struct kernel_thread *t = kernel_thread(set, &value);

	HOLDS(t != NULL, "no thread");
	kernel_join(t);
	HOLDS(value == 42, "it did not run with its argument");
	HOLDS(notes.unscheduled == before + 1, "the CPU was not given up once");
	HOLDS(on_cpu, "the CPU is gone");
	return NULL;
}

static void
set_late(void *arg)
{
	kernel_sleep_ms(*(int *)arg);
	*(int *)arg = 0;
}

const char *
thread_join_waits(void)
{
	int left[3] = {20, 1, 10};
	struct kernel_thread *t[3];

	for (int i = 0; i < 3; i++) {
		t[i] = kernel_thread(set_late, &left[i]);
		HOLDS(t[i] != NULL, "no thread");
	}
	for (int i = 0; i < 3; i++) {
		kernel_join(t[i]);
		HOLDS(left[i] == 0, "a thread that was joined has not ended");
	}
	return NULL;
}

static void *
look_at_lwp(void *arg)
{
	*(struct lwp **)arg = rumpuser_curlwp();
	rumpuser_thread_exit();
}

static void
note_lwp(void *arg)
{
	*(struct lwp **)arg = rumpuser_curlwp();
}

const char *
thread_lwp(void)
{
	struct lwp *mine = rumpuser_curlwp(), *other = NULL, *fresh = mine;
	struct kernel_thread *t = kernel_thread(note_lwp, &other);
	void *cookie;

	HOLDS(t != NULL, "no thread");
	kernel_join(t);
	HOLDS(rumpuser_thread_create(look_at_lwp, &fresh, "bare", 1, -1, -1, &cookie) == 0, "no thread");
	rumpuser_thread_join(cookie);
	HOLDS(mine != NULL && other != NULL && mine != other, "two threads have one lwp");
	HOLDS(fresh == NULL, "a new thread has an lwp");
	HOLDS(rumpuser_curlwp() == mine, "the lwp has changed");
	return NULL;
}

const char *
thread_many(void)
{
	for (int i = 0; i < 100; i++) {
		int value = 0;
		struct kernel_thread *t = kernel_thread(set, &value);

		HOLDS(t != NULL, "there are no more threads");
		kernel_join(t);
		HOLDS(value == 42, "one did not run");
	}
	return NULL;
}
