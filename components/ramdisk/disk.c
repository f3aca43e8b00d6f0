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

/* Memory is stable storage here: a flush has nothing to do. */
void
disk_do(const struct disk *d, const struct blk_request *r, u8 *buffer)
{
	u8 *at = d->data + r->sector * BLK_SECTOR;
	u64 bytes = (u64)r->sectors * BLK_SECTOR;

	if (r->op == BLK_READ)
		memcpy(buffer + r->offset, at, bytes);
	else if (r->op == BLK_WRITE)
		memcpy(at, buffer + r->offset, bytes);
}
