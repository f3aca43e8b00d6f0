/*
 * A volatile cache of writes, as disks have one: what is written lies here, and is read from here,
 * until the server writes it back, which it does for a flush and when there is no room. Whatever is
 * here is lost with the power.
 *
 * Pages of eight sectors, found by their number: a page has its place in one set of WAYS. Nothing
 * here is ever like the disk: what has been written back is forgotten. No kernel calls: tested on
 * the host (tests/unit/blk).
 */
#ifndef BLK_SERVER_CACHE_H
#define BLK_SERVER_CACHE_H

#include <abi/types.h>

#define BLK_CACHE_WAYS    4
#define BLK_CACHE_SECTORS 8 /* of a page */

struct blk_cache_page {
	u64 number; /* of the page of the disk */
	u8 sectors; /* a bit for each that is here; 0 = free */
};

struct blk_cache {
	u64 sets; /* 0: there is no cache */
	struct blk_cache_page *page;
	u8 *data;
};

/* Adjacent sectors to be written back. */
struct blk_cache_run {
	u64 sector;
	u32 sectors; /* 1 to BLK_CACHE_SECTORS */
	const u8 *data;
};

/* Memory that a cache of so many pages needs, in bytes. */
u64 blk_cache_bytes(u64 pages);

/* memory: blk_cache_bytes(pages), zero, aligned to pages. pages: at least BLK_CACHE_WAYS. */
void blk_cache_init(struct blk_cache *, u64 pages, void *memory);

/* Takes a write, from its first sector on. Result: sectors taken; at least 1 if nothing is here. */
u32 blk_cache_write(struct blk_cache *, u64 sector, u32 sectors, const u8 *data);

/* Lays what is here over what was read from the disk. */
void blk_cache_read(const struct blk_cache *, u64 sector, u32 sectors, u8 *data);

/* The next run from *at on, which begins at 0 and is moved on. Result: 0 if there is none. */
int blk_cache_next(const struct blk_cache *, u64 *at, struct blk_cache_run *);

/* All has been written back. */
void blk_cache_clear(struct blk_cache *);

#endif
