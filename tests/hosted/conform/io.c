/*
 * Bytes of files: the block device "disk0" and the file "conform.toml", which can only be read. Both are opened, read in pieces, and
 * made stable.
 */
#include "conform.h"

#include <abi/err.h>

#define FILE_NAME "conform.toml"
#define SECTOR    512
#define SPAN      9000
#define AT        1234 /* no sector's beginning */

static const char text_begins[] = "# The hypercalls";

static int
device_open(int flags)
{
	int fd = -1;

	return rumpuser_open("disk0", flags | RUMPUSER_OPEN_BIO, &fd) == 0 ? fd : -1;
}

/* One transfer in three pieces, of which one is empty. Result: is it whole? */
static int
in_pieces(int fd, uint8_t *bytes, size_t n, size_t cut, int64_t off, int writing)
{
	struct rumpuser_iovec iov[3] = {{bytes, cut}, {bytes, 0}, {bytes + cut, n - cut}};
	size_t moved = 0;
	int e;

	e = writing ? rumpuser_iovwrite(fd, iov, 3, off, &moved) : rumpuser_iovread(fd, iov, 3, off, &moved);
	return e == 0 && moved == n && on_cpu;
}

/* One piece. Result: an errno, or minus the number of bytes moved. */
static long
one(int fd, void *bytes, size_t n, int64_t off, int writing)
{
	struct rumpuser_iovec iov = {bytes, n};
	size_t moved = 0;
	int e = writing ? rumpuser_iovwrite(fd, &iov, 1, off, &moved) : rumpuser_iovread(fd, &iov, 1, off, &moved);

	return e != 0 ? e : -(long)moved;
}

/* Writes a pattern into the middle of old and reads all of it again into new. */
static const char *
write_middle(int fd, const uint8_t *old, uint8_t *new)
{
	for (size_t i = 0; i < SPAN - 200; i++)
		new[i] = (uint8_t)(i * 11 + (i >> 8));
	HOLDS(in_pieces(fd, new, SPAN - 200, 777, AT + 100, 1), "a write is not whole");
	HOLDS(in_pieces(fd, new, SPAN, 5000, AT, 0), "a read is not whole");
	for (size_t i = 0; i < SPAN; i++) {
		size_t k = i - 100;
		int written = i >= 100 && i < SPAN - 100;

		HOLDS(new[i] == (written ? (uint8_t)(k * 11 + (k >> 8)) : old[i]), "something else was read back");
	}
	return NULL;
}

const char *
iov_back(void)
{
	int fd = device_open(RUMPUSER_OPEN_RDWR);
	void *old, *new;
	const char *wrong;

	HOLDS(fd > 0, "it does not open");
	HOLDS(rumpuser_malloc(SPAN, 0, &old) == 0 && rumpuser_malloc(SPAN, 0, &new) == 0, "no memory");
	HOLDS(in_pieces(fd, old, SPAN, 1, AT, 0), "a read is not whole");
	wrong = write_middle(fd, old, new);
	HOLDS(in_pieces(fd, old, SPAN, 4321, AT, 1), "what was there could not be put back");
	rumpuser_free(old, SPAN);
	rumpuser_free(new, SPAN);
	rumpuser_close(fd);
	return wrong;
}

const char *
iov_end(void)
{
	int fd = device_open(RUMPUSER_OPEN_RDWR);
	uint8_t bytes[1000];
	uint64_t size;
	int64_t end;

	HOLDS(fd > 0 && rumpuser_getfileinfo("disk0", &size, NULL) == 0, "it does not open");
	end = (int64_t)size;
	HOLDS(one(fd, bytes, sizeof(bytes), end - 300, 0) == -300, "a read does not end there");
	HOLDS(one(fd, bytes, sizeof(bytes), end - 300, 1) == -300, "a write does not end there");
	HOLDS(one(fd, bytes, sizeof(bytes), end, 0) == 0, "there is something behind it");
	HOLDS(one(fd, bytes, sizeof(bytes), end, 1) == ENOSPC, "something was written behind it");
	HOLDS(one(fd, bytes, 0, 7, 0) == 0, "nothing was something");
	rumpuser_close(fd);
	return NULL;
}

