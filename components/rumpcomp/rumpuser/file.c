/*
 * Names and descriptors. "disk0", "disk1" and so on are block devices, "disk0.nvram" the memory of such a device's server which outlives
 * this component, if it has some; every other name is that of a file of the boot image which the script hands to the component: it can be
 * read, and nothing else. A descriptor stays as it is from open to close.
 */
#include "file.h"

#include <abi/err.h>
#include <lib/string.h>

#include <rumpuser.h>

#include "bio.h"
#include "bridge.h"
#include "hyp.h"
#include "nvram.h"
#include "qlock.h"

#define DEVICE "disk" /* and a digit */
#define NVRAM  ".nvram"
#define FILES  32 /* open at once */

static struct qlock lock;        /* guards which are open */
static struct file files[FILES]; /* descriptors, counted from 1 */

/* Result: what stands behind a device's number, which is put down; NULL: the name is no device's. */
static const char *
after_number(const char *name, unsigned *number)
{
	size_t n = sizeof(DEVICE) - 1;

	if (strncmp(name, DEVICE, n) != 0 || name[n] < '0' || name[n] > '9')
		return NULL;
	*number = (unsigned)(name[n] - '0');
	return strcmp(name + n + 1, "") == 0 || strcmp(name + n + 1, NVRAM) == 0 ? name + n + 1 : NULL;
}

static int
find_device(unsigned number, int is_nvram, struct file *f)
{
	struct disk *d;
	int e = bio_open(number, &d);

	if (e != 0)
		return e;
	if (is_nvram)
		*f = (struct file){.nvram = d, .bytes = nvram_size(d)};
	else
		*f = (struct file){.device = d, .bytes = bio_size(d)};
	return is_nvram && f->bytes == 0 ? ENOENT : 0;
}

static int
find(const char *name, struct file *f)
{
	struct bridge_file b;
	unsigned number;
	const char *after = after_number(name, &number);

	if (after != NULL)
		return find_device(number, *after != 0, f);
	if (!bridge_file(name, &b))
		return ENOENT;
	*f = (struct file){.data = b.data, .bytes = b.bytes};
	return 0;
}

int
rumpuser_getfileinfo(const char *name, uint64_t *sizep, int *typep)
{
	struct file f;
	int e = find(name, &f);

	if (e != 0)
		return e;
	if (sizep != NULL)
		*sizep = f.bytes;
	if (typep != NULL)
		*typep = f.device != NULL ? RUMPUSER_FT_BLK : RUMPUSER_FT_REG;
	return 0;
}

/* Result: 0, or what is wrong with opening f so. */
static int
refusal(const struct file *f, int flags)
{
	const int new = RUMPUSER_OPEN_CREATE | RUMPUSER_OPEN_EXCL;
	int mode = flags & RUMPUSER_OPEN_ACCMODE;

	if (mode == RUMPUSER_OPEN_ACCMODE)
		return EINVAL;
	if ((flags & new) == new)
		return EEXIST;
	if (f->device == NULL && (flags & RUMPUSER_OPEN_BIO))
		return ENXIO;
	if (mode != RUMPUSER_OPEN_RDONLY && f->nvram == NULL && (f->device == NULL || bio_readonly(f->device)))
		return EROFS;
	return 0;
}

/* Result: a descriptor, or 0: there are too many. */
static int
descriptor_take(const struct file *f)
{
	int fd = 0;

	qlock_enter(&lock);
	while (fd < FILES && files[fd].open)
		fd++;
	if (fd < FILES)
		files[fd] = *f;
	qlock_exit(&lock);
	return fd < FILES ? fd + 1 : 0;
}

static int
open_named(const char *name, int flags, int *fdp)
{
	struct file f;
	int e = find(name, &f), fd;

	if (e == ENOENT && (flags & RUMPUSER_OPEN_CREATE))
		return EROFS;
	if (e == 0)
		e = refusal(&f, flags);
	if (e != 0)
		return e;
	f.open = 1;
	f.flags = flags;
	fd = descriptor_take(&f);
	if (fd == 0)
		return ENOMEM;
	*fdp = fd;
	return 0;
}

int
rumpuser_open(const char *name, int flags, int *fdp)
{
	int nlocks = hyp_unschedule(NULL);
	int e = open_named(name, flags, fdp);

	hyp_schedule(nlocks, NULL);
	return e;
}

const struct file *
file_of(int fd)
{
	return fd >= 1 && fd <= FILES && files[fd - 1].open ? &files[fd - 1] : NULL;
}

/* A device itself stays open: the component lives on it. Nothing here waits, so the rump CPU is kept. */
int
rumpuser_close(int fd)
{
	int e = EBADF;

	qlock_enter(&lock);
	if (file_of(fd) != NULL) {
		files[fd - 1].open = 0;
		e = 0;
	}
	qlock_exit(&lock);
	return e;
}
