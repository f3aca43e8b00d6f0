/*
 * The journal of a mounted file system: whole transactions of metadata, on the disk before any of
 * it is written in place.
 *
 * Operations (op.h) change buffers; those with metadata are LOGGED and belong to the running
 * transaction. A commit lets no operation begin, writes the data that is dirty in place (ordered
 * mode: what metadata names is there before it), then the logged buffers' contents and a commit block to
 * the journal, each made stable. Then they are dirty like any others and are written in place when
 * there is time; a checkpoint writes all of them, after which the journal is empty.
 *
 *   clean --op_dirty--> LOGGED --commit--> dirty --write-back or checkpoint--> clean
 *
 * A block of metadata that is freed may become data, and an old copy of it in the journal must not
 * be written over that: a transaction that freed one is followed by a checkpoint (and so no revoke
 * record is ever needed; those of others are honoured). ext2_balloc.c gives no block to another
 * owner before the transaction that freed it is committed.
 *
 * If the journal cannot be written, the mount becomes read-only: what is not in it is lost, and
 * whoever asks (fsync) is told.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include "buf.h"

/* What the file system wants to know. No operation is going on. */
struct journal_events {
	void (*committed)(void *); /* the running transaction is on the disk */
	void (*failed)(void *);    /* it is lost; nothing will be written any more */
};

struct journal {
	struct journal *next_open; /* guarded by the lock of the list in journal.c */
	/* constant */
	struct bdev *dev;
	uint32_t *map;        /* the disk's block of each of its blocks */
	uint32_t length, first;
	uint32_t limit;       /* buffers in one transaction */
	uint8_t *chunk;       /* IO_MAX bytes, the committer's */
	const struct journal_events *events;
	void *arg;            /* of these */
	/* one commit at a time; taken after vnodes, before operations are stopped */
	kmutex lock;
	/* guarded by lock */
	uint32_t head;        /* where the next transaction goes */
	uint32_t used;        /* blocks of the ring that may still be needed */
	uint32_t sequence;    /* of the next transaction */
	/* guarded by the cache's lock */
	uint32_t logged;      /* buffers in the running transaction */
	int freed;            /* it has freed metadata */
	int aborted;
};

/* Once: starts the thread that commits every few seconds. */
void journal_init(void);

/*
 * Starts on a journal whose superblock says that it is empty. map: of length blocks, the caller's.
 * EINVAL: it is too small or not understood, with a message; EIO, ENOMEM.
 */
int  journal_open(struct bdev *, uint32_t *map, uint32_t length, const struct journal_events *, void *arg, struct journal **);

/*
 * Commits, checkpoints, marks it as empty, and frees it, but not the map. After an error it stays open, unless that is forced.
 */
int  journal_close(struct journal *, int force);

/* The running transaction is on stable storage, and all data that was dirty. EIO. */
int  journal_commit(struct journal *);

/* Writes what a journal holds to where it belongs, and empties it. */
int  journal_replay(struct bdev *, const uint32_t *map, uint32_t length);

/* The journal's superblock, checked against the device and the file. EINVAL with a message, EIO. */
struct jbd_super;
int  journal_read_super(struct bdev *, const uint32_t *map, uint32_t length, struct jbd_super *);

/* Most buffers that the running transaction may have before an operation begins. */
int  journal_has_room(const struct journal *, unsigned active); /* the cache's lock is held */

#endif
