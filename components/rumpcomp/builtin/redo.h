/*
 * The redo log of a mounted file system: what the operations since the last checkpoint changed, in
 * memory of the block device's host that outlives this kernel (a file "DEVICE.nvram" of the host).
 * An operation is acknowledged when its record is there; a kernel that dies is followed by one that
 * finds the records, makes the changes again, and knows the last operation of each client.
 *
 *   op_end --> record in the log --checkpoint: all is written in place, or committed--> log empty
 *
 * The log is a head, and records one after another. Each has the sequence number that follows the
 * one before, across checkpoints, so that what an earlier round has left behind the end is not
 * taken for one; and zeros stand there, since what it has left may be a file's contents that look
 * like one. A record holds bytes of blocks, as they are after it: making the changes of
 * all records once more, in their order, does no harm. Operations that overlap in time share
 * counts and bitmaps, and so have one record together (op.c).
 *
 * Records hold the contents of files too, so a freed block that is used for something else
 * never gets back what it held before.
 *
 * The format is this project's own; numbers are little-endian.
 */
#ifndef REDO_H
#define REDO_H

#include "op.h"

#define REDO_MAGIC   0x6f646572u /* "redo" */
#define REDO_VERSION 1

/* At the log's beginning. */
struct redo_head {
	uint32_t magic, version;
	uint32_t bsize;     /* of the blocks that records speak of; 0: the log is empty, and what was mounted is whole */
	uint32_t clean;     /* the file system was, when it was mounted */
	uint8_t  uuid[16];  /* of the file system */
	uint64_t sequence;  /* of the first record, which lies behind the head */
};

/* Behind it lie its answers, then its ranges. */
struct redo_record {
	uint32_t magic;
	uint32_t bytes;     /* of all of it, a multiple of 8 */
	uint64_t sequence;
	uint32_t answers, ranges;
};

/* Behind it lie the bytes, and zeros up to a multiple of 8. */
struct redo_range {
	uint64_t blkno;
	uint32_t at, bytes; /* in the block */
};

#define REDO_END     8u     /* zeros behind the last record */
#define REDO_ANSWERS 64     /* clients whose last operation is remembered */
#define REDO_PIECE   16384u /* bytes written at once */

struct redo {
	/* constant */
	struct bdev *dev;
	struct redo_head head;
	/* guarded as operations are: whoever writes a record does so while none is going on */
	uint64_t at;        /* where the next record goes */
	uint64_t sequence;  /* of the next record */
	uint8_t *piece;     /* REDO_PIECE bytes */
	/* changed so too, and guarded by the cache's lock */
	struct redo_answer answers[REDO_ANSWERS]; /* client 0: free */
};

/*
 * Opens the log of a device, if it has one: *rp is NULL if not. Result: ENOMEM, EIO; EINVAL, with a
 * message: it is too small, or of another version.
 */
int  redo_open(struct bdev *, struct redo **rp);
void redo_close(struct redo *);

/* Has it records of the file system with that uuid? Those of another are given up, with a message. */
int  redo_pending(const struct redo *, const uint8_t *uuid);

/*
 * Makes the changes of all records again and makes them stable. What is in memory of the disk may be wrong afterwards.
 * EIO, ENOMEM; EINVAL, with a message: a record is not as it must be.
 */
int  redo_recover(struct redo *);

/* Begins with an empty log. From then on operations are recorded. */
int  redo_start(struct redo *, const uint8_t *uuid, int clean);

/* All is in place, or in the journal: the log is empty again. No operation is going on. */
void redo_reset(struct redo *);

/* The log has nothing for the next kernel, and operations are not recorded any more. */
void redo_stop(struct redo *);

/* Is there room for so many operations? */
int  redo_has_room(const struct redo *, unsigned operations);

/* Writes in place what the log is about, and empties it. Waits for operations; holds up new ones. EIO. */
int  redo_checkpoint(struct redo *);

/* Keeps a client's answer in place of its last one. */
void redo_remember(struct redo *, const struct redo_answer *);

/* Records a chain (next) of operations on one or several devices. None is going on. */
void redo_record(struct op *);

#endif
