/*
 * The same random operations on a folder of the rump kernel and on its twin of Linux.
 *
 * A thread works in "in", below a folder of its own: a symbolic link "../n1" made at the top of
 * "in" leads out of it, but never to another thread's files, so that no result depends on the
 * order in which threads run. Few names make operations meet; modes keep the owner's bits, so
 * that it matters to no side whether Linux runs this as root.
 *
 * Results agree to the errno where POSIX leaves no choice. Where a call may fail for several
 * reasons at once (names_agree), both must fail, and the tree shows that nothing was done.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "twin.h"

#define OPEN_FILES 4
#define BYTES      66000 /* of one transfer */
#define FAR        70000000 /* beyond the double indirect block at 1 KiB */

struct twin {
	pthread_t thread;
	struct rsys_proc *proc;
	char rump_root[TWIN_PATH / 4], linux_root[TWIN_PATH / 4];
	int operations, now; /* now: number of the operation */
	uint64_t random;
	struct {
		int rump, host; /* both -1: nothing is open */
	} open[OPEN_FILES];
	char rump_a[TWIN_PATH], rump_b[TWIN_PATH], linux_a[TWIN_PATH], linux_b[TWIN_PATH];
	uint8_t ours[BYTES], theirs[BYTES];
	long differences;
};

static uint32_t
roll(struct twin *t, uint32_t sides)
{
	return dice(&t->random, sides);
}

static void
differ(struct twin *t, const char *call, long rump, long linux_result)
{
	t->differences++;
	fprintf(stderr, "twin: operation %d of %s: %s(%s, %s) gives %ld, and %ld on Linux\n",
	        t->now, t->rump_root, call, t->rump_a, t->rump_b, rump, linux_result);
}

/* The results are the same; descriptors count as success. */
static void
agree(struct twin *t, const char *call, long rump, long linux_result)
{
	if (rump != linux_result)
		differ(t, call, rump, linux_result);
}

/* Both succeed or both fail. */
static void
names_agree(struct twin *t, const char *call, long rump, long linux_result)
{
	if ((rump < 0) != (linux_result < 0))
		differ(t, call, rump, linux_result);
}

/* A path of one to four names, sometimes with an odd end. */
static void
choose_path(struct twin *t, char *rump, char *linux_path)
{
	char tail[600];
	int n = 0;

	for (uint32_t names = roll(t, 4) + 1; names > 0; names--)
		n += snprintf(tail + n, sizeof(tail) - (size_t)n, "/%c%u", "nm"[roll(t, 2)],
		              roll(t, 6));
	switch (roll(t, 120)) {
	case 0:
	case 1:
	case 2:
		n += snprintf(tail + n, sizeof(tail) - (size_t)n, "/");
		break;
	case 3:
	case 4:
		n += snprintf(tail + n, sizeof(tail) - (size_t)n, "/..");
		break;
	case 5:
	case 6:
		n += snprintf(tail + n, sizeof(tail) - (size_t)n, "/.");
		break;
	case 7: /* about the longest name there may be */
		n += snprintf(tail + n, sizeof(tail) - (size_t)n, "/%0*d",
		              251 + (int)roll(t, 8), 0);
		break;
	}
	snprintf(rump, TWIN_PATH, "%s/in%s", t->rump_root, tail);
	snprintf(linux_path, TWIN_PATH, "%s/in%s", t->linux_root, tail);
}

static unsigned
choose_mode(struct twin *t)
{
	return 0700 | roll(t, 64);
}

static void
do_mkdir(struct twin *t)
{
	unsigned mode = choose_mode(t);

	agree(t, "mkdir", rsys_mkdir(t->proc, t->rump_a, mode),
	      twin_result(mkdir(t->linux_a, mode)));
}

static void
do_rmdir(struct twin *t)
{
	agree(t, "rmdir", rsys_rmdir(t->proc, t->rump_a), twin_result(rmdir(t->linux_a)));
}

/* A folder cannot be unlinked: EPERM says POSIX, EISDIR says Linux. */
static void
do_unlink(struct twin *t)
{
	long rump = rsys_unlink(t->proc, t->rump_a);
	long linux_result = twin_result(unlink(t->linux_a));

	if (linux_result == -EISDIR || rump == -EPERM)
		names_agree(t, "unlink", rump, linux_result);
	else
		agree(t, "unlink", rump, linux_result);
}