const char *
iov_refused(void)
{
	int both = device_open(RUMPUSER_OPEN_RDWR), in = device_open(RUMPUSER_OPEN_RDONLY);
	int out = device_open(RUMPUSER_OPEN_WRONLY), gone = device_open(RUMPUSER_OPEN_RDWR);
	uint8_t byte = 0;

	HOLDS(both > 0 && in > 0 && out > 0 && gone > 0, "it does not open");
	rumpuser_close(gone);
	HOLDS(one(both, &byte, 1, RUMPUSER_IOV_NOSEEK, 0) > 0, "a device that is read has a position");
	HOLDS(one(both, &byte, 1, RUMPUSER_IOV_NOSEEK, 1) > 0, "a device that is written has a position");
	HOLDS(one(in, &byte, 1, 0, 1) == EBADF, "what is open for reading is written");
	HOLDS(one(out, &byte, 1, 0, 0) == EBADF, "what is open for writing is read");
	HOLDS(one(gone, &byte, 1, 0, 0) == EBADF, "what is closed is read");
	HOLDS(one(-1, &byte, 1, 0, 1) == EBADF && one(1 << 20, &byte, 1, 0, 1) == EBADF, "a descriptor that is none is written");
	rumpuser_close(both);
	rumpuser_close(in);
	rumpuser_close(out);
	return NULL;
}

/* Requests that are in flight. */
#define WRITES 16

static struct rumpuser_mtx *m;
static struct rumpuser_cv *cv;
static int over, failed; /* requests; guarded by m */

static void
one_over(void *arg, size_t bytes, int error)
{
	rumpuser_mutex_enter(m);
	failed += error != 0 || bytes != (size_t)(uintptr_t)arg;
	over++;
	rumpuser_cv_broadcast(cv);
	rumpuser_mutex_exit(m);
}

static void
begin(void)
{
	rumpuser_mutex_init(&m, RUMPUSER_MTX_KMUTEX);
	rumpuser_cv_init(&cv);
	over = failed = 0;
}

/* Waits for n requests. Result: whether none failed. */
static int
end(int n)
{
	rumpuser_mutex_enter(m);
	while (over < n)
		rumpuser_cv_wait(cv, m);
	rumpuser_mutex_exit(m);
	rumpuser_cv_destroy(cv);
	rumpuser_mutex_destroy(m);
	return failed == 0;
}

static void
fill(uint8_t *bytes, size_t n, unsigned salt)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(i * 5 + (i >> 9) + salt);
}

static void
start_writes(int fd, uint8_t *data, size_t each)
{
	for (size_t i = 0; i < WRITES; i++)
		rumpuser_bio(fd, RUMPUSER_BIO_WRITE, data + i * each, each, (int64_t)(i * each), one_over,
		             (void *)(uintptr_t)each);
}

/* Writes all of data by requests, some bytes of every sector behind them, and reads the whole. */
static const char *
write_behind(int fd, uint8_t *data, uint8_t *read)
{
	const char *wrong = NULL;

	fill(data, WRITES * SECTOR, 17);
	begin();
	start_writes(fd, data, SECTOR);
	for (size_t i = 0; i < WRITES && wrong == NULL; i++) {
		uint8_t three[3] = {1, 2, 3};

		if (one(fd, three, 3, (int64_t)(i * SECTOR + 100), 1) != -3)
			wrong = "a write is not whole";
	}
	HOLDS(end(WRITES), "a request failed");
	HOLDS(wrong == NULL && one(fd, read, WRITES * SECTOR, 0, 0) == -WRITES * SECTOR, "a transfer is not whole");
	for (size_t i = 0; i < WRITES * SECTOR; i++) {
		size_t k = i % SECTOR - 100;

		HOLDS(read[i] == (k < 3 ? k + 1 : data[i]), "an earlier request undid a later one, or the other way round");
	}
	return NULL;
}

