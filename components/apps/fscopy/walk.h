/*
 * A walk through the whole tree of the source.
 */
#ifndef WALK_H
#define WALK_H

#include <fs/fs_types.h>

struct visitor {
	/* Any name; a folder before what is in it. Result: 0, or an error, which ends the walk. */
	long (*visit)(const char *path, const struct fs_stat *);
	/* A folder after what is in it. NULL: nothing to do. */
	long (*leave)(const char *path, const struct fs_stat *);
};

/* Visits "/" and everything below it. Result: 0, or the first error. */
long walk(const struct visitor *);

/*
 * The entry at an offset of what readdir gave, n bytes. Result: NULL if it makes no sense.
 */
const struct fs_dirent *entry_at(const u8 *entries, long n, long at);

/* Whether an entry is the folder itself or the one above. */
int entry_is_dots(const struct fs_dirent *);

/* Says what went wrong. Result: the error. */
long failed(const char *call, const char *path, long error);

#endif
