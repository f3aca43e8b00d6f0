/*
 * Two block devices at once, "disk0" and "disk1": at least a MiB each. What the test overwrites it puts back.
 */
#include "conform.h"

#define DEVICES  2
#define REQUESTS 40
#define SECTOR   512
#define BYTES    (REQUESTS * SECTOR)
#define ODD      700 /* an offset and a length of no sector's */

static struct rumpuser_mtx *m;
static struct rumpuser_cv *cv;
static int left, bad; /* requests that have not been answered; answers that are wrong */
static int fds[DEVICES];
static uint8_t old[DEVICES][BYTES], data[DEVICES][BYTES];

static void
answer(void *arg, size_t bytes, int error)
{
	(void)arg;
	rumpuser_mutex_enter(m);
	left--;
	bad += bytes != SECTOR || error != 0;
	rumpuser_cv_broadcast(cv);
	rumpuser_mutex_exit(m);
}

/* Every sector of both devices, turn about, all in flight at once. Result: whether every request did what it should. */
static int
move_all(int op)
{
	left = DEVICES * REQUESTS;
	bad = 0;
	for (int i = 0; i < REQUESTS; i++) {
		int sync = op == RUMPUSER_BIO_WRITE && i % 8 == 7 ? RUMPUSER_BIO_SYNC : 0;

		for (int d = 0; d < DEVICES; d++)
			rumpuser_bio(fds[d], op | sync, data[d] + i * SECTOR, SECTOR, i * SECTOR, answer, NULL);
	}
	rumpuser_mutex_enter(m);
	while (left > 0)
		rumpuser_cv_wait(cv, m);
	rumpuser_mutex_exit(m);
	return bad == 0;
}

/* Result: whether n bytes went from or to an offset of a device. */
static int
some(int d, uint8_t *memory, size_t n, int64_t at, int writing)
{
	struct rumpuser_iovec iov = {memory, n};
	size_t moved = 0;
	int e = writing ? rumpuser_iovwrite(fds[d], &iov, 1, at, &moved) : rumpuser_iovread(fds[d], &iov, 1, at, &moved);

	return e == 0 && moved == n;
}

static uint8_t
pattern(int d, int i)
{
	return (uint8_t)(i * 7 + (i >> 8) * 3 + d * 100 + 1);
}

static void
fill(void)
{
	for (int d = 0; d < DEVICES; d++)
		for (int i = 0; i < BYTES; i++)
			data[d][i] = pattern(d, i);
}

/* Result: whether each device has its own bytes, but for those at ODD, which are the other's. */
static int
is_right(void)
{
	for (int d = 0; d < DEVICES; d++) {
		for (int i = 0; i < BYTES; i++) {
			int whose = i >= ODD && i < 2 * ODD ? DEVICES - 1 - d : d;

			if (data[d][i] != pattern(whose, i))
				return 0;
		}
	}
	return 1;
}

static const char *
use_both(void)
{
	const int stable = RUMPUSER_SYNCFD_WRITE | RUMPUSER_SYNCFD_BARRIER | RUMPUSER_SYNCFD_SYNC;

	fill();
	HOLDS(move_all(RUMPUSER_BIO_WRITE), "a write failed");
	for (int d = 0; d < DEVICES; d++)
		HOLDS(some(d, data[DEVICES - 1 - d] + ODD, ODD, ODD, 1), "bytes at an odd offset are not written");
	for (int d = 0; d < DEVICES; d++)
		HOLDS(rumpuser_syncfd(fds[d], stable, 0, BYTES) == 0, "a device cannot be made stable");
	for (int d = 0; d < DEVICES; d++)
		for (int i = 0; i < BYTES; i++)
			data[d][i] = 0;
	HOLDS(move_all(RUMPUSER_BIO_READ), "a read failed");
	HOLDS(is_right(), "a device has bytes that were not written to it");
	return NULL;
}

const char *
bio_two(void)
{
	const char *wrong;

	for (int d = 0; d < DEVICES; d++) {
		HOLDS(rumpuser_open(d == 0 ? "disk0" : "disk1", RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_BIO, &fds[d]) == 0,
		      "a device does not open");
		HOLDS(some(d, old[d], BYTES, 0, 0), "what is there cannot be read");
	}
	rumpuser_mutex_init(&m, RUMPUSER_MTX_KMUTEX);
	rumpuser_cv_init(&cv);
	wrong = use_both();
	for (int d = 0; d < DEVICES; d++) {
		HOLDS(some(d, old[d], BYTES, 0, 1), "what was there cannot be put back");
		rumpuser_close(fds[d]);
	}
	rumpuser_cv_destroy(cv);
	rumpuser_mutex_destroy(m);
	return wrong;
}
