/*
 * A folder of the rump kernel and its twin, a folder of the system that the process runs on.
 */
#ifndef TWIN_H
#define TWIN_H

#include "rumpfs.h"

#define TWIN_PATH 4096 /* bytes of one path on either side */

/* The result of a Linux call as rsys.h has it: 0 or more, or a negated errno of NetBSD. */
long twin_result(long linux_result);

/* Compares everything at and below a path with its twin: names, types, modes, links, sizes,
 * contents. Says every difference on stderr. Result: how many. */
long twin_compare(struct rsys_proc *, const char *rump_path, const char *linux_path);

/* Threads that each do the same random operations in a folder below dir and in its twin below
 * linux_dir; the results must agree. Says every difference on stderr. Result: how many. */
long twin_run(const char *dir, const char *linux_dir, int threads, int operations, uint64_t seed);

#endif
