/*
 * What lies at the edges of the families: nothing asked for, nobody there, the last sector, the second time.
 */
#include "conform.h"

#include <abi/err.h>

#define SECTOR 512

const char *
base_random_spread(void)
{
	uint8_t bytes[2048];
	unsigned count[256] = {0};
	size_t n = 0;

	for (size_t at = 0; at < sizeof(bytes); at += n) {
		HOLDS(rumpuser_getrandom(bytes + at, sizeof(bytes) - at, RUMPUSER_RANDOM_NOWAIT, &n) == 0, "no random bytes");
		HOLDS(n > 0 && n <= sizeof(bytes) - at, "no progress");
	}
	for (size_t i = 0; i < sizeof(bytes); i++)
		count[bytes[i]]++;
	for (int i = 0; i < 256; i++)
		HOLDS(count[i] < 40, "one value comes far too often");
	return NULL;
}

const char *
base_text(void)
{
	int before = notes.unscheduled;

	rumpuser_dprintf("%s %d %x%c", "conform", 45, 45, '\n');
	rumpuser_putchar('.');
	rumpuser_putchar('\n');
	HOLDS(on_cpu && notes.unscheduled == before, "the CPU was given up");
	return NULL;
}

const char *
base_harmless(void)
{
	rumpuser_dl_bootstrap(NULL, NULL, NULL);
	rumpuser_kill(RUMPUSER_PID_SELF, 0);
	HOLDS(on_cpu, "the CPU is gone");
	return NULL;
}

const char *
mem_again(void)
{
	void *mem[32];

	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < 32; i++)
			HOLDS(rumpuser_malloc(16384, 4096, &mem[i]) == 0, "memory that was given back does not come again");
		for (int i = 0; i < 32; i++)
			rumpuser_free(mem[i], 16384);
	}
	return NULL;
}

const char *
mem_map(void)
{
	void *mem = NULL;

	HOLDS(rumpuser_anonmmap(NULL, 3 * 4096, 14, 0, &mem) == 0, "there is no memory");
	HOLDS((uintptr_t)mem % (1 << 14) == 0, "it is not aligned");
	for (int i = 0; i < 3 * 4096; i++)
		HOLDS(((uint8_t *)mem)[i] == 0, "it is not zeroed");
	for (int i = 0; i < 3 * 4096; i++)
		((uint8_t *)mem)[i] = 0x5a;
	rumpuser_unmap(mem, 3 * 4096);
	HOLDS(rumpuser_anonmmap(NULL, 0, 0, 0, &mem) == EINVAL, "nothing was mapped");
	HOLDS(rumpuser_anonmmap(NULL, 4096, 47, 0, &mem) == EINVAL, "something was aligned to 128 TiB");
	HOLDS(rumpuser_anonmmap(NULL, 4096, 0, 1, &mem) == ENOTSUP, "what can be written can be executed");
	return NULL;
}

const char *
clock_wall(void)
{
	int64_t sec = 0, again = 0;
	long nsec = -1;

	HOLDS(rumpuser_clock_gettime(RUMPUSER_CLOCK_RELWALL, &sec, &nsec) == 0, "there is none");
	HOLDS(sec > 1577836800, "it is before 2020");
	HOLDS(nsec >= 0 && nsec < 1000000000, "its nanoseconds are none");
	HOLDS(rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &again, &nsec) == 0 && again >= 0, "there is no monotonic one");
	HOLDS(nsec >= 0 && nsec < 1000000000, "the monotonic one's nanoseconds are none");
	HOLDS(rumpuser_clock_gettime(RUMPUSER_CLOCK_RELWALL, &again, &nsec) == 0 && again - sec < 60, "it jumps");
	return NULL;
}

const char *
clock_nothing(void)
{
	int64_t start = kernel_now_ns();

	HOLDS(rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 0) == 0, "it failed");
	HOLDS(kernel_now_ns() - start < 1000000000, "it lasted");
	HOLDS(on_cpu, "the CPU is gone");
	return NULL;
}

static struct rumpuser_mtx *m;
static struct rumpuser_cv *cv;
static int ended;

/* Of the host's alone, without an lwp: wrap-less calls are all that it may make. */
static void *
tell_end(void *arg)
{
	rumpuser_mutex_enter_nowrap(m);
	ended = *(int *)arg;
	rumpuser_cv_signal(cv);
	rumpuser_mutex_exit(m);
	rumpuser_thread_exit();
}

const char *
thread_loose(void)
{
	int value = 7, good = 1;

	rumpuser_mutex_init(&m, RUMPUSER_MTX_SPIN);
	rumpuser_cv_init(&cv);
	for (int i = 0; i < 20 && good; i++) {
		ended = 0;
		good = rumpuser_thread_create(tell_end, &value, "loose", 0, -1, i % 2 ? 0 : -1, NULL) == 0;
		rumpuser_mutex_enter_nowrap(m);
		while (good && ended != value)
			rumpuser_cv_wait_nowrap(cv, m);
		rumpuser_mutex_exit(m);
	}
	HOLDS(good, "no thread");
	kernel_sleep_ms(20); /* the last one is on its way out of the mutex */
	rumpuser_cv_destroy(cv);
	rumpuser_mutex_destroy(m);
	return NULL;
}

