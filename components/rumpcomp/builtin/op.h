/*
 * Operations: the changes of one system call, or of a bounded part of a long one, that belong
 * together on the disk. Between op_begin and op_end an operation names every buffer it changes
 * (op_dirty); these are pinned, so that none of them is written before all of them may be. op_end
 * is the one place where an operation is complete: its redo record (redo.h) is written there, from op->bufs, before
 * it returns.
 *
 * Rules. Begin after the vnodes are locked; hold no buffer at begin and end; no operation inside
 * another (so no vnode_release inside one: it may delete a file). At most OP_BUFS buffers: long
 * work (truncation, big writes) is cut into several operations, each of which leaves the file
 * system consistent.
 */
#ifndef OP_H
#define OP_H

#include "buf.h"

#define OP_BUFS 104

/* A client's last operation that has happened. */
struct redo_answer {
	uint64_t client, operation; /* as rsys_identify says */
	int64_t result;
};

struct op {
	struct bdev *dev;
	int freed;                 /* a block of metadata: set by whoever frees it */
	struct redo_answer answer; /* client 0: none */
	struct op *next;           /* of those that wait for their record */
	int recorded;
	unsigned n;
	struct buf *bufs[OP_BUFS]; /* each once */
};

void ops_init(void);

/*
 * Waits while a flush chooses what to write, and while the operations that are going on could pin
 * too much of the cache.
 */
void op_begin(struct op *, struct bdev *);
void op_end(struct op *);

/*
 * The caller has the buffer, and has changed it or will before it releases it: all of it, or n bytes
 * of its data from first on. owner: as in struct buf.
 */
void op_dirty(struct op *, struct buf *, uint32_t owner);
void op_dirty_part(struct op *, struct buf *, uint32_t owner, const void *first, size_t n);

/*
 * With this operation the system call that the thread makes has happened, whatever else it still has to do. result: what
 * it will answer, as far as it is known: the bytes of a write, or 0.
 */
void op_answers(struct op *, int64_t result);

/*
 * For a flush: waits until no operation is going on, and keeps new ones from beginning until
 * ops_go.
 */
void ops_stop(void);
void ops_go(void);

#endif
