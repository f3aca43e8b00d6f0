/*
 * Threads that each repeat one of two things, chosen so that they meet at a place where order
 * matters: the cases of bugs that random operations found now and then. The results are known.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "rumpfs.h"

#define THREADS 4 /* one does the first thing, the others the second */

struct duelist {
	struct rsys_proc *proc;
	const char *dir;
	int rounds;
	long (*act)(struct duelist *); /* result: 0, or 1 for a surprise */
	long surprises;
};

/* The path of a name in the folder of the duel. */
static const char *
path(const struct duelist *d, const char *name, char *to)
{
	snprintf(to, NAMES_MAX, "%s/%s", d->dir, name);
	return to;
}

/* The victim of a rename holds the folder that the file comes from, two levels up. */
static long
rename_onto_ancestor(struct duelist *d)
{
	char from[NAMES_MAX], to[NAMES_MAX];

	return rsys_rename(d->proc, path(d, "a/b/c", from), path(d, "a", to)) != -66;
}

static long
remove_full_folder(struct duelist *d)
{
	char name[NAMES_MAX];

	return rsys_rmdir(d->proc, path(d, "a/b", name)) != -66;
}

/* A link goes, and with it the last reference, while another thread gives back its own. */
static long
come_and_go(struct duelist *d)
{
	char name[NAMES_MAX];

	if (rsys_symlink(d->proc, "a/b", path(d, "link", name)) != 0)
		return 1;
	return rsys_unlink(d->proc, name) != 0;
}

static long
follow(struct duelist *d)
{
	char name[NAMES_MAX];
	struct rsys_stat st;
	long e = rsys_stat(d->proc, path(d, "link/c", name), &st);

	return e != -2 && e != 0;
}

static const struct {
	const char *name;
	long (*act[2])(struct duelist *);
} duels[] = {
	{"ancestor", {rename_onto_ancestor, remove_full_folder}},
	{"last", {come_and_go, follow}},
};

static void *
duelist_main(void *arg)
{
	struct duelist *d = arg;

	for (int i = 0; i < d->rounds; i++)
		d->surprises += d->act(d);
	rsys_proc_destroy(d->proc);
	return NULL;
}

static long
fight(const char *dir, long (*const act[2])(struct duelist *), int rounds)
{
	struct duelist d[THREADS];
	pthread_t threads[THREADS];
	long surprises = 0;

	for (int i = 0; i < THREADS; i++) {
		d[i] = (struct duelist){
			.proc = rsys_proc_create(), .dir = dir, .rounds = rounds, .act = act[i > 0],
		};
		pthread_create(&threads[i], NULL, duelist_main, &d[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		surprises += d[i].surprises;
	}
	return surprises;
}

long
duel(const char *which, const char *dir, int rounds)
{
	for (size_t i = 0; i < sizeof(duels) / sizeof(duels[0]); i++) {
		if (strcmp(duels[i].name, which) == 0)
			return fight(dir, duels[i].act, rounds);
	}
	return -22;
}
