/*
 * blk: a block device behind a ring. The client opens a session buffer (mem) towards the server;
 * its first page is a struct blk_ring, the rest is data. The client fills request slots and calls
 * blk_kick; the server completes requests in any order, writes completions and sends to the end
 * point of the client's thread that the script names.
 *
 * Trust: the server copies a request out of the ring before it checks it and answers with an error
 * what is wrong with it. The client does the same with completions. Both keep their own copies of
 * the indices they write.
 */
#ifndef BLK_BLK_H
#define BLK_BLK_H

#include <abi/types.h>

#define BLK_SECTOR     512
#define BLK_RING_SLOTS 64 /* requests in flight at most; a power of two */

enum blk_op {
	BLK_READ  = 1,
	BLK_WRITE = 2,
	BLK_FLUSH = 3, /* everything completed before it was issued is on stable storage when it completes */
};

struct blk_request {
	u64 id;      /* the client's own; comes back in the completion */
	u32 op;      /* enum blk_op */
	u32 sectors; /* number of sectors; 0 for BLK_FLUSH */
	u64 sector;  /* first sector */
	u64 offset;  /* of the data in the session buffer; a multiple of 512, at or above PAGE_SIZE */
};

struct blk_completion {
	u64 id;
	u32 error;   /* enum err: 0, EIO, EINVAL (request malformed), ENOSPC (outside the device), EROFS */
	u32 pad;
};

struct blk_ring {
	u32 req_head;   /* client: requests issued, counting for ever */
	u32 pad0[15];
	u32 done_head;  /* server: completions written, counting for ever */
	u32 pad1[15];
	u32 done_tail;  /* client: completions taken, counting for ever */
	u32 incarnation; /* client: its incarnation; a ring is refused when it changes under an open session */
	u32 pad2[14];
	struct blk_request    req[BLK_RING_SLOTS];
	struct blk_completion done[BLK_RING_SLOTS];
	u8 pad3[832];
};

_Static_assert(sizeof(struct blk_request) == 32, "blk_request layout");
_Static_assert(sizeof(struct blk_completion) == 16, "blk_completion layout");
_Static_assert(sizeof(struct blk_ring) == 4096, "blk_ring layout");

/*
 * Opens the device. session: id from mem_session_open towards this server, at least 2 pages, the
 * first of them zero but for the incarnation. Result: 0; -EBUSY the caller has it open, or there are
 * too many clients; -ENOENT no such session; -EINVAL too small. Second word: sectors of the device;
 * third: 1 if it is read-only.
 * @blocks no
 * @repeat opid
 * @creates blk
 */
long blk_open(word_t session, word_t *out_sectors, word_t *out_readonly);

/*
 * Tells the server that requests are in the ring. Those for which it has no room now, it takes by
 * itself later; some it may have taken before. Result: number of requests it took, none of a ring
 * that cannot be as it is; -EBADF not open.
 * @blocks no
 * @repeat harmless
 * @uses blk
 */
long blk_kick(void);

/*
 * Memory of the server beside the device, which outlives its clients: what a client keeps there, the one that comes
 * after it finds, though not after a loss of power. Zeros at first. One for the device, whoever has it open.
 * Result: bytes, 0 if the script gives none; -EBADF not open.
 * @blocks no
 * @repeat harmless
 * @uses blk
 */
long blk_nvram_size(void);

/*
 * Moves n bytes from an offset of the session buffer, at or above PAGE_SIZE, to a position of that memory, or back: all
 * of them or none. Result: 0; -EBADF; -EINVAL they are not all there.
 * @blocks no
 * @repeat harmless
 * @uses blk
 */
long blk_nvram_write(word_t offset, word_t n, word_t position);

/*
 * @blocks no
 * @repeat harmless
 * @uses blk
 */
long blk_nvram_read(word_t offset, word_t n, word_t position);

/*
 * Finishes or drops every request of the caller's ring and forgets the ring: when it returns,
 * nothing will be written any
 * more. Result: 0; -EBADF.
 * @blocks yes
 * @repeat harmless
 * @ends blk
 */
long blk_close(void);

/*
 * The same on behalf of a component that died. Only the booter may (-EPERM). comp: its
 * component id.
 * @blocks yes
 * @repeat harmless
 * @death first
 */
long blk_reset(word_t comp);

/*
 * Sets a mark in the server's log of writes, for tests of what a loss of power leaves: whatever it
 * means to the caller, who need not have the device open. Result: 0; -ENOSYS the server keeps no
 * log.
 * @blocks no
 * @repeat opid
 */
long blk_mark(word_t number);

#endif
