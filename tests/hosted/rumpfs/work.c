/*
 * Threads at work. Each has a process of its own and knows what its files must hold; in the
 * shared folder all make, rename and remove the same few names, where any order of events is
 * right but the file system must stay whole.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rumpfs.h"

#define FILES   8
#define SHARED  5
#define SIZE    100000

struct file {
	int there;
	uint64_t size, seed;
};

struct worker {
	pthread_t thread;
	struct rsys_proc *proc;
	const char *dir;
	int number, rounds;
	uint64_t random;
	struct file file[FILES];
	long surprises;
};

static uint64_t
roll(struct worker *w, uint64_t sides)
{
	return dice(&w->random, (uint32_t)sides);
}

static void
surprise(struct worker *w, const char *what, const char *path, long result)
{
	w->surprises++;
	fprintf(stderr, "worker %d: %s %s: %ld\n", w->number, what, path, result);
}

static void
own_path(struct worker *w, char *to, int i)
{
	snprintf(to, NAMES_MAX, "%s/%d/file-%d", w->dir, w->number, i);
}

static void
make(struct worker *w, struct file *f, const char *path)
{
	long n;

	f->size = roll(w, SIZE);
	f->seed = roll(w, 1 << 20);
	n = rsys_truncate(w->proc, path, 0);
	if (n < 0 && n != -2)
		surprise(w, "truncate", path, n);
	n = pattern_write(w->proc, path, f->size, f->seed, 0);
	if (n != (long)f->size)
		surprise(w, "write", path, n);
	f->there = 1;
}

static void
cut(struct worker *w, struct file *f, const char *path)
{
	uint64_t size = roll(w, f->size + 1);
	long e = rsys_truncate(w->proc, path, (int64_t)size);

	if (e < 0)
		surprise(w, "truncate", path, e);
	f->size = size;
}

static void
check(struct worker *w, struct file *f, const char *path)
{
	long n = pattern_check(w->proc, path, f->size, f->seed);

	if (f->there ? n != (long)f->size : n != -2)
		surprise(w, "read", path, n);
}

static void
remove_file(struct worker *w, struct file *f, const char *path)
{
	long e = rsys_unlink(w->proc, path);

	if (e != (f->there ? 0 : -2))
		surprise(w, "unlink", path, e);
	f->there = 0;
}

static void
swap_names(struct worker *w, int i)
{
	int other = (i + 1) % FILES;
	char from[NAMES_MAX], to[NAMES_MAX];
	long e;

	own_path(w, from, i);
	own_path(w, to, other);
	e = rsys_rename(w->proc, from, to);
	if (e != (w->file[i].there ? 0 : -2))
		surprise(w, "rename", from, e);
	if (!w->file[i].there)
		return;
	w->file[other] = w->file[i];
	w->file[i].there = 0;
}

/* What may come back when others do the same to the same names. */
static int
expected(long e)
{
	static const int fine[] = {0, 2, 17, 20, 21, 22, 66}; /* ENOENT, EEXIST, ENOTDIR, EISDIR, EINVAL, ENOTEMPTY */

	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		if (e == -fine[i])
			return 1;
	}
	return 0;
}

static void
shared_step(struct worker *w)
{
	char a[NAMES_MAX], b[NAMES_MAX];
	struct rsys_stat st;
	long e = 0;

	snprintf(a, sizeof(a), "%s/shared/%d", w->dir, (int)roll(w, SHARED));
	snprintf(b, sizeof(b), "%s/shared/%d", w->dir, (int)roll(w, SHARED));
	switch (roll(w, 8)) {
	case 0:
		e = pattern_write(w->proc, a, roll(w, 5000), 1, 0);
		break;
	case 1:
		e = rsys_unlink(w->proc, a);
		break;
	case 2:
		e = rsys_mkdir(w->proc, a, 0755);
		break;
	case 3:
		e = rsys_rmdir(w->proc, a);
		break;
	case 4:
		e = rsys_rename(w->proc, a, b);
		break;
	case 5:
		e = rsys_link(w->proc, a, b);
		break;
	case 6:
		e = rsys_symlink(w->proc, "nowhere", a);
		break;
	default:
		e = rsys_lstat(w->proc, a, &st);
	}
	if (e < 0 && !expected(e) && e != -1)
		surprise(w, "shared", a, e);
}

static void
own_step(struct worker *w)
{
	int i = (int)roll(w, FILES);
	struct file *f = &w->file[i];
	char path[NAMES_MAX];

	own_path(w, path, i);
	switch (roll(w, 6)) {
	case 0:
	case 1:
		make(w, f, path);
		break;
	case 2:
		if (f->there)
			cut(w, f, path);
		break;
	case 3:
		remove_file(w, f, path);
		break;
	case 4:
		swap_names(w, i);
		break;
	default:
		check(w, f, path);
	}
}

static void *
worker_main(void *arg)
{
	struct worker *w = arg;
	char path[NAMES_MAX];

	snprintf(path, sizeof(path), "%s/%d", w->dir, w->number);
	rsys_mkdir(w->proc, path, 0755);
	for (int i = 0; i < w->rounds; i++) {
		if (i % 3 == 0)
			shared_step(w);
		else
			own_step(w);
		if (i % 64 == 63)
			rsys_sync(w->proc);
	}
	for (int i = 0; i < FILES; i++) {
		own_path(w, path, i);
		check(w, &w->file[i], path);
	}
	rsys_proc_destroy(w->proc);
	return NULL;
}

long
work(const char *dir, int threads, int rounds, uint64_t seed)
{
	struct worker *w = calloc((size_t)threads, sizeof(*w));
	char path[NAMES_MAX];
	long surprises = 0;

	rsys_mkdir(proc, dir, 0755);
	snprintf(path, sizeof(path), "%s/shared", dir);
	rsys_mkdir(proc, path, 0755);
	for (int i = 0; i < threads; i++) {
		w[i] = (struct worker){.proc = rsys_proc_create(), .dir = dir, .number = i, .rounds = rounds,
		                       .random = seed * 1000 + (uint64_t)i};
		pthread_create(&w[i].thread, NULL, worker_main, &w[i]);
	}
	for (int i = 0; i < threads; i++) {
		pthread_join(w[i].thread, NULL);
		surprises += w[i].surprises;
	}
	free(w);
	return surprises;
}
