/*
 * The check of a whole tree against the list, in both directions.
 */
#ifndef FSCLIENT_WALK_H
#define FSCLIENT_WALK_H

#include "list.h"

struct walk {
	const struct list *list;
	const char *root; /* where the file system is mounted, without a slash at the end */
	const char *own;  /* a folder in the root that is not in the list, or NULL */
	u8 *seen;         /* a byte for each entry of the list */
};

/*
 * Visits every folder, complains of everything that is not as the list says. Result: number of
 * names visited.
 */
u64 walk_tree(const struct walk *);

#endif
