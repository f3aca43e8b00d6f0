/*
 * The family of files of rumpuser(3) on a disk in memory, whose requests are complete before
 * rumpuser_bio returns, so that an input does the same every time. A descriptor is a device's MiB.
 */
#include <stdatomic.h>
#include <string.h>

#include <rumpuser.h>

#include "fuzz.h"

enum { NO_DEVICE = 2 /* ENOENT */, BAD_FD = 9 /* EBADF */, FAILED = 5 /* EIO */ };

uint8_t disk_bytes[DISK_MOST];
uint32_t disk_size;

static uint8_t kept[DISK_MOST];
static atomic_int readonly;
static atomic_uint issued, fail_from, fail_to, failed;

/* 0: no such device. */
static int
find(const char *name)
{
	return strcmp(name, "disk0") == 0 ? 1 : strcmp(name, "disk1") == 0 ? 2 : 0;
}

void
disk_set(const uint8_t *bytes, uint32_t size)
{
	memcpy(disk_bytes, bytes, size);
	disk_size = size;
}

void
disk_keep(void)
{
	memcpy(kept, disk_bytes, disk_size);
}

void
disk_restore(void)
{
	memcpy(disk_bytes, kept, disk_size);
}

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
	*fdp = find(name);
	return *fdp != 0 ? 0 : NO_DEVICE;
}

int
rumpuser_close(int fd)
{
	return fd == 1 || fd == 2 ? 0 : BAD_FD;
}

int
rumpuser_getfileinfo(const char *name, uint64_t *sizep, int *typep)
{
	if (find(name) == 0)
		return NO_DEVICE;
	if (sizep != NULL)
		*sizep = (uint64_t)find(name) << 20;
	if (typep != NULL)
		*typep = RUMPUSER_FT_BLK;
	return 0;
}

static void
check_range(const char *what, size_t n, int64_t off)
{
	if (off < 0 || off > disk_size || n > disk_size - (size_t)off)
		fuzz_wrong("%s: %zu bytes at %lld are not on the disk", what, n, (long long)off);
}

void
rumpuser_bio(int fd, int op, void *data, size_t n, int64_t off, rump_biodone_fn done, void *donearg)
{
	unsigned number = issued++;

	if ((uint32_t)fd << 20 != disk_size || n == 0 || n % 512 != 0 || off % 512 != 0)
		fuzz_wrong("bio: %zu bytes at %lld are not whole sectors of this disk", n, (long long)off);
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
	return fd == 1 || fd == 2 ? 0 : BAD_FD;
}
