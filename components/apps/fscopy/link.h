/*
 * Names of one file: which of the source's inodes with several names have been seen, and where.
 */
#ifndef LINK_H
#define LINK_H

#include <abi/types.h>

struct link {
	u64 source, target; /* inodes */
	u32 path;           /* where the first name lies in the table's text */
};

/* The link of a source's inode; NULL if it has not been added. */
struct link *link_find(u64 source);

/* Adds a file by its first name. Result: 0, or -ENOMEM if there are too many. */
long link_add(u64 source, u64 target, const char *path);

const char *link_path(const struct link *);

#endif
