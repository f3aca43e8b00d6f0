/*
 * The buffer cache: blocks of devices in memory.
 *
 * A buffer is BUSY while one thread has it to itself, or while the host moves its data; everybody
 * else waits. A buffer that was changed is DIRTY until it has been written; while an operation
 * that changed it is still going on (op.h) it is pinned, and is not written.
 *
 *   absent --buf_get--> BUSY --buf_release--> clean (the least recently used one is reused) or dirty (not reused)
 *   dirty --write-back--> BUSY, writing --done--> clean; after an error: dirty
 *
 * Order: a thread that has a buffer may take another only downwards: directory block or indirect
 * block, lower indirect block, bitmap, group descriptors. A thread that has a buffer never waits
 * for an operation or a vnode.
 */
#ifndef BUF_H
#define BUF_H

#include "dev.h"
#include "sync.h"

enum {
	BUF_BUSY  = 1,
	BUF_VALID = 2,
	BUF_DIRTY = 4,
	BUF_IO    = 8,  /* the host has it */
	BUF_ASYNC = 16, /* nobody waits for that: released when it is done */
	BUF_LOGGED = 32, /* DIRTY, and in the running transaction of the journal: not written in place yet */
};

#define BUF_OWNER_META 0 /* owner of a block that is not the data of one file */

#define BUF_PARTS 64 /* of a block: what has changed in it is known by parts */

struct buf {
	struct bdev *dev;       /* identity: changed only while it is in no list and BUSY */
	uint64_t blkno;
	uint8_t *data;          /* the busy thread's; read-only to others never */
	uint32_t size;
	/* guarded by the cache's lock */
	uint32_t flags;
	uint32_t owner;         /* inode number of the file whose data it is; flushed with it */
	int wanted, pins, error;
	uint64_t changed;       /* parts, since they were last recorded (redo.h); changed in operations */
	int failures;           /* writes that failed one after the other */
	uint64_t dirtied;       /* when it became dirty, in steps of the cache's own clock */
	struct buf *hash_next;
	struct link lru;        /* among the clean ones, if neither BUSY nor DIRTY nor pinned */
	struct link dirty;      /* among the dirty ones, if DIRTY */
	/*
	 * the owner's of a transfer of several neighbours: set by who starts it, in the first of
	 * them
	 */
	struct buf *io_next;
	uint8_t *io_bounce;
	uint32_t io_bytes;
	int io_op;
	struct io_batch *io_batch;
};

/* Several writes that one thread waits for. Guarded by the cache's lock. */
struct io_batch {
	unsigned pending;
	int error; /* of the first that failed */
};

#define IO_MAX 65536u /* bytes in one transfer */

void bcache_init(void);

/*
 * A block, BUSY; its data is valid only if BUF_VALID is set: by buf_set_valid, after the caller
 * has filled in all of it. ENOMEM.
 */
int  buf_get(struct bdev *, uint64_t blkno, struct buf **);

void buf_set_valid(struct buf *);

/*
 * A block, BUSY and read. The ahead blocks behind it come in the same transfer if they are not
 * there yet.
 */
int  buf_read(struct bdev *, uint64_t blkno, unsigned ahead, struct buf **);

/* Starts reading n blocks that will be wanted soon. */
void buf_read_ahead(struct bdev *, uint64_t blkno, unsigned n);

void buf_release(struct buf *);

/* The parts in which n bytes at an offset lie; n is not 0. */
static inline uint64_t
buf_parts(const struct buf *b, uint32_t at, uint32_t n)
{
	uint32_t part = b->size / BUF_PARTS, first = at / part, last = (at + n - 1) / part;

	return ~0ull >> (BUF_PARTS - 1 - (last - first)) << first;
}

/* A whole new block of zeros, BUSY and valid. */
int  buf_zeroed(struct bdev *, uint64_t blkno, struct buf **);

/* The block has been freed: what the cache has of it is worthless. Waits until it is not busy. */
void buf_discard(struct bdev *, uint64_t blkno);

/*
 * Writes what was dirty when it was called, waits, and makes it stable (SYNC). owner: only
 * metadata and that file's data; BUF_OWNER_META: everything. Result: EIO if a write failed; what
 * failed stays dirty. With a journal, the running transaction is committed instead.
 */
int  buf_flush(struct bdev *, uint32_t owner);

/*
 * For the journal, which has stopped operations. Writes what is dirty and not logged, or only what
 * is data, without making it stable. EIO.
 */
int  buf_write_all(struct bdev *, int only_data);
/* The logged buffers, BUSY, as a chain in the order of their blocks; and back: dirty if they are committed, else given up. */
struct buf *buf_take_logged(struct bdev *, unsigned *n);
void buf_give_logged(struct buf *chain, int committed);

/* A transfer past the cache, waited for. Blocks are of the mounted size. EIO. */
int  bdev_transfer(struct bdev *, int op, void *data, uint32_t bytes, uint64_t blkno);
/* Has anything been written that may not be stable? Was a block given up that could not be written? */
int  bdev_unstable(struct bdev *);
int  bdev_lost(struct bdev *);

/* Forgets everything of a device, dirty or not. Nobody uses it any more. */
void buf_purge(struct bdev *);

/*
 * For the write-back thread: writes what has been dirty for a while, or more if memory is short.
 * Waits for its own writes.
 */
void buf_write_back(void);

/* op.c and bufio.c: the cache's inside. */
struct bcache {
	kmutex lock;
	/* a buffer somebody wanted is free, memory has become free, or a transfer is over */
	kcond released;
	struct link clean;   /* least recently used first */
	struct link dirty;   /* in the order in which they became dirty */
	size_t bytes, limit; /* memory of all buffers */
	size_t dirty_bytes;
	int short_of_memory; /* somebody waits for a clean buffer */
	uint64_t clock;
};

extern struct bcache bcache;

/* The cache's lock is held. */
/* not BUSY any more, or not pinned: puts it where it belongs and wakes who waits */
void buf_settle(struct buf *);
void buf_mark_dirty(struct buf *);
void buf_mark_clean(struct buf *);
/* absent until now, and memory is there: 0 */
int  buf_take_idle(struct bdev *, uint64_t blkno, struct buf **);

/* A chain (io_next) of n buffers in the order of their blocks. */
struct buf *buf_chain_sort(struct buf *chain, unsigned n);

/* Starts a transfer of a chain (io_next) of neighbours, all BUSY. The lock is not held. */
void io_start(struct buf *first, int op, struct io_batch *);

/* syncer.c */
void syncer_init(void);
void syncer_wake(void);

#endif
