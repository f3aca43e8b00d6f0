/*
 * What sync promises: all that was there is there after the power went.
 */
#include <stdio.h>

#include "fuzz.h"
#include "ops.h"

static struct {
	long e;
	struct rsys_stat st;
} promised[OPS_PATHS];

static int
is_absolute(unsigned i)
{
	return ops_path(i)[0] == '/';
}

/* As the superuser, in the root, whoever the input's process is. */
void
promise_make(struct ops *o)
{
	struct rsys_proc *p = rsys_proc_create();

	for (unsigned i = 0; i < OPS_PATHS; i++) {
		if (is_absolute(i))
			promised[i].e = rsys_lstat(p, ops_path(i), &promised[i].st);
	}
	rsys_proc_destroy(p);
	o->promised = 1;
}

static int
is_same(const struct rsys_stat *a, const struct rsys_stat *b)
{
	return a->ino == b->ino && a->mode == b->mode && a->nlink == b->nlink && a->uid == b->uid && a->size == b->size &&
	       a->mtime == b->mtime;
}

void
promise_check(struct ops *o)
{
	struct rsys_stat st;

	for (unsigned i = 0; i < OPS_PATHS; i++) {
		if (!is_absolute(i))
			continue;
		if (rsys_lstat(o->proc, ops_path(i), &st) != promised[i].e ||
		    (promised[i].e == 0 && !is_same(&st, &promised[i].st)))
			fuzz_wrong("crash: what was synced is lost: %s", ops_path(i));
	}
}
