/*
 * What descriptors are open. See file.c.
 */
#ifndef FILE_H
#define FILE_H

#include <stddef.h>
#include <stdint.h>

struct disk;

struct file {
	int open;
	int flags;           /* RUMPUSER_OPEN_* */
	struct disk *device; /* a block device; */
	struct disk *nvram;  /* or the memory beside one; else a file of the boot image: */
	const uint8_t *data;
	uint64_t bytes;      /* of any of them */
};

/* An open descriptor; NULL: it is none. */
const struct file *file_of(int fd);

#endif
