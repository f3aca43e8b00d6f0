/*
 * The journal on the disk, as Linux's journalling block device defines it for ext3: big endian. A
 * journal is a file: its superblock, then a ring of blocks. A transaction is descriptor blocks,
 * each followed by the blocks that it lists, perhaps revoke blocks, and a commit block; every one
 * of these begins with a header that has the transaction's number.
 */
#ifndef JBD_H
#define JBD_H

#include <stdint.h>

#define JBD_MAGIC 0xc03b3998u

enum jbd_type { JBD_DESCRIPTOR = 1, JBD_COMMIT = 2, JBD_SUPER_V1 = 3, JBD_SUPER_V2 = 4, JBD_REVOKE = 5 };

struct jbd_header {
	uint32_t magic, type, sequence;
};

struct jbd_super {
	struct jbd_header header;
	uint32_t blocksize, maxlen, first; /* first: block of the ring */
	uint32_t sequence, start;          /* of the first transaction that may be needed; start 0: none is */
	uint32_t error;
	/* version 2 */
	uint32_t compat, incompat, ro_compat;
	uint8_t  uuid[16];
};

enum { JBD_INCOMPAT_REVOKE = 1 };

/* One block of the transaction. The first of a descriptor block is followed by 16 bytes of uuid. */
struct jbd_tag {
	uint32_t block, flags;
};

enum jbd_tag_flag {
	JBD_ESCAPED = 1,   /* the block began with the magic; in the journal it begins with zeros */
	JBD_SAME_UUID = 2, /* no uuid follows */
	JBD_LAST = 8,      /* of its descriptor block */
};

#define JBD_UUID 16

struct jbd_revoke {
	struct jbd_header header;
	uint32_t bytes; /* used, with this head; then block numbers, which no transaction up to this one writes */
};

static inline uint32_t be32(uint32_t v) { return __builtin_bswap32(v); }

#endif