static void
do_rename(struct twin *t)
{
	names_agree(t, "rename", rsys_rename(t->proc, t->rump_a, t->rump_b),
	            twin_result(rename(t->linux_a, t->linux_b)));
}

static void
do_link(struct twin *t)
{
	names_agree(t, "link", rsys_link(t->proc, t->rump_a, t->rump_b),
	            twin_result(link(t->linux_a, t->linux_b)));
}

/* A target that may be there, or one of a length on both sides of what fits into an inode. */
static void
do_symlink(struct twin *t)
{
	char target[300];

	if (roll(t, 2) == 0)
		snprintf(target, sizeof(target), "../%c%u", "nm"[roll(t, 2)], roll(t, 6));
	else
		snprintf(target, sizeof(target), "%0*d", 50 + (int)roll(t, 200), 0);
	names_agree(t, "symlink", rsys_symlink(t->proc, target, t->rump_a),
	            twin_result(symlink(target, t->linux_a)));
}

static void
do_chmod(struct twin *t)
{
	unsigned mode = choose_mode(t);

	names_agree(t, "chmod", rsys_chmod(t->proc, t->rump_a, mode),
	            twin_result(chmod(t->linux_a, mode)));
}

static void
do_stat(struct twin *t)
{
	struct rsys_stat ours;
	struct stat theirs;
	long rump = rsys_stat(t->proc, t->rump_a, &ours);
	long linux_result = twin_result(stat(t->linux_a, &theirs));

	agree(t, "stat", rump, linux_result);
	if (rump == 0 && linux_result == 0 && ours.mode != theirs.st_mode)
		differ(t, "mode of stat", ours.mode, theirs.st_mode);
}

static void
close_both(struct twin *t, uint32_t k)
{
	if (t->open[k].rump >= 0)
		rsys_close(t->proc, t->open[k].rump);
	if (t->open[k].host >= 0)
		close(t->open[k].host);
	t->open[k].rump = t->open[k].host = -1;
}

/* Each flag with a chance of its own; EXCL only with CREAT, for without it means nothing. */
static void
choose_flags(struct twin *t, int *rump, int *linux_flags)
{
	static const struct {
		int rump, host;
		uint32_t chance; /* one in so many */
	} flags[] = {
		{RSYS_TRUNC, O_TRUNC, 4}, {RSYS_APPEND, O_APPEND, 8}, {RSYS_NOFOLLOW, O_NOFOLLOW, 8},
	};

	*rump = RSYS_RDWR;
	*linux_flags = O_RDWR;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (roll(t, flags[i].chance) != 0)
			continue;
		*rump |= flags[i].rump;
		*linux_flags |= flags[i].host;
	}
	if (roll(t, 3) != 0) {
		int excl = roll(t, 6) == 0;

		*rump |= RSYS_CREAT | (excl ? RSYS_EXCL : 0);
		*linux_flags |= O_CREAT | (excl ? O_EXCL : 0);
	}
}

static void
do_open(struct twin *t)
{
	uint32_t k = roll(t, OPEN_FILES);
	int rump_flags, linux_flags;
	long rump, linux_result;

	close_both(t, k);
	choose_flags(t, &rump_flags, &linux_flags);
	rump = rsys_open(t->proc, t->rump_a, rump_flags, 0644);
	linux_result = twin_result(open(t->linux_a, linux_flags, 0644));
	names_agree(t, "open", rump, linux_result);
	t->open[k].rump = rump < 0 ? -1 : (int)rump;
	t->open[k].host = linux_result < 0 ? -1 : (int)linux_result;
	if (rump < 0 || linux_result < 0)
		close_both(t, k);
}

/* A size and a place of a transfer: most are small and near. */
static size_t
choose_span(struct twin *t, int64_t *at)
{
	*at = roll(t, 10) != 0 ? roll(t, 200000) : roll(t, FAR);
	return roll(t, roll(t, 4) != 0 ? 5000 : BYTES);
}

static void
do_write(struct twin *t)
{
	uint32_t k = roll(t, OPEN_FILES);
	int64_t at;
	size_t n = choose_span(t, &at);

	if (t->open[k].rump < 0)
		return;
	fill_pattern(t->ours, n, roll(t, 1 << 20), 0);
	agree(t, "pwrite", rsys_pwrite(t->proc, t->open[k].rump, t->ours, n, at),
	      twin_result(pwrite(t->open[k].host, t->ours, n, at)));
}

