/*
 * The disk.
 */
#include "disk.h"

#include <blk/ring.h>
#include <lib/string.h>

u32
disk_check(const struct disk *d, const struct blk_request *r, u64 buffer_bytes)
{
	return blk_request_check(r, d->sectors, d->readonly, buffer_bytes);
}

/* All that lies in the cache comes to the disk. */
static void
write_back(struct disk *d)
{
	struct blk_cache_run run;

	for (u64 at = 0; blk_cache_next(&d->cache, &at, &run);)
		memcpy(d->data + run.sector * BLK_SECTOR, run.data, (u64)run.sectors * BLK_SECTOR);
	blk_cache_clear(&d->cache);
}

static void
write(struct disk *d, u64 sector, u32 sectors, const u8 *from)
{
	if (!d->cache.sets) {
		memcpy(d->data + sector * BLK_SECTOR, from, (u64)sectors * BLK_SECTOR);
		return;
	}
	for (u32 done = 0; done < sectors;) {
		done += blk_cache_write(&d->cache, sector + done, sectors - done, from + (u64)done * BLK_SECTOR);
		if (done < sectors)
			write_back(d);
	}
}

void
disk_do(struct disk *d, const struct blk_request *r, u8 *buffer)
{
	u8 *at = buffer + r->offset;

	if (r->op == BLK_READ) {
		memcpy(at, d->data + r->sector * BLK_SECTOR, (u64)r->sectors * BLK_SECTOR);
		blk_cache_read(&d->cache, r->sector, r->sectors, at);
	} else if (r->op == BLK_WRITE) {
		write(d, r->sector, r->sectors, at);
		blk_log_write(&d->log, r->sector, r->sectors, at);
	} else {
		write_back(d);
		blk_log_flush(&d->log, r->sector);
	}
}
