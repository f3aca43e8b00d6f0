/*
 * The family of files of rumpuser(3) on a disk in memory: one device, whose requests are complete
 * before rumpuser_bio returns, so that an input does the same every time.
 */
#include <stdatomic.h>
#include <string.h>

#include <rumpuser.h>

#include "fuzz.h"

enum { NO_DEVICE = 2 /* ENOENT */, BAD_FD = 9 /* EBADF */, FAILED = 5 /* EIO */, FD = 1 };

uint8_t *disk_bytes;

static atomic_int readonly;
static atomic_uint issued, fail_from, fail_to, failed;

void
disk_readonly(int on)
{
	readonly = on;
}

void
disk_fail(unsigned after, unsigned n)
{
	issued = 0;
	failed = 0;
	fail_from = after;
	fail_to = after + n;
}

unsigned
disk_failed(void)
{
	return failed;
}

int
rumpuser_open(const char *name, int flags, int *fdp)
{
	(void)flags;
	*fdp = FD;
	return strcmp(name, "disk0") == 0 ? 0 : NO_DEVICE;
}

int
rumpuser_close(int fd)
{
	return fd == FD ? 0 : BAD_FD;
}

int
rumpuser_getfileinfo(const char *name, uint64_t *sizep, int *typep)
{
	if (strcmp(name, "disk0") != 0)
		return NO_DEVICE;
	if (sizep != NULL)
		*sizep = DISK_BYTES;
	if (typep != NULL)
		*typep = RUMPUSER_FT_BLK;
	return 0;
}

static void
check_range(const char *what, size_t n, int64_t off)
{
	if (off < 0 || off > DISK_BYTES || n > DISK_BYTES - (size_t)off)
		fuzz_wrong("%s: %zu bytes at %lld are not on the disk", what, n, (long long)off);
}

void
rumpuser_bio(int fd, int op, void *data, size_t n, int64_t off, rump_biodone_fn done, void *donearg)
{
	unsigned number = issued++;

	if (fd != FD || n == 0 || n % 512 != 0 || off % 512 != 0)
		fuzz_wrong("bio: %zu bytes at %lld are not whole sectors", n, (long long)off);
	check_range("bio", n, off);
	if (!(op & RUMPUSER_BIO_READ) && readonly)
		fuzz_wrong("bio: a write at %lld though all is read-only", (long long)off);
	if (number >= fail_from && number < fail_to) {
		failed++;
		done(donearg, 0, FAILED);
		return;
	}
	if (op & RUMPUSER_BIO_READ)
		memcpy(data, disk_bytes + off, n);
	else
		memcpy(disk_bytes + off, data, n);
	done(donearg, n, 0);
}

int
rumpuser_iovread(int fd, struct rumpuser_iovec *iov, size_t n, int64_t off, size_t *retp)
{
	(void)iov;
	(void)retp;
	fuzz_wrong("iovread: %zu parts at %lld of %d: the disk is read by bio", n, (long long)off, fd);
}

int
rumpuser_iovwrite(int fd, const struct rumpuser_iovec *iov, size_t n, int64_t off, size_t *retp)
{
	(void)iov;
	(void)retp;
	fuzz_wrong("iovwrite: %zu parts at %lld of %d: the disk is written by bio", n, (long long)off, fd);
}

int
rumpuser_syncfd(int fd, int flags, uint64_t start, uint64_t len)
{
	(void)flags;
	(void)start;
	(void)len;
	return fd == FD ? 0 : BAD_FD;
}
