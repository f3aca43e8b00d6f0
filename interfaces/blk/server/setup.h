/*
 * What a script may ask of every server of blk: parameters cache = "volatile" (cache_kib, 256) and
 * log = KiB of the file blk.log.
 */
#ifndef BLK_SERVER_SETUP_H
#define BLK_SERVER_SETUP_H

#include <blk/server/cache.h>
#include <blk/server/log.h>

/* Makes what the script asks for, and stops the component if the script does not give what that needs. */
void blk_setup(struct blk_cache *, struct blk_log *);

#endif
