/*
 * Block requests, which threads of the host carry out.
 *
 * They wait in one queue; WORKERS threads, each with an lwp of its own, take them, in any order if a test wants that, and call biodone
 * on a rump CPU. Invariant: a request belongs to the queue or to one worker, and nobody touches its data after biodone.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "files.h"
#include "internal.h"

#define WORKERS 3
#define SECTOR  512

struct request {
	struct request *next;
	const struct file *file;
	int op;
	void *data;
	size_t len;
	int64_t off;
	rump_biodone_fn done;
	void *donearg;
};

static struct {
	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t work, over;
	struct request *first;
	unsigned length;
	struct request *busy[WORKERS]; /* what each carries out */
	int workers;
	uint32_t shuffle;
	uint64_t issued, fail_from, fail_to;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER, .over = PTHREAD_COND_INITIALIZER};

static int refuse; /* answer wrong requests with an error */

void
host_bio_refuse(void)
{
	refuse = 1;
}

static ssize_t
transfer(struct request *r)
{
	int fd = r->file->fd;

	if (r->op & RUMPUSER_BIO_READ)
		return pread(fd, r->data, r->len, r->off);
	return pwrite(fd, r->data, r->len, r->off);
}

/* Result: NetBSD's errno. */
static int
request_run(struct request *r, int fail)
{
	ssize_t n = fail ? -1 : transfer(r);
	int error = fail ? host_errno(EIO) : n < 0 ? host_errno(errno) : 0;

	if (error == 0 && !(r->op & RUMPUSER_BIO_READ))
		host_log_write(r->data, r->len, r->off);
	if (error == 0 && (r->op & RUMPUSER_BIO_SYNC)) {
		host_count(HOST_bio_sync);
		host_log_flush();
		if (fdatasync(r->file->fd) != 0)
			error = host_errno(errno);
	}
	host_count(error != 0 ? HOST_bio_failed : HOST_bio_done);
	return error;
}

static void
request_done(struct request *r, int error)
{
	int nlocks;

	host_schedule(0, NULL);
	r->done(r->donearg, error != 0 ? 0 : r->len, error);
	host_up.hyp_backend_unschedule(0, &nlocks, NULL);
	free(r);
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

static struct request *
queue_wait(struct request **busy, int *fail)
{
	pthread_mutex_lock(&queue.lock);
	while (queue.first == NULL)
		pthread_cond_wait(&queue.work, &queue.lock);
	*busy = queue_take(fail);
	pthread_mutex_unlock(&queue.lock);
	return *busy;
}

static void
queue_over(struct request **busy)
{
	pthread_mutex_lock(&queue.lock);
	*busy = NULL;
	pthread_cond_broadcast(&queue.over);
	pthread_mutex_unlock(&queue.lock);
}

static void *
worker(void *busy)
{
	host_adopt_thread();
	for (;;) {
		int fail, error;
		struct request *r = queue_wait(busy, &fail);

		error = request_run(r, fail);
		queue_over(busy);
		request_done(r, error);
	}
	return busy;
}

/* queue.lock is held. */
static void
workers_start(void)
{
	while (queue.workers < WORKERS) {
		pthread_t t;

		if (pthread_create(&t, NULL, worker, &queue.busy[queue.workers]) != 0)
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

/* Result: 0, or what is wrong with a request. */
static int
refusal(const struct opened *o, int op, size_t len, int64_t off)
{
	int reading = op & RUMPUSER_BIO_READ, writing = op & RUMPUSER_BIO_WRITE;

	if (o == NULL || !o->file->device || (writing && (o->flags & RUMPUSER_OPEN_ACCMODE) == RUMPUSER_OPEN_RDONLY))
		return EBADF;
	if (!reading == !writing || len == 0 || len % SECTOR != 0 || off < 0 || off % SECTOR != 0)
		return EINVAL;
	return (uint64_t)off > o->file->size || len > o->file->size - (uint64_t)off ? ENOSPC : 0;
}

void
rumpuser_bio(int fd, int op, void *data, size_t len, int64_t off, rump_biodone_fn done, void *donearg)
{
	const struct opened *o = host_opened(fd);
	struct request *r = malloc(sizeof(*r));
	int nlocks, e = refusal(o, op, len, off);

	host_count(HOST_bio);
	if (r == NULL || (e != 0 && !refuse))
		host_die("bio: descriptor %d, operation %d, %zu bytes at %lld: error %d", fd, op, len, (long long)off, e);
	if (e != 0) {
		free(r);
		done(donearg, 0, host_errno(e));
		return;
	}
	*r = (struct request){NULL, o->file, op, data, len, off, done, donearg};
	nlocks = host_unschedule(NULL);
	queue_put(r);
	host_schedule(nlocks, NULL);
}

static int
touches(const struct request *r, const struct file *f, uint64_t from, uint64_t to)
{
	return r->file == f && (uint64_t)r->off < to && from < (uint64_t)r->off + r->len;
}

/* queue.lock is held. */
static int
settled(const struct file *f, uint64_t from, uint64_t to)
{
	for (const struct request *r = queue.first; r != NULL; r = r->next) {
		if (touches(r, f, from, to))
			return 0;
	}
	for (int i = 0; i < WORKERS; i++) {
		if (queue.busy[i] != NULL && touches(queue.busy[i], f, from, to))
			return 0;
	}
	return 1;
}

void
host_bio_settle(const struct file *f, uint64_t from, uint64_t to)
{
	pthread_mutex_lock(&queue.lock);
	while (!settled(f, from, to))
		pthread_cond_wait(&queue.over, &queue.lock);
	pthread_mutex_unlock(&queue.lock);
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
