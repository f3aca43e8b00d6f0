/*
 * Reading a USTAR archive (POSIX.1-1988) that lies in memory. Nothing in it is believed before it
 * has been checked, and nothing outside [archive, archive + bytes) is read.
 */
#ifndef BOOTER_TAR_H
#define BOOTER_TAR_H

#include <abi/types.h>

/*
 * Checks all of it once: each member has a header with the right magic, checksum and an octal
 * size that fits, and an empty block ends it. Result: 1; or 0, and *bad is the offset of the
 * first header that is wrong.
 */
int tar_check(const u8 *archive, u64 bytes, u64 *bad);

/*
 * The data of the first member of that name, and its size; NULL if there is none. Of an archive
 * that tar_check found right.
 */
const void *tar_find(const u8 *archive, u64 bytes, const char *name, u64 *size);

#endif
