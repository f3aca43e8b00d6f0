/*
 * The block device "disk0": at least a MiB. What the tests overwrite they put back.
 */
#include "conform.h"

#include <abi/err.h>

#define SECTOR   512
#define REQUESTS 100
#define BYTES    1024
#define LARGE    (192 * 1024)

static struct rumpuser_mtx *m;
static struct rumpuser_cv *cv;
static int fd;

struct answer {
	int done, error; /* done: how often */
	size_t bytes;
	int on_cpu;
	struct lwp *lwp;
};

static void
answer(void *arg, size_t bytes, int error)
{
	struct answer *a = arg;

	rumpuser_mutex_enter(m);
	*a = (struct answer){a->done + 1, error, bytes, on_cpu, rumpuser_curlwp()};
	rumpuser_cv_broadcast(cv);
	rumpuser_mutex_exit(m);
}

static void
wait_for(struct answer *a, int n)
{
	rumpuser_mutex_enter(m);
	for (int i = 0; i < n; i++) {
		while (!a[i].done)
			rumpuser_cv_wait(cv, m);
	}
	rumpuser_mutex_exit(m);
}

static const char *
set_up(void)
{
	rumpuser_mutex_init(&m, RUMPUSER_MTX_KMUTEX);
	rumpuser_cv_init(&cv);
	HOLDS(rumpuser_open("disk0", RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_BIO, &fd) == 0, "the device does not open");
	return NULL;
}

static void
tear_down(void)
{
	rumpuser_close(fd);
	rumpuser_cv_destroy(cv);
	rumpuser_mutex_destroy(m);
}

const char *
file_info(void)
{
	uint64_t size = 0;
	int type = 0;

	HOLDS(rumpuser_getfileinfo("disk0", &size, &type) == 0, "it is not there");
	HOLDS(type == RUMPUSER_FT_BLK, "it is no block device");
	HOLDS(size >= 1 << 20 && size % SECTOR == 0, "its size is wrong");
	HOLDS(rumpuser_getfileinfo("disk0", NULL, NULL) == 0, "it cannot be asked for nothing");
	return NULL;
}

const char *
file_missing(void)
{
	uint64_t size;
	int type, other;

	HOLDS(rumpuser_getfileinfo("no-such-disk", &size, &type) != 0, "it has information");
	HOLDS(rumpuser_open("no-such-disk", RUMPUSER_OPEN_RDONLY, &other) != 0, "it opens");
	HOLDS(on_cpu, "the CPU is gone");
	return NULL;
}

static uint8_t
pattern(size_t request, size_t i, unsigned salt)
{
	return (uint8_t)(request * 31 + i * 7 + (i >> 8) + (i >> 16) * 5 + salt);
}

/* Moves n pieces of len bytes, all at once. Result: whether each was answered as it should. */
static int
move(uint8_t *data, size_t n, size_t len, int op)
{
	static struct answer a[REQUESTS];
	int good = 1;

	for (size_t i = 0; i < n; i++) {
		a[i].done = 0;
		rumpuser_bio(fd, op, data + i * len, len, (int64_t)(i * len), answer, &a[i]);
		good &= on_cpu;
	}
	wait_for(a, (int)n);
	for (size_t i = 0; i < n; i++)
		good &= a[i].error == 0 && a[i].bytes == len;
	return good;
}

static const char *
write_and_read(uint8_t *data, size_t n, size_t len, unsigned salt, int op)
{
	for (size_t i = 0; i < n * len; i++)
		data[i] = pattern(i / len, i % len, salt);
	HOLDS(move(data, n, len, op), "a write failed, or took the CPU away");
	for (size_t i = 0; i < n * len; i++)
		data[i] = 0;
	HOLDS(move(data, n, len, RUMPUSER_BIO_READ), "a read failed, or took the CPU away");
	for (size_t i = 0; i < n * len; i++)
		HOLDS(data[i] == pattern(i / len, i % len, salt), "something else was read back");
	return NULL;
}

static const char *
with_device(size_t n, size_t len, unsigned salt, int op)
{
	const char *wrong = set_up();
	void *old, *new;

	HOLDS(wrong == NULL, wrong);
	HOLDS(rumpuser_malloc(n * len, 4096, &old) == 0 && rumpuser_malloc(n * len, 4096, &new) == 0, "no memory");
	HOLDS(move(old, n, len, RUMPUSER_BIO_READ), "a read failed, or took the CPU away");
	wrong = write_and_read(new, n, len, salt, op);
	HOLDS(move(old, n, len, RUMPUSER_BIO_WRITE), "what was there could not be put back");
	HOLDS(wrong == NULL, wrong);
	rumpuser_free(old, n * len);
	rumpuser_free(new, n * len);
	tear_down();
	return NULL;
}

const char *
bio_back(void)
{
	return with_device(1, SECTOR, 1, RUMPUSER_BIO_WRITE);
}

