/*
 * Names: "disk0" is the block device of the script's provider of blk. There is nothing else.
 */
#include <abi/err.h>
#include <lib/string.h>

#include <rumpuser.h>

#include "bio.h"
#include "hyp.h"

static int
open_named(const char *name)
{
	return strcmp(name, "disk0") == 0 ? bio_open() : ENOENT;
}

int
rumpuser_getfileinfo(const char *name, uint64_t *sizep, int *typep)
{
	int e = open_named(name);

	if (e != 0)
		return e;
	if (sizep != NULL)
		*sizep = bio_size();
	if (typep != NULL)
		*typep = RUMPUSER_FT_BLK;
	return 0;
}

int
rumpuser_open(const char *name, int flags, int *fdp)
{
	int nlocks = hyp_unschedule(NULL);
	int e = open_named(name);

	hyp_schedule(nlocks, NULL);
	if (e == 0 && bio_readonly() && (flags & RUMPUSER_OPEN_ACCMODE) != RUMPUSER_OPEN_RDONLY)
		e = EROFS;
	if (e == 0)
		*fdp = BIO_FD;
	return e;
}

/* The device stays open: there is one, and the component lives on it. */
int
rumpuser_close(int fd)
{
	return fd == BIO_FD ? 0 : EBADF;
}
