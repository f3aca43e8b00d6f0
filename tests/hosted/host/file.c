/*
 * Names, descriptors, and plain reads and writes.
 */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

#define FILES  16
#define OPENED 64

static struct file files[FILES]; /* before the rump kernel starts, then as they are */
static struct opened opened[OPENED];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards which are open */

static void
add(const char *name, const char *path, int readonly, int device)
{
	for (int i = 0; i < FILES; i++) {
		struct file *f = &files[i];
		struct stat st;

		if (f->name != NULL)
			continue;
		f->fd = open(path, readonly ? O_RDONLY : O_RDWR);
		if (f->fd < 0 || fstat(f->fd, &st) != 0)
			host_die("%s: %s", path, strerror(errno));
		f->readonly = readonly;
		f->device = device;
		f->size = (uint64_t)st.st_size;
		f->name = name;
		return;
	}
	host_die("more than %d files", FILES);
}

void
host_device(const char *name, const char *path, int readonly)
{
	add(name, path, readonly, 1);
}

void
host_file(const char *name, const char *path)
{
	add(name, path, 1, 0);
}

void
host_nvram(const char *name, const char *path)
{
	add(name, path, 0, 0);
}

static struct file *
find(const char *name)
{
	for (int i = 0; i < FILES && files[i].name != NULL; i++) {
		if (strcmp(files[i].name, name) == 0)
			return &files[i];
	}
	return NULL;
}

int
rumpuser_getfileinfo(const char *name, uint64_t *sizep, int *typep)
{
	struct file *f = find(name);

	host_count(HOST_getfileinfo);
	if (f == NULL)
		return host_errno(ENOENT);
	if (sizep != NULL)
		*sizep = f->size;
	if (typep != NULL)
		*typep = f->device ? RUMPUSER_FT_BLK : RUMPUSER_FT_REG;
	return 0;
}

/* Result: 0, or what is wrong with opening f (NULL: there is none) so. */
static int
refusal(const struct file *f, int flags)
{
	const int new = RUMPUSER_OPEN_CREATE | RUMPUSER_OPEN_EXCL;
	int mode = flags & RUMPUSER_OPEN_ACCMODE;

	if (f == NULL)
		return flags & RUMPUSER_OPEN_CREATE ? EROFS : ENOENT;
	if (mode == RUMPUSER_OPEN_ACCMODE)
		return EINVAL;
	if ((flags & new) == new)
		return EEXIST;
	if (!f->device && (flags & RUMPUSER_OPEN_BIO))
		return ENXIO;
	return f->readonly && mode != RUMPUSER_OPEN_RDONLY ? EROFS : 0;
}

int
rumpuser_open(const char *name, int flags, int *fdp)
{
	struct file *f = find(name);
	int e = refusal(f, flags), nlocks = host_unschedule(NULL), fd = 0;

	host_count(HOST_open);
	pthread_mutex_lock(&lock);
	while (e == 0 && fd < OPENED && opened[fd].file != NULL)
		fd++;
	if (fd == OPENED)
		e = ENOMEM;
	if (e == 0)
		opened[fd] = (struct opened){f, flags};
	pthread_mutex_unlock(&lock);
	host_schedule(nlocks, NULL);
	if (e == 0)
		*fdp = fd + 1;
	return host_errno(e);
}

const struct opened *
host_opened(int fd)
{
	return fd >= 1 && fd <= OPENED && opened[fd - 1].file != NULL ? &opened[fd - 1] : NULL;
}

int
rumpuser_close(int fd)
{
	int e = EBADF;

	host_count(HOST_close);
	pthread_mutex_lock(&lock);
	if (host_opened(fd) != NULL) {
		opened[fd - 1].file = NULL;
		e = 0;
	}
	pthread_mutex_unlock(&lock);
	return host_errno(e);
}

