/*
 * A log of what a server has done, for tests of what a loss of power leaves: a record for each
 * write, in the order in which they were acknowledged, for each flush, and for each mark that a
 * client sets. It lies in a file that the script gives to the server, and is taken out of the
 * machine after the run; tests/powercut replays it. When there is no room, a record says so, and
 * nothing follows. No kernel calls: tested on the host (tests/unit/blk).
 */
#ifndef BLK_SERVER_LOG_H
#define BLK_SERVER_LOG_H

#include <abi/types.h>

enum blk_log_kind {
	BLK_LOG_END   = 0, /* unused memory is zero */
	BLK_LOG_WRITE = 1,
	BLK_LOG_FLUSH = 2,
	BLK_LOG_MARK  = 3,
	BLK_LOG_NVRAM = 4, /* only of the hosted rump kernel */
	BLK_LOG_FULL  = 5,
};

/* Little endian, and one after another; a write's bytes follow it. */
struct blk_log_record {
	u32 kind;   /* enum blk_log_kind */
	u32 length; /* bytes that follow */
	u64 offset; /* of a write: on the device, in bytes; of a flush: how many writes it made stable; of a mark: its number */
};

_Static_assert(sizeof(struct blk_log_record) == 16, "blk_log_record layout");

struct blk_log {
	u8 *memory; /* NULL: there is no log */
	u64 bytes, used;
	u64 writes; /* logged so far */
	int full;
};

/* memory: zero; at least one record. */
void blk_log_init(struct blk_log *, void *memory, u64 bytes);

/* Without a log, these do nothing. */
void blk_log_write(struct blk_log *, u64 sector, u32 sectors, const u8 *data);
void blk_log_flush(struct blk_log *, u64 writes); /* writes: there were when the flush was issued */
void blk_log_mark(struct blk_log *, u64 number);

#endif