const char *
thread_lwp_again(void)
{
	struct lwp *mine = rumpuser_curlwp();

	rumpuser_curlwpop(RUMPUSER_LWP_CREATE, mine);
	HOLDS(rumpuser_curlwp() == mine, "CREATE changed it");
	rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, mine);
	HOLDS(rumpuser_curlwp() == NULL, "CLEAR left it");
	rumpuser_curlwpop(RUMPUSER_LWP_SET, mine);
	HOLDS(rumpuser_curlwp() == mine, "SET did not bring it back");
	rumpuser_curlwpop(RUMPUSER_LWP_DESTROY, mine);
	HOLDS(rumpuser_curlwp() == mine, "DESTROY changed it");
	return NULL;
}

const char *
mutex_apart(void)
{
	struct rumpuser_mtx *all[32];
	struct lwp *owner;

	for (int i = 0; i < 32; i++)
		rumpuser_mutex_init(&all[i], i % 2 ? RUMPUSER_MTX_KMUTEX : RUMPUSER_MTX_KMUTEX | RUMPUSER_MTX_SPIN);
	for (int i = 0; i < 32; i += 2)
		rumpuser_mutex_enter(all[i]);
	for (int i = 0; i < 32; i++) {
		rumpuser_mutex_owner(all[i], &owner);
		HOLDS(owner == (i % 2 ? NULL : rumpuser_curlwp()), "one knows another's owner");
		HOLDS(i % 2 == 0 || rumpuser_mutex_tryenter(all[i]) == 0, "one that nobody has is taken");
	}
	for (int i = 0; i < 32; i++) {
		rumpuser_mutex_exit(all[i]);
		rumpuser_mutex_owner(all[i], &owner);
		HOLDS(owner == NULL, "a free one has an owner");
		rumpuser_mutex_destroy(all[i]);
	}
	return NULL;
}

static struct rumpuser_rw *rw;
static int other_got; /* what the other thread's try gave */

static void
try_to_read(void *arg)
{
	(void)arg;
	other_got = rumpuser_rw_tryenter(RUMPUSER_RW_READER, rw);
	if (other_got == 0)
		rumpuser_rw_exit(rw);
}

static int
other_reads(void)
{
	struct kernel_thread *t = kernel_thread(try_to_read, NULL);

	other_got = -1;
	kernel_join(t);
	return other_got == 0;
}

const char *
rw_downgrade_shares(void)
{
	int held = 1;

	rumpuser_rw_init(&rw);
	rumpuser_rw_enter(RUMPUSER_RW_WRITER, rw);
	HOLDS(!other_reads(), "a reader came in beside a writer");
	rumpuser_rw_downgrade(rw);
	rumpuser_rw_held(RUMPUSER_RW_WRITER, rw, &held);
	HOLDS(held == 0, "who has become a reader is a writer still");
	HOLDS(other_reads(), "no reader comes in beside a reader that was a writer");
	rumpuser_rw_exit(rw);
	HOLDS(rumpuser_rw_tryenter(RUMPUSER_RW_WRITER, rw) == 0, "it was not left");
	rumpuser_rw_exit(rw);
	rumpuser_rw_destroy(rw);
	return NULL;
}

const char *
rw_free(void)
{
	int held = 1;

	rumpuser_rw_init(&rw);
	rumpuser_rw_held(RUMPUSER_RW_READER, rw, &held);
	HOLDS(held == 0, "it has a reader");
	rumpuser_rw_held(RUMPUSER_RW_WRITER, rw, &held);
	HOLDS(held == 0, "it has a writer");
	for (int i = 0; i < 10; i++)
		HOLDS(rumpuser_rw_tryenter(RUMPUSER_RW_READER, rw) == 0, "a reader does not share with itself");
	HOLDS(rumpuser_rw_tryenter(RUMPUSER_RW_WRITER, rw) != 0, "a writer came in beside readers");
	for (int i = 0; i < 10; i++)
		rumpuser_rw_exit(rw);
	HOLDS(rumpuser_rw_tryenter(RUMPUSER_RW_WRITER, rw) == 0, "a reader is left over");
	rumpuser_rw_exit(rw);
	rumpuser_rw_destroy(rw);
	return NULL;
}

const char *
cv_nobody(void)
{
	int waiters = 1, before = notes.unscheduled;

	rumpuser_cv_init(&cv);
	rumpuser_cv_signal(cv);
	rumpuser_cv_broadcast(cv);
	rumpuser_cv_has_waiters(cv, &waiters);
	HOLDS(waiters == 0, "somebody waits");
	HOLDS(notes.unscheduled == before, "the CPU was given up");
	rumpuser_cv_destroy(cv);
	return NULL;
}