/* Runs a test that may change the first n bytes of the device: they are put back. */
static const char *
on_device(size_t n, const char *(*test)(int fd, uint8_t *, uint8_t *))
{
	int fd = device_open(RUMPUSER_OPEN_RDWR);
	void *old, *a, *b;
	const char *wrong;

	HOLDS(fd > 0, "it does not open");
	HOLDS(rumpuser_malloc(n, 0, &old) == 0, "no memory");
	HOLDS(rumpuser_malloc(n, 0, &a) == 0 && rumpuser_malloc(n, 0, &b) == 0, "no memory");
	HOLDS(one(fd, old, n, 0, 0) == -(long)n, "it cannot be read");
	wrong = test(fd, a, b);
	HOLDS(one(fd, old, n, 0, 1) == -(long)n, "what was there could not be put back");
	rumpuser_free(old, n);
	rumpuser_free(a, n);
	rumpuser_free(b, n);
	rumpuser_close(fd);
	return wrong;
}

const char *
iov_order(void)
{
	return on_device(WRITES * SECTOR, write_behind);
}

/* Several threads write one sector. */
#define NEIGHBOURS 4
#define ROUNDS     20

static int shared_fd, short_writes;

static void
neighbour(void *arg)
{
	uint8_t *mine = arg;

	for (int round = 0; round < ROUNDS; round++) {
		uint8_t byte = (uint8_t)(*mine + round);

		if (one(shared_fd, &byte, 1, 700 + *mine, 1) != -1)
			short_writes++;
	}
}

static const char *
neighbours_write(int fd, uint8_t *data, uint8_t *read)
{
	struct kernel_thread *t[NEIGHBOURS];

	shared_fd = fd;
	short_writes = 0;
	for (int i = 0; i < NEIGHBOURS; i++) {
		data[i] = (uint8_t)i;
		t[i] = kernel_thread(neighbour, &data[i]);
		HOLDS(t[i] != NULL, "no thread");
	}
	for (int i = 0; i < NEIGHBOURS; i++)
		kernel_join(t[i]);
	HOLDS(short_writes == 0 && one(fd, read, NEIGHBOURS, 700, 0) == -NEIGHBOURS, "a transfer is not whole");
	for (int i = 0; i < NEIGHBOURS; i++)
		HOLDS(read[i] == i + ROUNDS - 1, "a byte was undone by its neighbour's write");
	return NULL;
}

const char *
iov_neighbours(void)
{
	return on_device(2 * SECTOR, neighbours_write);
}

const char *
iov_file(void)
{
	uint8_t whole[256], pieces[256];
	uint64_t size = 0;
	int fd, type = -1;

	HOLDS(rumpuser_getfileinfo(FILE_NAME, &size, &type) == 0, "it is not there");
	HOLDS(type == RUMPUSER_FT_REG && size > sizeof(whole), "it is no regular file, or has another size");
	HOLDS(rumpuser_open(FILE_NAME, RUMPUSER_OPEN_RDONLY, &fd) == 0, "it does not open");
	HOLDS(one(fd, whole, sizeof(whole), 0, 0) == -(long)sizeof(whole), "a read is not whole");
	for (size_t i = 0; i < sizeof(text_begins) - 1; i++)
		HOLDS(whole[i] == (uint8_t)text_begins[i], "it begins otherwise");
	HOLDS(in_pieces(fd, pieces, 200, 33, 11, 0), "a read in pieces is not whole");
	for (size_t i = 0; i < 200; i++)
		HOLDS(pieces[i] == whole[i + 11], "pieces are other bytes");
	HOLDS(one(fd, pieces, 100, (int64_t)size - 30, 0) == -30, "it does not end there");
	HOLDS(one(fd, pieces, 100, (int64_t)size, 0) == 0, "there is something behind it");
	HOLDS(one(fd, pieces, 100, 0, 1) == EBADF, "it was written");
	HOLDS(rumpuser_syncfd(fd, RUMPUSER_SYNCFD_BOTH | RUMPUSER_SYNCFD_SYNC, 0, 0) == 0, "it cannot be made stable");
	rumpuser_close(fd);
	return NULL;
}

/* Result: an errno of opening; closes what opened. */
static int
opening(const char *name, int flags)
{
	int fd, e = rumpuser_open(name, flags, &fd);

	if (e == 0)
		rumpuser_close(fd);
	return e;
}

