/*
 * Block devices: names in the rump kernel for files of the host.
 */
#ifndef DEV_H
#define DEV_H

#include "klib.h"

struct bdev {
	char *key;               /* "/dev/disk0" */
	char *hostpath;
	uint64_t size;           /* bytes */
	int fd;
	int readonly;
	/* the host's memory that outlives this kernel, "HOSTPATH.nvram"; 0 bytes: there is none */
	int nvram_fd;
	uint64_t nvram_size;
	int mounted;             /* guarded by the mount lock */
	/* bytes in a block of the buffer cache, set by the file system that mounts it */
	uint32_t bsize;
	/* a block that may be written again at any time, to make the earlier writes stable */
	uint32_t barrier_block;
	/* guarded by the cache's lock */
	struct journal *journal; /* of what is mounted, or NULL */
	struct redo *redo;       /* likewise */
	uint64_t written;        /* how many transfers have been written */
	uint64_t stable;         /* how many of these are known to be on stable storage */
	int lost;                /* a block could not be written, and was given up */
	int complained;          /* a failed write has been reported on the console */
};

void dev_init(void);

/*
 * Makes a host's block device known under a name. Errors: those of the host, EEXIST, ENOSPC when
 * there are too many, EINVAL.
 */
int  dev_register(const char *key, const char *hostpath);

/* NULL if there is none of that name. */
struct bdev *dev_find(const char *key);

/* The nth, from 0 on; NULL if there are not so many. */
struct bdev *dev_nth(unsigned n);

#endif