const char *
bio_many(void)
{
	return with_device(REQUESTS, BYTES, 2, RUMPUSER_BIO_WRITE);
}

const char *
bio_large(void)
{
	return with_device(3, LARGE, 3, RUMPUSER_BIO_WRITE);
}

const char *
bio_sync(void)
{
	return with_device(REQUESTS, BYTES, 4, RUMPUSER_BIO_WRITE | RUMPUSER_BIO_SYNC);
}

const char *
bio_context(void)
{
	struct answer a = {0};
	const char *wrong = set_up();
	void *mem;

	HOLDS(wrong == NULL, wrong);
	HOLDS(rumpuser_malloc(SECTOR, SECTOR, &mem) == 0, "no memory");
	rumpuser_bio(fd, RUMPUSER_BIO_READ, mem, SECTOR, 0, answer, &a);
	wait_for(&a, 1);
	rumpuser_free(mem, SECTOR);
	HOLDS(a.on_cpu, "biodone was called off the CPU");
	HOLDS(a.lwp != NULL, "biodone was called without an lwp");
	tear_down();
	return NULL;
}

#define FLYING 16

const char *
bio_once(void)
{
	static struct answer a[FLYING];
	const char *wrong = set_up();
	void *mem;

	HOLDS(wrong == NULL, wrong);
	HOLDS(rumpuser_malloc(FLYING * BYTES, 0, &mem) == 0, "no memory");
	for (size_t i = 0; i < FLYING; i++) {
		a[i] = (struct answer){0};
		rumpuser_bio(fd, RUMPUSER_BIO_READ, (uint8_t *)mem + i * BYTES, BYTES, (int64_t)(i * BYTES), answer, &a[i]);
	}
	wait_for(a, FLYING);
	kernel_sleep_ms(20); /* time for more */
	rumpuser_mutex_enter(m);
	for (size_t i = 0; i < FLYING; i++)
		wrong = a[i].done == 1 && a[i].error == 0 && a[i].bytes == BYTES ? wrong : "one was answered twice, or badly";
	rumpuser_mutex_exit(m);
	rumpuser_free(mem, FLYING * BYTES);
	tear_down();
	return wrong;
}

/* Result: the error that a request is answered with; -1: it was not answered as one that is refused is. */
static int
refused(int descriptor, int op, size_t len, int64_t off)
{
	static uint8_t mem[2 * SECTOR];
	struct answer a = {0};

	rumpuser_bio(descriptor, op, mem, len, off, answer, &a);
	wait_for(&a, 1);
	kernel_pause();
	return a.done == 1 && a.bytes == 0 && a.on_cpu ? a.error : -1;
}

const char *
bio_refused(void)
{
	const int both = RUMPUSER_BIO_READ | RUMPUSER_BIO_WRITE;
	const char *wrong = set_up();
	uint64_t size;
	int in;

	HOLDS(wrong == NULL && rumpuser_getfileinfo("disk0", &size, NULL) == 0, "the device does not open");
	HOLDS(rumpuser_open("disk0", RUMPUSER_OPEN_RDONLY | RUMPUSER_OPEN_BIO, &in) == 0, "the device does not open twice");
	HOLDS(refused(-1, RUMPUSER_BIO_READ, SECTOR, 0) == EBADF, "what is no descriptor is read");
	HOLDS(refused(in, RUMPUSER_BIO_WRITE, SECTOR, 0) == EBADF, "what is open for reading is written");
	HOLDS(refused(fd, RUMPUSER_BIO_READ, SECTOR - 1, 0) == EINVAL, "a part of a sector is read");
	HOLDS(refused(fd, RUMPUSER_BIO_READ, SECTOR, 1) == EINVAL, "a sector begins anywhere");
	HOLDS(refused(fd, RUMPUSER_BIO_READ, SECTOR, -SECTOR) == EINVAL, "something lies before the beginning");
	HOLDS(refused(fd, RUMPUSER_BIO_READ, 0, 0) == EINVAL, "nothing is read");
	HOLDS(refused(fd, RUMPUSER_BIO_SYNC, SECTOR, 0) == EINVAL, "neither a read nor a write was made");
	HOLDS(refused(fd, both, SECTOR, 0) == EINVAL, "a read that is a write was made");
	HOLDS(refused(fd, RUMPUSER_BIO_READ, SECTOR, (int64_t)size) == ENOSPC, "something behind the end is read");
	HOLDS(refused(fd, RUMPUSER_BIO_READ, 2 * SECTOR, (int64_t)size - SECTOR) == ENOSPC, "something beyond the end is read");
	HOLDS(refused(fd, RUMPUSER_BIO_READ, SECTOR, 0) == -1, "a good request is refused");
	rumpuser_close(in);
	tear_down();
	return NULL;
}