static void
do_read(struct twin *t)
{
	uint32_t k = roll(t, OPEN_FILES);
	int64_t at;
	size_t n = choose_span(t, &at);
	long rump, linux_result;

	if (t->open[k].rump < 0)
		return;
	rump = rsys_pread(t->proc, t->open[k].rump, t->ours, n, at);
	linux_result = twin_result(pread(t->open[k].host, t->theirs, n, at));
	agree(t, "pread", rump, linux_result);
	if (rump == linux_result && rump > 0 && memcmp(t->ours, t->theirs, (size_t)rump) != 0)
		differ(t, "bytes of pread", rump, linux_result);
}

static void
do_resize(struct twin *t)
{
	uint32_t k = roll(t, OPEN_FILES);
	int64_t size = roll(t, roll(t, 3) != 0 ? 300000 : FAR);

	if (t->open[k].rump < 0)
		return;
	agree(t, "ftruncate", rsys_ftruncate(t->proc, t->open[k].rump, size),
	      twin_result(ftruncate(t->open[k].host, size)));
}

/* What only writes back must succeed; it has no effect that the twin could show. */
static void
do_flush(struct twin *t)
{
	uint32_t k = roll(t, OPEN_FILES);

	if (t->open[k].rump >= 0)
		agree(t, "fsync", rsys_fsync(t->proc, t->open[k].rump), 0);
	else if (roll(t, 10) == 0)
		agree(t, "sync", rsys_sync(t->proc), 0);
}

static const struct {
	void (*run)(struct twin *);
	uint32_t weight; /* of 100 */
} operations[] = {
	{do_mkdir, 15}, {do_rmdir, 5}, {do_unlink, 8}, {do_rename, 8}, {do_link, 6},
	{do_symlink, 6}, {do_open, 17}, {do_write, 10}, {do_read, 10}, {do_resize, 5},
	{do_chmod, 3}, {do_flush, 2}, {do_stat, 5},
};

static void
step(struct twin *t)
{
	uint32_t at = roll(t, 100);
	size_t i = 0;

	choose_path(t, t->rump_a, t->linux_a);
	choose_path(t, t->rump_b, t->linux_b);
	while (at >= operations[i].weight)
		at -= operations[i++].weight;
	operations[i].run(t);
}

static void *
twin_main(void *arg)
{
	struct twin *t = arg;

	for (t->now = 0; t->now < t->operations; t->now++)
		step(t);
	for (uint32_t k = 0; k < OPEN_FILES; k++)
		close_both(t, k);
	t->differences += twin_compare(t->proc, t->rump_root, t->linux_root);
	rsys_proc_destroy(t->proc);
	return NULL;
}

/* A process, and the folder "N/in" on both sides. */
static void
twin_create(struct twin *t, const char *dir, const char *linux_dir, int number)
{
	t->proc = rsys_proc_create();
	for (int k = 0; k < OPEN_FILES; k++)
		t->open[k].rump = t->open[k].host = -1;
	snprintf(t->rump_root, sizeof(t->rump_root), "%s/%d", dir, number);
	snprintf(t->linux_root, sizeof(t->linux_root), "%s/%d", linux_dir, number);
	snprintf(t->rump_a, sizeof(t->rump_a), "%s/in", t->rump_root);
	snprintf(t->linux_a, sizeof(t->linux_a), "%s/in", t->linux_root);
	agree(t, "mkdir", rsys_mkdir(t->proc, t->rump_root, 0755),
	      twin_result(mkdir(t->linux_root, 0755)));
	agree(t, "mkdir", rsys_mkdir(t->proc, t->rump_a, 0755),
	      twin_result(mkdir(t->linux_a, 0755)));
}

long
twin_run(const char *dir, const char *linux_dir, int threads, int operations_each, uint64_t seed)
{
	struct twin *twins = calloc((size_t)threads, sizeof(*twins));
	long differences = 0;

	umask(022); /* a process of the rump kernel has the same */
	for (int i = 0; i < threads; i++) {
		twin_create(&twins[i], dir, linux_dir, i);
		twins[i].operations = operations_each;
		twins[i].random = seed * 1000 + (uint64_t)i;
		pthread_create(&twins[i].thread, NULL, twin_main, &twins[i]);
	}
	for (int i = 0; i < threads; i++) {
		pthread_join(twins[i].thread, NULL);
		differences += twins[i].differences;
	}
	free(twins);
	return differences;
}
