/*
 * The disk: requests against an array of sectors, which is stable storage; with a cache that is not
 * before it, and a log beside it, if there are to be. No kernel calls: tested on the host.
 */
#ifndef RAMDISK_DISK_H
#define RAMDISK_DISK_H

#include <blk/blk.h>
#include <blk/server/cache.h>
#include <blk/server/log.h>

struct disk {
	u8 *data;
	u64 sectors;
	int readonly;
	struct blk_cache cache;
	struct blk_log log;
};

/*
 * Is a request right for this disk and a session buffer of so many bytes? r is the server's
 * own copy.
 * Result: 0; EINVAL malformed; ENOSPC outside the device; EROFS.
 */
u32 disk_check(const struct disk *, const struct blk_request *, u64 buffer_bytes);

/*
 * Carries out a request that has been checked. The sector of a flush is how many writes the log had
 * when it came.
 */
void disk_do(struct disk *, const struct blk_request *, u8 *buffer);

#endif
