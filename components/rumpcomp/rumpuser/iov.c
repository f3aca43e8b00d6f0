/*
 * Bytes of a file at any offset. Of a block device, whole sectors go straight between it and memory, and a sector of which only a
 * part is meant goes through a buffer; what is written there is read first. Meanwhile the sectors are held: whatever was begun before
 * is complete, and nothing else comes in between.
 */
#include <abi/err.h>
#include <lib/string.h>

#include <rumpuser.h>

#include "bio.h"
#include "file.h"
#include "nvram.h"

#define SECTOR 512u

/* What goes on: where in the file, which part of which piece of memory. */
struct move {
	const struct file *file;
	int op;         /* RUMPUSER_BIO_READ or _WRITE */
	uint64_t at;
	const struct rumpuser_iovec *iov;
	size_t left;    /* pieces */
	size_t within;  /* of the first one, so much is done */
};

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* n bytes of one sector. Result: 0 or an errno. */
static int
move_part(const struct move *m, uint8_t *memory, size_t n)
{
	uint8_t sector[SECTOR];
	size_t from = m->at % SECTOR;
	int e = bio_transfer(m->file->device, RUMPUSER_BIO_READ, sector, SECTOR, m->at - from);

	if (e != 0)
		return e;
	if (m->op == RUMPUSER_BIO_READ) {
		memcpy(memory, sector + from, n);
		return 0;
	}
	memcpy(sector + from, memory, n);
	return bio_transfer(m->file->device, RUMPUSER_BIO_WRITE, sector, SECTOR, m->at - from);
}

/* At most n bytes, which the file has. Result: how many were moved; 0: *error says why. */
static size_t
move_some(const struct move *m, size_t n, int *error)
{
	uint8_t *memory = (uint8_t *)m->iov->iov_base + m->within;

	if (m->file->nvram != NULL) {
		*error = nvram_move(m->file->nvram, m->op == RUMPUSER_BIO_WRITE, memory, n, m->at);
		return *error == 0 ? n : 0;
	}
	if (m->file->device == NULL) {
		memcpy(memory, m->file->data + m->at, n);
		return n;
	}
	if (m->at % SECTOR != 0 || n < SECTOR) {
		n = least(n, SECTOR - m->at % SECTOR);
		*error = move_part(m, memory, n);
	} else {
		n -= n % SECTOR;
		*error = bio_transfer(m->file->device, m->op, memory, n, m->at);
	}
	return *error == 0 ? n : 0;
}

/* Until there is no more memory or no more file. */
static int
move_all(struct move *m, size_t *retp)
{
	int e = 0;

	*retp = 0;
	while (e == 0 && m->left != 0 && m->at < m->file->bytes) {
		size_t n = least(m->iov->iov_len - m->within, m->file->bytes - m->at);

		if (n != 0)
			n = move_some(m, n, &e);
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

/* How many bytes are asked for: no more than the file has. */
static uint64_t
asked(const struct move *m)
{
	uint64_t have = m->at < m->file->bytes ? m->file->bytes - m->at : 0, n = 0;

	for (size_t i = 0; i < m->left; i++)
		n += least(m->iov[i].iov_len, have - n);
	return n;
}

static int
move(struct move *m, size_t *retp)
{
	uint64_t n = asked(m);
	int e;

	if (m->file->device == NULL || n == 0)
		return move_all(m, retp);
	bio_hold(m->file->device, m->at - m->at % SECTOR, (m->at + n + SECTOR - 1) / SECTOR * SECTOR);
	e = move_all(m, retp);
	bio_release(m->file->device);
	return e;
}

/* Result: 0, or what is wrong with a transfer through a descriptor that must not be open in a mode. */
static int
refusal(const struct file *f, int64_t off, int mode)
{
	if (f == NULL || (f->flags & RUMPUSER_OPEN_ACCMODE) == mode)
		return EBADF;
	return off < 0 ? EINVAL : 0; /* nothing here has a position of its own */
}

int
rumpuser_iovread(int fd, struct rumpuser_iovec *iov, size_t n, int64_t off, size_t *retp)
{
	struct move m = {file_of(fd), RUMPUSER_BIO_READ, (uint64_t)off, iov, n, 0};
	int e = refusal(m.file, off, RUMPUSER_OPEN_WRONLY);

	return e != 0 ? e : move(&m, retp);
}

/* Nothing can be written behind the end. */
int
rumpuser_iovwrite(int fd, const struct rumpuser_iovec *iov, size_t n, int64_t off, size_t *retp)
{
	struct move m = {file_of(fd), RUMPUSER_BIO_WRITE, (uint64_t)off, iov, n, 0};
	int e = refusal(m.file, off, RUMPUSER_OPEN_RDONLY);

	if (e == 0 && m.at >= m.file->bytes)
		e = ENOSPC;
	return e != 0 ? e : move(&m, retp);
}
