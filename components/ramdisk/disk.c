/*
 * The disk.
 */
#include "disk.h"

#include <abi/err.h>
#include <lib/string.h>

u32
disk_check(const struct disk *d, const struct blk_request *r, u64 buffer_bytes)
{
	u64 bytes = (u64)r->sectors * BLK_SECTOR;

	if (r->op == BLK_FLUSH)
		return r->sectors ? EINVAL : EOK;
	if ((r->op != BLK_READ && r->op != BLK_WRITE) || r->sectors == 0 ||
	    r->offset % BLK_SECTOR || r->offset < PAGE_SIZE || r->offset > buffer_bytes ||
	    bytes > buffer_bytes - r->offset)
		return EINVAL;
	if (r->sector > d->sectors || r->sectors > d->sectors - r->sector)
		return ENOSPC;
	return r->op == BLK_WRITE && d->readonly ? EROFS : EOK;
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