const char *
cv_no_time(void)
{
	int waiters = 1, e;
	int64_t start;

	rumpuser_mutex_init(&m, RUMPUSER_MTX_KMUTEX);
	rumpuser_cv_init(&cv);
	rumpuser_cv_signal(cv); /* is not kept */
	rumpuser_mutex_enter(m);
	start = kernel_now_ns();
	e = rumpuser_cv_timedwait(cv, m, 0, 0);
	rumpuser_mutex_exit(m);
	HOLDS(e != 0, "nobody signalled");
	HOLDS(kernel_now_ns() - start < 1000000000, "it lasted");
	rumpuser_cv_has_waiters(cv, &waiters);
	HOLDS(waiters == 0, "who gave up waits still");
	rumpuser_cv_destroy(cv);
	rumpuser_mutex_destroy(m);
	return NULL;
}

static void
signal_late(void *arg)
{
	(void)arg;
	kernel_sleep_ms(5);
	rumpuser_mutex_enter(m);
	rumpuser_cv_signal(cv);
	rumpuser_mutex_exit(m);
}

const char *
cv_long(void)
{
	static const int64_t seconds[] = {1000000, INT64_MAX / 1000000000, INT64_MAX};

	for (int i = 0; i < 3; i++) {
		struct kernel_thread *t;
		int e;

		rumpuser_mutex_init(&m, RUMPUSER_MTX_KMUTEX);
		rumpuser_cv_init(&cv);
		t = kernel_thread(signal_late, NULL);
		HOLDS(t != NULL, "no thread");
		rumpuser_mutex_enter(m);
		e = rumpuser_cv_timedwait(cv, m, seconds[i], 999999999);
		rumpuser_mutex_exit(m);
		kernel_join(t);
		HOLDS(e == 0, "the time was over at once");
		rumpuser_cv_destroy(cv);
		rumpuser_mutex_destroy(m);
	}
	return NULL;
}

const char *
base_proxy(void)
{
	char text[4] = "";
	size_t n = sizeof(text);
	void *mem;

	HOLDS(rumpuser_sp_init("unix://x", "NetBSD", "7", "amd64") != 0, "it starts");
	HOLDS(rumpuser_sp_copyin(NULL, text, text, 1) != 0 && rumpuser_sp_copyinstr(NULL, text, text, &n) != 0, "it copies in");
	HOLDS(rumpuser_sp_copyout(NULL, text, text, 1) != 0, "it copies out");
	HOLDS(rumpuser_sp_copyoutstr(NULL, text, text, &n) != 0, "it copies strings out");
	HOLDS(rumpuser_sp_anonmmap(NULL, 4096, &mem) != 0, "it maps");
	HOLDS(rumpuser_sp_raise(NULL, 9) != 0, "it signals");
	rumpuser_sp_fini(NULL);
	HOLDS(on_cpu, "the CPU is gone");
	return NULL;
}

const char *
file_twice(void)
{
	int a = -1, b = -1;

	HOLDS(rumpuser_open("disk0", RUMPUSER_OPEN_RDONLY | RUMPUSER_OPEN_BIO, &a) == 0, "it does not open");
	HOLDS(rumpuser_close(a) == 0, "it does not close");
	HOLDS(rumpuser_open("disk0", RUMPUSER_OPEN_RDONLY | RUMPUSER_OPEN_BIO, &b) == 0, "it does not open again");
	HOLDS(rumpuser_close(b) == 0, "it does not close again");
	HOLDS(rumpuser_close(b) != 0, "what is closed closes once more");
	HOLDS(on_cpu, "the CPU is gone");
	return NULL;
}

struct last {
	int done, error;
	size_t bytes;
};

static void
done_last(void *arg, size_t bytes, int error)
{
	struct last *l = arg;

	rumpuser_mutex_enter(m);
	*l = (struct last){1, error, bytes};
	rumpuser_cv_broadcast(cv);
	rumpuser_mutex_exit(m);
}

const char *
bio_last(void)
{
	struct last l = {0, 0, 0};
	uint64_t size;
	void *mem;
	int fd;

	rumpuser_mutex_init(&m, RUMPUSER_MTX_KMUTEX);
	rumpuser_cv_init(&cv);
	HOLDS(rumpuser_getfileinfo("disk0", &size, NULL) == 0, "it has no size");
	HOLDS(rumpuser_open("disk0", RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_BIO, &fd) == 0, "it does not open");
	HOLDS(rumpuser_malloc(SECTOR, SECTOR, &mem) == 0, "no memory");
	rumpuser_bio(fd, RUMPUSER_BIO_READ, mem, SECTOR, (int64_t)size - SECTOR, done_last, &l);
	rumpuser_mutex_enter(m);
	while (!l.done)
		rumpuser_cv_wait(cv, m);
	rumpuser_mutex_exit(m);
	HOLDS(l.error == 0 && l.bytes == SECTOR, "the last sector cannot be read");
	rumpuser_free(mem, SECTOR);
	rumpuser_close(fd);
	rumpuser_cv_destroy(cv);
	rumpuser_mutex_destroy(m);
	return NULL;
}
