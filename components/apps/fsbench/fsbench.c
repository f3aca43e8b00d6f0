/*
 * What operations on files cost, from the client's call to its return: instructions, if the run
 * counts them (icount: one is one nanosecond, and time jumps while the machine idles, which is
 * taken off). Each line is the mean of ROUNDS operations after a warm-up.
 */
#include <abi/err.h>
#include <fs/fs_client.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <sched/sched.h>

#include "bench.h"

#define ROUNDS 200
#define ROOT   "/mnt"
#define DIR    ROOT "/fsbench"
#define FILE   DIR "/file"
#define PAGE   4096

static char page[PAGE];
static int fd;
static u64 hz;

static long op_nothing(u64 i) { return (void)i, 0; }
static long op_getpos(u64 i) { return (void)i, fsc_lseek(fd, 0, FS_SEEK_CUR); }

static long
op_stat(u64 i)
{
	struct fs_stat st;

	(void)i;
	return fsc_stat(FILE, &st);
}

static long
op_open_close(u64 i)
{
	long f = fsc_open(FILE, FS_RDONLY, 0);

	(void)i;
	return f < 0 ? f : fsc_close((int)f);
}

static long op_read_4k(u64 i) { return fsc_pread(fd, page, PAGE, (s64)(i % 16 * PAGE)); }
static long op_write_4k(u64 i) { return fsc_pwrite(fd, page, PAGE, (s64)(i % 16 * PAGE)); }

static long
op_create(u64 i)
{
	char path[64];
	long f;

	cos_snprintf(path, sizeof(path), DIR "/new%lu", i);
	f = fsc_open(path, FS_CREAT | FS_EXCL | FS_RDWR, 0644);
	return f < 0 ? f : fsc_close((int)f);
}

static long
op_unlink(u64 i)
{
	char path[64];

	cos_snprintf(path, sizeof(path), DIR "/new%lu", i);
	return fsc_unlink(path);
}

static long op_fsync(u64 i) { return op_write_4k(i) < 0 ? -EIO : fsc_fsync(fd); }

static const struct {
	const char *name;
	long (*run)(u64);
} ops[] = {
	{"lseek", op_getpos}, {"stat", op_stat}, {"open_close", op_open_close}, {"read_4k", op_read_4k},
	{"write_4k", op_write_4k}, {"write_4k_fsync", op_fsync}, {"create_close", op_create}, {"unlink", op_unlink},
};

/* Ticks that ROUNDS operations took while the machine was not idle. */
static u64
spent(const char *name, long (*run)(u64))
{
	u64 idle = (u64)sched_idle_cycles(), start = cos_now();

	for (u64 i = 0; i < ROUNDS; i++) {
		long e = run(i);

		if (e < 0)
			cos_panic("%s: error %ld", name, -e);
	}
	return cos_now() - start - ((u64)sched_idle_cycles() - idle);
}

static void
measure(const char *name, long (*run)(u64))
{
	u64 empty = spent("nothing", op_nothing), all;

	more_begin();
	all = spent(name, run);
	cos_printf("BENCH fs_%s %lu instructions\n", name, (all - empty) / ROUNDS * 1000 / (hz / 1000000));
	more_end(ROUNDS);
}

static void
prepare(void)
{
	long e = fsc_mkdir(DIR, 0755);

	fd = e < 0 ? (int)e : (int)fsc_open(FILE, FS_CREAT | FS_RDWR, 0644);
	for (u64 i = 0; i < 16 && fd >= 0; i++)
		e = op_write_4k(i);
	if (fd < 0 || e < 0)
		cos_panic("no file to work on: error %ld", fd < 0 ? -(long)fd : -e);
}

void
cos_main(void)
{
	hz = (u64)init_tsc_hz();
	prepare();
	for (u32 i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		measure(ops[i].name, ops[i].run);
	fsc_close(fd);
	if (fsc_unlink(FILE) < 0 || fsc_rmdir(DIR) < 0 || fsc_unmount(ROOT) < 0)
		cos_panic("the disk cannot be left as it was");
	init_exit(0);
}
