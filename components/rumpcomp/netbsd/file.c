/*
 * Calls on descriptors.
 */
#include "../rumpuser.h"
#include "proc.h"
#include "stat.h"

#define DIR_BATCH 1024 /* entries of a batch, at most */
#define BATCH_BYTES 8192
#define DIR_POSITION (1LL << 62) /* what no position in a file is */
#define TYPE_FOLDER 4 /* of a mode */

long
rsys_open(struct rsys_proc *p, const char *path, int flags, unsigned mode)
{
	return CALL(p, NB_OPEN, WORD(path), (uint64_t)flags, proc_mask(p, mode));
}

long
rsys_close(struct rsys_proc *p, int fd)
{
	proc_dir_forget(p, fd);
	return CALL(p, NB_CLOSE, (uint64_t)fd);
}

long
rsys_read(struct rsys_proc *p, int fd, void *buf, size_t n)
{
	return CALL(p, NB_READ, (uint64_t)fd, WORD(buf), n);
}

long
rsys_write(struct rsys_proc *p, int fd, const void *buf, size_t n)
{
	return CALL(p, NB_WRITE, (uint64_t)fd, WORD(buf), n);
}

long
rsys_pread(struct rsys_proc *p, int fd, void *buf, size_t n, int64_t off)
{
	return CALL(p, NB_PREAD, (uint64_t)fd, WORD(buf), n, 0, (uint64_t)off);
}

long
rsys_pwrite(struct rsys_proc *p, int fd, const void *buf, size_t n, int64_t off)
{
	return CALL(p, NB_PWRITE, (uint64_t)fd, WORD(buf), n, 0, (uint64_t)off);
}

static long
seek(struct rsys_proc *p, int fd, int64_t off, int whence)
{
	return CALL(p, NB_LSEEK, (uint64_t)fd, 0, (uint64_t)off, (uint64_t)whence);
}

/* The position of an entry of a batch, for clients. */
static int64_t
position_of(int64_t batch, unsigned entry)
{
	return batch == 0 && entry == 0 ? 0 : DIR_POSITION | (batch * DIR_BATCH + entry);
}

static int
is_folder(struct rsys_proc *p, int fd)
{
	struct nb_stat s;

	return CALL(p, NB_FSTAT, (uint64_t)fd, WORD(&s)) == 0 && s.mode >> 12 == TYPE_FOLDER;
}

/* In a folder, only to a position that readdir gave, perhaps of another descriptor. Result: 0: it
 * is none; 1: *off = where it is now; or a negated errno. */
static int
seek_dir(struct rsys_proc *p, int fd, int64_t *off, int whence)
{
	int64_t at = *off & ~DIR_POSITION;
	int set = whence == RSYS_SEEK_SET && *off >= 0, found;
	int first = set && (*off & DIR_POSITION) && is_folder(p, fd);
	struct dir *d;

	rumpuser_mutex_enter_nowrap(p->lock);
	d = proc_dir(p, fd, first);
	found = d != NULL;
	if (found && set)
		*d = (struct dir){fd, at / DIR_BATCH, (unsigned)(at % DIR_BATCH)};
	if (found)
		*off = position_of(d->batch, d->entry);
	rumpuser_mutex_exit(p->lock);
	return first && !found ? -NB_EMFILE : found;
}

long
rsys_lseek(struct rsys_proc *p, int fd, int64_t off, int whence)
{
	int dir = seek_dir(p, fd, &off, whence);

	if (dir < 0)
		return dir;
	return dir ? off : seek(p, fd, off, whence);
}

long
rsys_fstat(struct rsys_proc *p, int fd, struct rsys_stat *out)
{
	struct nb_stat s;
	long e = CALL(p, NB_FSTAT, (uint64_t)fd, WORD(&s));

	if (e == 0)
		stat_convert(&s, out);
	return e;
}

long
rsys_ftruncate(struct rsys_proc *p, int fd, int64_t size)
{
	return CALL(p, NB_FTRUNCATE, (uint64_t)fd, 0, (uint64_t)size);
}

long
rsys_fsync(struct rsys_proc *p, int fd)
{
	long e = CALL(p, NB_FSYNC, (uint64_t)fd);

	return e < 0 ? e : disks_flush();
}

/* A batch of entries: where it lies, and the position behind it. */
struct batch {
	char *at;
	size_t bytes;
	int64_t end;
};

