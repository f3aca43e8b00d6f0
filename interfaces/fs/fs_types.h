/*
 * What goes through the session buffer of fs, beside names and data. The layouts are those of the
 * rump kernel's rsys.h; the server asserts that they agree.
 */
#ifndef FS_TYPES_H
#define FS_TYPES_H

#include <abi/types.h>

struct fs_stat {
	u64 ino, size, blocks; /* blocks of 512 bytes */
	u32 mode, nlink, uid, gid, blksize, rdev;
	s64 atime, mtime, ctime; /* seconds since 1970 */
	u32 atime_nsec, mtime_nsec, ctime_nsec, pad;
};

struct fs_dirent { /* packed one after another; reclen bytes each, a multiple of 8 */
	u64 ino;
	u64 next;    /* position of the next one: what fsc_lseek takes */
	u16 reclen, namelen;
	u8 type;     /* as in the mode: (mode >> 12) */
	char name[]; /* namelen bytes and a zero */
};

struct fs_statfs {
	u64 blocks, bfree, bavail, files, ffree;
	u32 bsize, namemax, readonly, pad;
};

struct fs_times {
	s64 atime, mtime; /* seconds since 1970 */
	u32 atime_nsec, mtime_nsec;
};

/* Nanoseconds of a new time: it is now; it stays as it is. */
#define FS_UTIME_NOW  ((1u << 30) - 1)
#define FS_UTIME_OMIT ((1u << 30) - 2)

/* NetBSD's values. */
enum fs_open_flag {
	FS_RDONLY = 0, FS_WRONLY = 1, FS_RDWR = 2, FS_ACCMODE = 3,
	FS_APPEND = 8, FS_NOFOLLOW = 0x100, FS_CREAT = 0x200, FS_TRUNC = 0x400, FS_EXCL = 0x800,
	FS_DIRECTORY = 0x200000,
};
enum fs_mount_flag { FS_MNT_RDONLY = 1, FS_MNT_UPDATE = 0x10000 };
enum fs_access { FS_X_OK = 1, FS_W_OK = 2, FS_R_OK = 4 };
enum fs_seek { FS_SEEK_SET = 0, FS_SEEK_CUR = 1, FS_SEEK_END = 2 };

enum fs_mode {
	FS_IFMT = 0170000, FS_IFDIR = 0040000, FS_IFREG = 0100000, FS_IFLNK = 0120000,
	FS_IFSOCK = 0140000,
};

#define FS_NAME_MAX 255
#define FS_PATH_MAX 1023 /* without a terminating zero */

_Static_assert(sizeof(struct fs_stat) == 88, "fs_stat layout");
_Static_assert(sizeof(struct fs_statfs) == 56, "fs_statfs layout");
_Static_assert(sizeof(struct fs_times) == 24, "fs_times layout");

#endif