static ssize_t
move_piece(const struct file *f, void *base, size_t n, int64_t off, int writing)
{
	ssize_t moved = writing ? pwrite(f->fd, base, n, off) : pread(f->fd, base, n, off);

	if (writing && moved > 0 && f->device)
		host_log_write(base, (size_t)moved, off);
	else if (writing && moved > 0)
		host_log_nvram(base, (size_t)moved, off);
	return moved;
}

/* No further than the file's end. Result: bytes, or -1. */
static ssize_t
move_pieces(const struct file *f, const struct rumpuser_iovec *iov, size_t n, int64_t off, int writing)
{
	ssize_t total = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t have = f->size - (uint64_t)(off + total);
		size_t want = iov[i].iov_len < have ? iov[i].iov_len : have;
		ssize_t moved = move_piece(f, iov[i].iov_base, want, off + total, writing);

		if (moved < 0)
			return total > 0 ? total : -1;
		total += moved;
		if ((size_t)moved < iov[i].iov_len)
			break;
	}
	return total;
}

static int
move(const struct file *f, const struct rumpuser_iovec *iov, size_t n, int64_t off, size_t *retp, int writing)
{
	int nlocks = host_unschedule(NULL), e = 0;
	uint64_t end = (uint64_t)off;
	ssize_t moved = 0;

	for (size_t i = 0; i < n; i++)
		end += iov[i].iov_len;
	host_bio_settle(f, (uint64_t)off, end);
	if ((uint64_t)off < f->size)
		moved = move_pieces(f, iov, n, off, writing);
	else if (writing)
		e = ENOSPC;
	if (moved < 0)
		e = errno;
	host_schedule(nlocks, NULL);
	if (e == 0)
		*retp = (size_t)moved;
	return host_errno(e);
}

/* Result: 0, or what is wrong with a transfer through a descriptor that must not be open in a mode. */
static int
move_refusal(const struct opened *o, int64_t off, int mode)
{
	if (o == NULL || (o->flags & RUMPUSER_OPEN_ACCMODE) == mode)
		return host_errno(EBADF);
	return off < 0 ? host_errno(EINVAL) : 0;
}

int
rumpuser_iovread(int fd, struct rumpuser_iovec *iov, size_t n, int64_t off, size_t *retp)
{
	const struct opened *o = host_opened(fd);
	int e = move_refusal(o, off, RUMPUSER_OPEN_WRONLY);

	host_count(HOST_iovread);
	return e != 0 ? e : move(o->file, iov, n, off, retp, 0);
}

int
rumpuser_iovwrite(int fd, const struct rumpuser_iovec *iov, size_t n, int64_t off, size_t *retp)
{
	const struct opened *o = host_opened(fd);
	int e = move_refusal(o, off, RUMPUSER_OPEN_RDONLY);

	host_count(HOST_iovwrite);
	return e != 0 ? e : move(o->file, iov, n, off, retp, 1);
}

int
rumpuser_syncfd(int fd, int flags, uint64_t start, uint64_t len)
{
	const int all = RUMPUSER_SYNCFD_BOTH | RUMPUSER_SYNCFD_BARRIER | RUMPUSER_SYNCFD_SYNC;
	const struct opened *o = host_opened(fd);
	int nlocks, e = 0;

	host_count(HOST_syncfd);
	if (o == NULL)
		return host_errno(EBADF);
	if ((flags & ~all) != 0 || !(flags & RUMPUSER_SYNCFD_BOTH) || start > o->file->size || len > o->file->size - start)
		return host_errno(EINVAL);
	nlocks = host_unschedule(NULL);
	if (flags & RUMPUSER_SYNCFD_BARRIER)
		host_bio_settle(o->file, 0, o->file->size);
	if (flags & RUMPUSER_SYNCFD_WRITE) {
		host_log_flush();
		e = fdatasync(o->file->fd) == 0 ? 0 : errno;
	}
	host_schedule(nlocks, NULL);
	return host_errno(e);
}
