/*
 * Files of the host under names of the rump kernel's, and descriptors.
 */
#ifndef HOST_FILES_H
#define HOST_FILES_H

#include <stddef.h>
#include <stdint.h>

struct file {
	const char *name;
	int fd, readonly, device;
	uint64_t size;
};

struct opened {
	struct file *file; /* NULL: not open */
	int flags;         /* RUMPUSER_OPEN_* */
};

/* An open descriptor; NULL: it is none. */
const struct opened *host_opened(int fd);

/* Waits until no request of a file is queued or carried out in a range of it. */
void host_bio_settle(const struct file *, uint64_t from, uint64_t to);

#endif
