/*
 * What the client leaves in the file system: everything follows from a seed and the name of its
 * own folder. The host computes the same (runscripts/runlib/plan.py) and looks for it in the image
 * after the run.
 */
#ifndef FSCLIENT_PLAN_H
#define FSCLIENT_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include <abi/types.h>

#define PLAN_FOLDERS  40
#define PLAN_FILES    300
#define PLAN_SYMLINKS 30
#define PLAN_TAIL     100  /* bytes behind the hole of a sparse file */
#define PLAN_PATH     1024 /* room for any of its paths and targets */

struct plan {
	u64 seed;
	const char *base; /* its own folder, an absolute path */
};

/* What happens to a file after it was written. */
static inline bool plan_is_sparse(u32 file) { return file % 8 == 7; }
static inline bool plan_is_unlinked(u32 file) { return file % 9 == 4; }
static inline bool plan_is_renamed(u32 file) { return file % 9 == 5; }
static inline bool plan_is_cut(u32 file) { return file % 9 == 6; }
static inline bool plan_is_linked(u32 file) { return file % 9 == 7; }

/* Bytes that are written to a file, and that it has in the end. */
u64 plan_written_size(const struct plan *, u32 file);
u64 plan_size(const struct plan *, u32 file);
u32 plan_mode(u32 file);

/* The n bytes of a file's contents from an offset on. */
void plan_contents(const struct plan *, u32 file, u64 from, u8 *to, size_t n);

/* A number that is always the same for the same file and round, for sizes of pieces. */
u64 plan_random(const struct plan *, u32 file, u64 round);

/* Paths, and a symlink's target; result: length. to has PLAN_PATH bytes. */
size_t plan_folder(const struct plan *, char *to, u32 folder);
size_t plan_file(const struct plan *, char *to, u32 file);
size_t plan_temporary(const struct plan *, char *to, u32 file); /* before it is renamed */
size_t plan_link(const struct plan *, char *to, u32 file);      /* its second name */
size_t plan_symlink(const struct plan *, char *to, u32 symlink);
size_t plan_target(char *to, u32 symlink);

/* How many names are in a folder in the end, but for "." and "..". */
u32 plan_names(u32 folder);

#endif
