/*
 * Block devices: host files under names, and requests that threads of the host carry out.
 *
 * Requests wait in one queue; WORKERS threads, each with an lwp of its own, take them, in any
 * order if a test wants that, and call biodone on a rump CPU. Invariant: a request belongs to the
 * queue or to one worker, and nobody touches its data after biodone.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "internal.h"

#define NDEVICES 16
#define WORKERS 3

struct device {
	const char *name;
	int fd, readonly;
	uint64_t size;
};

struct request {
	struct request *next;
	int fd, op;
	void *data;
	size_t len;
	int64_t off;
	rump_biodone_fn done;
	void *donearg;
};

static struct device devices[NDEVICES];

static struct {
	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t work;
	struct request *first;
	unsigned length;
	int workers;
	uint32_t shuffle;
	uint64_t issued, fail_from, fail_to;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER};

void
host_device(const char *name, const char *path, int readonly)
{
	for (int i = 0; i < NDEVICES; i++) {
		struct device *d = &devices[i];
		struct stat st;

		if (d->name != NULL)
			continue;
		d->fd = open(path, readonly ? O_RDONLY : O_RDWR);
		if (d->fd < 0 || fstat(d->fd, &st) != 0)
			host_die("%s: %s", path, strerror(errno));
		d->readonly = readonly;
		d->size = (uint64_t)st.st_size;
		d->name = name;
		return;
	}
	host_die("more than %d devices", NDEVICES);
}

static struct device *
device_find(const char *name)
{
	for (int i = 0; i < NDEVICES && devices[i].name != NULL; i++) {
		if (strcmp(devices[i].name, name) == 0)
			return &devices[i];
	}
	return NULL;
}

int
rumpuser_getfileinfo(const char *name, uint64_t *sizep, int *typep)
{
	struct device *d = device_find(name);

	host_count(HOST_getfileinfo);
	if (d == NULL)
		return host_errno(ENOENT);
	if (sizep != NULL)
		*sizep = d->size;
	if (typep != NULL)
		*typep = RUMPUSER_FT_BLK;
	return 0;
}

/* A descriptor is the device's number plus one. */
int
rumpuser_open(const char *name, int flags, int *fdp)
{
	struct device *d = device_find(name);

	host_count(HOST_open);
	if (d == NULL)
		return host_errno(ENOENT);
	if (d->readonly && (flags & RUMPUSER_OPEN_ACCMODE) != RUMPUSER_OPEN_RDONLY)
		return host_errno(EROFS);
	*fdp = (int)(d - devices) + 1;
	return 0;
}

static struct device *
device_of(int fd)
{
	if (fd < 1 || fd > NDEVICES || devices[fd - 1].name == NULL)
		return NULL;
	return &devices[fd - 1];
}

int
rumpuser_close(int fd)
{
	host_count(HOST_close);
	return device_of(fd) == NULL ? host_errno(EBADF) : 0;
}

static ssize_t
transfer(struct request *r)
{
	int fd = device_of(r->fd)->fd;

	if (r->op & RUMPUSER_BIO_READ)
		return pread(fd, r->data, r->len, r->off);
	return pwrite(fd, r->data, r->len, r->off);
}

static void
request_run(struct request *r, int fail)
{
	ssize_t n = fail ? -1 : transfer(r);
	int error = fail ? host_errno(EIO) : n < 0 ? host_errno(errno) : 0;
	int nlocks;

	if (error == 0 && !(r->op & RUMPUSER_BIO_READ))
		host_log_write(r->data, r->len, r->off);
	if (error == 0 && (r->op & RUMPUSER_BIO_SYNC)) {
		host_count(HOST_bio_sync);
		host_log_flush();
		if (fdatasync(device_of(r->fd)->fd) != 0)
			error = host_errno(errno);
	}
	host_count(error != 0 ? HOST_bio_failed : HOST_bio_done);
	host_schedule(0, NULL);
	r->done(r->donearg, n < 0 ? 0 : (size_t)n, error);
	host_up.hyp_backend_unschedule(0, &nlocks, NULL);
}

/* queue.lock is held. */
static struct request *
queue_take(int *fail)
{
	struct request **at = &queue.first, *r;
	unsigned skip = 0;

	if (queue.shuffle != 0) {
		queue.shuffle = queue.shuffle * 1664525 + 1013904223;
		skip = (queue.shuffle >> 8) % queue.length;
	}
	while (skip-- > 0)
		at = &(*at)->next;
	r = *at;
	*at = r->next;
	queue.length--;
	queue.issued++;
	*fail = queue.issued > queue.fail_from && queue.issued <= queue.fail_to;
	return r;
}