const char *
file_modes(void)
{
	HOLDS(opening(FILE_NAME, RUMPUSER_OPEN_RDWR) == EROFS, "a file of the host opens for writing");
	HOLDS(opening(FILE_NAME, RUMPUSER_OPEN_WRONLY) == EROFS, "a file of the host opens for writing alone");
	HOLDS(opening(FILE_NAME, RUMPUSER_OPEN_BIO) == ENXIO, "a file of the host opens as a block device");
	HOLDS(opening(FILE_NAME, RUMPUSER_OPEN_CREATE | RUMPUSER_OPEN_EXCL) == EEXIST, "what is there was made");
	HOLDS(opening(FILE_NAME, RUMPUSER_OPEN_CREATE) == 0, "what is there must not be made to be opened");
	HOLDS(opening("new.toml", RUMPUSER_OPEN_CREATE) == EROFS, "a file was made");
	HOLDS(opening("new.toml", RUMPUSER_OPEN_RDONLY) == ENOENT, "a file that is not there opens");
	HOLDS(opening("disk0", RUMPUSER_OPEN_ACCMODE) == EINVAL, "something opens neither for reading nor for writing");
	HOLDS(rumpuser_close(-1) == EBADF && rumpuser_close(0) == EBADF, "what is no descriptor closes");
	HOLDS(on_cpu, "the CPU is gone");
	return NULL;
}

const char *
sync_refused(void)
{
	int fd = device_open(RUMPUSER_OPEN_RDONLY);
	const int sync = RUMPUSER_SYNCFD_SYNC;
	uint64_t size;

	HOLDS(fd > 0 && rumpuser_getfileinfo("disk0", &size, NULL) == 0, "it does not open");
	HOLDS(rumpuser_syncfd(fd + 1, RUMPUSER_SYNCFD_WRITE | sync, 0, 0) == EBADF, "a descriptor that is none is made stable");
	HOLDS(rumpuser_syncfd(fd, sync, 0, 0) == EINVAL, "neither reads nor writes were meant");
	HOLDS(rumpuser_syncfd(fd, RUMPUSER_SYNCFD_WRITE | 0x40, 0, 0) == EINVAL, "a flag that is none is one");
	HOLDS(rumpuser_syncfd(fd, RUMPUSER_SYNCFD_WRITE, size + 1, 0) == EINVAL, "something behind the end is made stable");
	HOLDS(rumpuser_syncfd(fd, RUMPUSER_SYNCFD_WRITE, SECTOR, size) == EINVAL, "something beyond the end is made stable");
	HOLDS(rumpuser_syncfd(fd, RUMPUSER_SYNCFD_READ, 0, size) == 0, "reads cannot be made to see all");
	HOLDS(rumpuser_syncfd(fd, RUMPUSER_SYNCFD_WRITE, SECTOR, SECTOR) == 0, "a flush does not begin");
	HOLDS(rumpuser_syncfd(fd, RUMPUSER_SYNCFD_BOTH | RUMPUSER_SYNCFD_BARRIER | sync, 0, 0) == 0, "a flush fails");
	HOLDS(on_cpu, "the CPU is gone");
	rumpuser_close(fd);
	return NULL;
}

/* The same sectors twice, with a barrier between: the second data stays. */
static const char *
write_twice(int fd, uint8_t *data, uint8_t *read)
{
	void *second;
	int e;

	HOLDS(rumpuser_malloc(WRITES * SECTOR, 0, &second) == 0, "no memory");
	fill(data, WRITES * SECTOR, 1);
	fill(second, WRITES * SECTOR, 2);
	begin();
	start_writes(fd, data, SECTOR);
	e = rumpuser_syncfd(fd, RUMPUSER_SYNCFD_WRITE | RUMPUSER_SYNCFD_BARRIER, 0, 0);
	start_writes(fd, second, SECTOR);
	HOLDS(end(2 * WRITES) && e == 0, "a request failed");
	HOLDS(one(fd, read, WRITES * SECTOR, 0, 0) == -WRITES * SECTOR, "a read is not whole");
	for (size_t i = 0; i < WRITES * SECTOR; i++)
		HOLDS(read[i] == ((uint8_t *)second)[i], "what was written before the barrier came after it");
	rumpuser_free(second, WRITES * SECTOR);
	return NULL;
}

const char *
sync_barrier(void)
{
	return on_device(WRITES * SECTOR, write_twice);
}
