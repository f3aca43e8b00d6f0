/*
 * One file and its twin in memory. After each step the size is compared, and every byte.
 *
 * Invariant: twin[size] and what follows are zeros, so that a file that grows over a hole does the
 * same in both.
 */
#include <abi/err.h>
#include <fs/fs_client.h>
#include <lib/print.h>
#include <lib/string.h>

#include "random.h"

#define LARGEST 300000 /* over the first indirect block of blocks of 1 KiB */
#define USUAL   20000
#define PIECE   20000

static u8 twin[LARGEST], bytes[LARGEST];
static u64 size;
static char path[PATH];
static long fd = -1;

/* Mostly near the beginning, so that writes overlap; sometimes far away. */
static u64
position(void)
{
	return roll(16) == 0 ? roll(LARGEST) : roll(USUAL);
}

static u64
length_at(u64 at)
{
	u64 n = roll(8) == 0 ? roll(PIECE) : roll(2000);

	return n < LARGEST - at ? n : LARGEST - at;
}

static int
reopen(void)
{
	if (fd >= 0)
		fsc_close((int)fd);
	cos_snprintf(path, sizeof(path), "%s/file", home);
	fd = fsc_open(path, FS_CREAT | FS_RDWR, 0644);
	return fd < 0 ? wrong("open", path, fd, 0) : 0;
}

/* The twin gets n new bytes. */
static const u8 *
new_bytes(u64 at, u64 n)
{
	u64 salt = roll(256);

	for (u64 i = 0; i < n; i++)
		twin[at + i] = (u8)(salt + i * 7 + (i >> 8));
	if (n > 0 && at + n > size)
		size = at + n;
	return twin + at;
}

static int
do_pwrite(void)
{
	u64 at = position(), n = length_at(at);
	long got = fsc_pwrite((int)fd, new_bytes(at, n), n, (s64)at);

	return got == (long)n ? 0 : wrong("pwrite", path, got, (long)n);
}

static int
do_seek_write(void)
{
	u64 at = position(), n = length_at(at);
	long got = fsc_lseek((int)fd, (s64)at, FS_SEEK_SET);

	if (got != (long)at)
		return wrong("lseek", path, got, (long)at);
	got = fsc_write((int)fd, new_bytes(at, n), n);
	return got == (long)n ? 0 : wrong("write", path, got, (long)n);
}

static int
do_append(void)
{
	u64 n = length_at(size);
	long f = fsc_open(path, FS_WRONLY | FS_APPEND, 0), got;

	if (f < 0)
		return wrong("open", path, f, 0);
	got = fsc_write((int)f, new_bytes(size, n), n);
	fsc_close((int)f);
	return got == (long)n ? 0 : wrong("append", path, got, (long)n);
}

static int
do_truncate(void)
{
	u64 to = position();
	long e = roll(2) ? fsc_truncate(path, (s64)to) : fsc_ftruncate((int)fd, (s64)to);

	if (to < size)
		memset(twin + to, 0, size - to);
	size = to;
	return e == 0 ? 0 : wrong("truncate", path, e, 0);
}

static int
do_read(void)
{
	u64 at = position(), n = length_at(at);
	long got = fsc_pread((int)fd, bytes, n, (s64)at), want = at >= size ? 0 : (long)(n < size - at ? n : size - at);

	if (got != want)
		return wrong("pread", path, got, want);
	return memcmp(bytes, twin + at, (size_t)got) == 0 ? 0 : wrong("pread's bytes", path, (long)at, (long)n);
}

static int
do_sync(void)
{
	long e = fsc_fsync((int)fd);

	return e == 0 ? 0 : wrong("fsync", path, e, 0);
}

static int
compare(void)
{
	struct fs_stat st;
	long e = fsc_fstat((int)fd, &st), got;

	if (e < 0 || st.size != size)
		return wrong("fstat's size", path, e < 0 ? e : (long)st.size, (long)size);
	got = fsc_pread((int)fd, bytes, LARGEST, 0);
	if (got != (long)size)
		return wrong("reading all", path, got, (long)size);
	for (u64 i = 0; i < size; i++) {
		if (bytes[i] != twin[i])
			return wrong("a byte at", path, (long)i, twin[i]);
	}
	return 0;
}

int
file_step(void)
{
	static int (*const steps[])(void) = {
		do_pwrite, do_pwrite, do_seek_write, do_append, do_truncate, do_truncate, do_read, do_read, do_sync, reopen,
	};
	int bad = fd < 0 && reopen();

	if (!bad)
		bad = steps[roll(sizeof(steps) / sizeof(steps[0]))]();
	return bad ? bad : compare();
}

void
file_end(void)
{
	fsc_close((int)fd);
	fsc_unlink(path);
}
