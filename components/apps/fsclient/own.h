/*
 * The client's own files: made as the plan says, and checked against it.
 */
#ifndef FSCLIENT_OWN_H
#define FSCLIENT_OWN_H

#include "plan.h"

/*
 * Makes folders, files and symlinks, and renames, cuts, links and unlinks some. Complains of every
 * call that fails.
 */
void own_make(const struct plan *);

/* Looks at all of it. Result: number of names there must be. */
u32 own_check(const struct plan *);

#endif
