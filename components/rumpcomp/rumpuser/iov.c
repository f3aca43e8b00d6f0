/*
 * Bytes of the block device at any offset: whole sectors go through a buffer, and a sector of which only a part is written is
 * read first. Two writers of one sector are the caller's to keep apart.
 */
#include <abi/err.h>
#include <lib/string.h>

#include "bio.h"
#include "hyp.h"
#include "qlock.h"
#include "waitq.h"

#define SECTOR 512u
#define WINDOW 4096u /* bytes moved at once, and aligned so */

/* One request that somebody waits for. It lies on his stack: finished() last touches it when it leaves the lock. */
struct transfer {
	struct qlock lock;
	struct waitq waiting; /* guarded by lock, as what follows */
	int done, error;
};

static void
finished(void *arg, size_t bytes, int error)
{
	struct transfer *t = arg;
	struct waiter *w;

	(void)bytes;
	qlock_enter(&t->lock);
	t->done = 1;
	t->error = error;
	w = waitq_take_all(&t->waiting);
	qlock_exit(&t->lock);
	waiter_wake_list(w);
}

/* Whole sectors. Gives up the rump CPU. Result: 0 or an errno. */
static int
transfer(int fd, int op, void *data, size_t len, uint64_t at)
{
	struct transfer t = {.lock = {QLOCK_FREE}, .waiting = {NULL, NULL}};
	struct waiter w;
	int nlocks, wait;

	rumpuser_bio(fd, op, data, len, (int64_t)at, finished, &t);
	nlocks = hyp_unschedule(NULL);
	qlock_enter(&t.lock);
	wait = !t.done;
	if (wait)
		waitq_add(&t.waiting, &w, 0);
	qlock_exit(&t.lock);
	if (wait)
		waiter_wait(&w, BRIDGE_FOREVER);
	hyp_schedule(nlocks, NULL);
	return t.error;
}

/* What goes on: where on the device, which part of which piece of memory. */
struct move {
	int fd, writing;
	uint8_t *buffer; /* WINDOW bytes */
	uint64_t at;
	const struct rumpuser_iovec *iov;
	size_t left;    /* pieces */
	size_t within;  /* of the first one, so much is done */
};

/* The n bytes at m->at, which lie in one window, of size bytes from its beginning. Result: 0 or an errno. */
static int
move_part(const struct move *m, size_t n, size_t size)
{
	uint64_t window = m->at - m->at % WINDOW;
	size_t from = m->at - window;
	uint8_t *memory = (uint8_t *)m->iov->iov_base + m->within;
	int e = 0;

	if (!m->writing || from % SECTOR || n % SECTOR)
		e = transfer(m->fd, RUMPUSER_BIO_READ, m->buffer, size, window);
	if (e == 0 && m->writing) {
		size_t first = from - from % SECTOR, end = (from + n + SECTOR - 1) / SECTOR * SECTOR;

		memcpy(m->buffer + from, memory, n);
		e = transfer(m->fd, RUMPUSER_BIO_WRITE, m->buffer + first, end - first, window + first);
	} else if (e == 0) {
		memcpy(memory, m->buffer + from, n);
	}
	return e;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Until there is no more memory or no more device. */
static int
move_all(struct move *m, size_t *retp)
{
	uint64_t end = bio_size();
	int e = 0;

	*retp = 0;
	while (e == 0 && m->left != 0 && m->at < end) {
		size_t size = least(WINDOW, end - (m->at - m->at % WINDOW));
		size_t n = least(m->iov->iov_len - m->within, size - m->at % WINDOW);

		if (n != 0)
			e = move_part(m, n, size);
		if (e != 0)
			break;
		*retp += n;
		m->at += n;
		m->within += n;
		if (m->within == m->iov->iov_len) {
			m->iov++;
			m->left--;
			m->within = 0;
		}
	}
	return *retp != 0 ? 0 : e;
}

static int
move(int fd, const struct rumpuser_iovec *iov, size_t n, int64_t off, size_t *retp, int writing)
{
	struct move m = {fd, writing, NULL, (uint64_t)off, iov, n, 0};
	void *buffer;
	int e;

	if (fd != BIO_FD)
		return EBADF;
	if (off < 0)
		return EINVAL; /* the device has no position of its own */
	if (writing && bio_readonly())
		return EROFS;
	if (rumpuser_malloc(WINDOW, WINDOW, &buffer) != 0)
		return ENOMEM;
	m.buffer = buffer;
	e = move_all(&m, retp);
	rumpuser_free(buffer, WINDOW);
	return e;
}

int
rumpuser_iovread(int fd, struct rumpuser_iovec *iov, size_t n, int64_t off, size_t *retp)
{
	return move(fd, iov, n, off, retp, 0);
}

int
rumpuser_iovwrite(int fd, const struct rumpuser_iovec *iov, size_t n, int64_t off, size_t *retp)
{
	return move(fd, iov, n, off, retp, 1);
}