static void *
worker(void *unused)
{
	host_adopt_thread();
	for (;;) {
		struct request *r;
		int fail;

		pthread_mutex_lock(&queue.lock);
		while (queue.first == NULL)
			pthread_cond_wait(&queue.work, &queue.lock);
		r = queue_take(&fail);
		pthread_mutex_unlock(&queue.lock);
		request_run(r, fail);
		free(r);
	}
	return unused;
}

/* queue.lock is held. */
static void
workers_start(void)
{
	while (queue.workers < WORKERS) {
		pthread_t t;

		if (pthread_create(&t, NULL, worker, NULL) != 0)
			host_die("no thread for block requests");
		pthread_detach(t);
		queue.workers++;
	}
}

static void
queue_put(struct request *r)
{
	struct request **at = &queue.first;

	pthread_mutex_lock(&queue.lock);
	workers_start();
	while (*at != NULL)
		at = &(*at)->next;
	*at = r;
	queue.length++;
	pthread_cond_signal(&queue.work);
	pthread_mutex_unlock(&queue.lock);
}

void
rumpuser_bio(int fd, int op, void *data, size_t len, int64_t off, rump_biodone_fn done, void *donearg)
{
	struct device *d = device_of(fd);
	struct request *r = malloc(sizeof(*r));
	int nlocks;

	host_count(HOST_bio);
	if (r == NULL || d == NULL)
		host_die("bio: descriptor %d is not open", fd);
	if (len == 0 || len % 512 != 0 || off < 0 || off % 512 != 0 || (uint64_t)off + len > d->size)
		host_die("bio: %zu bytes at %lld are not whole sectors of %s", len, (long long)off, d->name);
	*r = (struct request){NULL, fd, op, data, len, off, done, donearg};
	nlocks = host_unschedule(NULL);
	queue_put(r);
	host_schedule(nlocks, NULL);
}

void
host_bio_fail(uint64_t after, uint64_t n)
{
	pthread_mutex_lock(&queue.lock);
	queue.fail_from = queue.issued + after;
	queue.fail_to = queue.fail_from + n;
	pthread_mutex_unlock(&queue.lock);
}

void
host_bio_shuffle(uint32_t seed)
{
	pthread_mutex_lock(&queue.lock);
	queue.shuffle = seed;
	pthread_mutex_unlock(&queue.lock);
}

/* Plain reads and writes at an offset, for files that are not block devices of the rump
 * kernel. */
static int
move(int fd, const struct rumpuser_iovec *iov, size_t n, int64_t off, size_t *retp, int writing)
{
	struct device *d = device_of(fd);
	ssize_t got = 0;
	int nlocks, e = 0;

	if (d == NULL)
		return host_errno(EBADF);
	if (off < 0)
		return host_errno(ESPIPE);
	_Static_assert(sizeof(struct rumpuser_iovec) == sizeof(struct iovec), "iovec layout");
	nlocks = host_unschedule(NULL);
	if (writing)
		got = pwritev(d->fd, (const struct iovec *)iov, (int)n, off);
	else
		got = preadv(d->fd, (const struct iovec *)iov, (int)n, off);
	if (got < 0)
		e = host_errno(errno);
	host_schedule(nlocks, NULL);
	if (e == 0)
		*retp = (size_t)got;
	return e;
}

int
rumpuser_iovread(int fd, struct rumpuser_iovec *iov, size_t n, int64_t off, size_t *retp)
{
	host_count(HOST_iovread);
	return move(fd, iov, n, off, retp, 0);
}

int
rumpuser_iovwrite(int fd, const struct rumpuser_iovec *iov, size_t n, int64_t off, size_t *retp)
{
	host_count(HOST_iovwrite);
	return move(fd, iov, n, off, retp, 1);
}

int
rumpuser_syncfd(int fd, int flags, uint64_t start, uint64_t len)
{
	struct device *d = device_of(fd);

	(void)flags;
	(void)start;
	(void)len;
	host_count(HOST_syncfd);
	if (d == NULL)
		return host_errno(EBADF);
	return fdatasync(d->fd) == 0 ? 0 : host_errno(errno);
}