/* One entry, if it fits. Result: its length here, 0 if it does not fit. */
static size_t
put_entry(const struct nb_dirent *from, uint64_t next, char *to, size_t room)
{
	size_t n = (offsetof(struct rsys_dirent, name) + from->namelen + 1 + 7) & ~(size_t)7;
	struct rsys_dirent *d = (struct rsys_dirent *)to;

	if (n > room)
		return 0;
	__builtin_memset(to, 0, n);
	*d = (struct rsys_dirent){from->ino, next, (uint16_t)n, from->namelen, from->type};
	__builtin_memcpy(d->name, from->name, from->namelen);
	return n;
}

/* What of a batch comes at d and fits; d moves on. Result: bytes put. */
static size_t
put_batch(const struct batch *b, struct dir *d, char *to, size_t room)
{
	size_t put = 0, n;
	unsigned number = 0;

	for (size_t at = 0; at < b->bytes; number++) {
		const struct nb_dirent *e = (const struct nb_dirent *)(b->at + at);
		int64_t next;

		at += e->reclen;
		if (number < d->entry || e->ino == 0)
			continue;
		next = at < b->bytes ? position_of(d->batch, number + 1) : position_of(b->end, 0);
		n = put_entry(e, (uint64_t)next, to + put, room - put);
		if (n == 0) {
			d->entry = number;
			return put;
		}
		put += n;
	}
	d->batch = b->end;
	d->entry = 0;
	return put;
}

/* Reads the batch at a position. Result: its length, 0 at the end, or a negated errno. */
static long
read_batch(struct rsys_proc *p, int fd, int64_t from, struct batch *b)
{
	long n = seek(p, fd, from, RSYS_SEEK_SET);

	if (n >= 0)
		n = CALL(p, NB_GETDENTS, (uint64_t)fd, WORD(b->at), BATCH_BYTES);
	if (n <= 0)
		return n;
	b->bytes = (size_t)n;
	b->end = seek(p, fd, 0, RSYS_SEEK_CUR);
	return b->end < 0 ? b->end : n;
}

/* Batches until there is something to tell, or no more. d is the caller's copy. */
static long
read_batches(struct rsys_proc *p, struct dir *d, struct batch *b, char *to, size_t room)
{
	size_t put;
	long n;

	do {
		n = read_batch(p, d->fd, d->batch, b);
		if (n <= 0)
			return n;
		put = put_batch(b, d, to, room);
	} while (put == 0 && d->entry == 0);
	return put != 0 ? (long)put : -NB_EINVAL;
}

/* NetBSD's ext2fs leaves the types of entries open: asks for them. An entry that has gone
 * meanwhile stays without. */
static void
fill_types(struct rsys_proc *p, int fd, char *entries, size_t n)
{
	struct nb_stat s;

	for (size_t at = 0; at < n;) {
		struct rsys_dirent *d = (struct rsys_dirent *)(entries + at);

		if (d->type == 0 &&
		    CALL(p, NB_FSTATAT, (uint64_t)fd, WORD(d->name), WORD(&s), NB_AT_SYMLINK_NOFOLLOW) == 0)
			d->type = (uint8_t)(s.mode >> 12);
		at += d->reclen;
	}
}

static long
dir_copy(struct rsys_proc *p, int fd, struct dir *to)
{
	struct dir *d;

	rumpuser_mutex_enter_nowrap(p->lock);
	d = proc_dir(p, fd, 1);
	if (d != NULL)
		*to = *d;
	rumpuser_mutex_exit(p->lock);
	return d != NULL ? 0 : -NB_EMFILE;
}

static void
dir_store(struct rsys_proc *p, const struct dir *from)
{
	struct dir *d;

	rumpuser_mutex_enter_nowrap(p->lock);
	d = proc_dir(p, from->fd, 0);
	if (d != NULL)
		*d = *from;
	rumpuser_mutex_exit(p->lock);
}

long
rsys_readdir(struct rsys_proc *p, int fd, void *buf, size_t n)
{
	struct batch b = {NULL, 0, 0};
	struct dir d;
	void *mem;
	long e;

	if (rumpuser_malloc(BATCH_BYTES, 0, &mem) != 0)
		return -NB_ENOMEM;
	b.at = mem;
	e = dir_copy(p, fd, &d);
	if (e == 0)
		e = read_batches(p, &d, &b, buf, n);
	if (e > 0) {
		dir_store(p, &d);
		fill_types(p, fd, buf, (size_t)e);
	}
	if (e < 0)
		proc_dir_forget(p, fd);
	if (e == -NB_EINVAL && !is_folder(p, fd))
		e = -NB_ENOTDIR;
	rumpuser_free(mem, BATCH_BYTES);
	return e;
}
