/*
 * The disk: requests against an array of sectors. No kernel calls: tested on the host.
 */
#ifndef RAMDISK_DISK_H
#define RAMDISK_DISK_H

#include <blk/blk.h>

struct disk {
	u8 *data;
	u64 sectors;
	int readonly;
};

/*
 * Is a request right for this disk and a session buffer of so many bytes? r is the server's
 * own copy.
 * Result: 0; EINVAL malformed; ENOSPC outside the device; EROFS.
 */
u32 disk_check(const struct disk *, const struct blk_request *, u64 buffer_bytes);

/* Carries out a request that has been checked. */
void disk_do(const struct disk *, const struct blk_request *, u8 *buffer);

#endif
