/*
 * The list of what must be in the file system: a file of the boot image that the host wrote
 * (runscripts/runlib/listing.py has the other side). It is checked whole once, before anything
 * else is done with it.
 */
#ifndef FSCLIENT_LIST_H
#define FSCLIENT_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include <abi/types.h>

#define LIST_MAGIC 0x31305453494c5346UL /* "FSLIST01" */
#define PATH_MOST  8192                 /* bytes of a path */

struct list_header {
	u64 magic, count, bytes; /* bytes: the whole list */
	u64 offset[];            /* of each entry; sorted by path */
};

struct list_entry {
	u64 size;       /* of a file; length of a symlink's target; else 0 */
	u32 mode, uid, gid, nlink;
	u32 pathlen, targetlen;
	u8  sha256[32]; /* of a file's contents */
	char text[];    /* the path, without leading slash; the target */
};

_Static_assert(sizeof(struct list_header) == 24, "list_header layout");
_Static_assert(sizeof(struct list_entry) == 64, "list_entry layout");

struct list {
	const struct list_header *header;
	u64 count;
};

/* Checks a list of bytes bytes at data. Result: NULL, or what is wrong with it. */
const char *list_open(struct list *, const void *data, u64 bytes);

/* The ith entry, 0 <= i < count. */
const struct list_entry *list_entry(const struct list *, u64 i);

/* The number of the entry with a path; count if there is none. */
u64 list_find(const struct list *, const char *path, size_t pathlen);

static inline const char *
list_target(const struct list_entry *e)
{
	return e->text + e->pathlen;
}

#endif
