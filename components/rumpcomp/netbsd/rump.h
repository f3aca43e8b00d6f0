/*
 * What the project knows of NetBSD's rump kernel, kernel-only archives of the 7.99 series: the
 * few entries that a platform calls, the numbers of system calls, and the structures that these
 * take and fill. Written from the interface (syscalls.master, stat.h, dirent.h and statvfs.h say
 * the same in their words); the layouts are fixed here and asserted.
 */
#ifndef NETBSD_RUMP_H
#define NETBSD_RUMP_H

#include <stddef.h>
#include <stdint.h>

struct lwp;

/* The entries. rump_syscall: args are words of 8 bytes, in the order of the system call's
 * arguments, padding included; result 0 or an errno, retval[0] = the call's own. All take and
 * leave rump context by themselves. */
int rump_init(void);
int rump_syscall(int num, void *args, size_t bytes, int64_t *retval);
int rump_pub_etfs_register(const char *key, const char *hostpath, int type);
void rump_schedule(void); /* a rump CPU, and an lwp for the while if the thread has none */
void rump_unschedule(void);
int rump_pub_lwproc_rfork(int flags);
int rump_pub_lwproc_newlwp(int32_t pid);
void rump_pub_lwproc_releaselwp(void);
struct lwp *rump_pub_lwproc_curlwp(void);

/* The kernel's current lwp: of each thread. */
extern __thread struct lwp *rumpns_curlwp_storage;

enum { RUMP_ETFS_BLK = 1 };
enum { RUMP_RFCFDG = 2 }; /* a process with a descriptor table of its own, empty */

enum { /* errno */
	NB_ERESTART = -3, NB_EINTR = 4, NB_ENOMEM = 12, NB_ENODEV = 19, NB_ENOTDIR = 20, NB_EINVAL = 22,
	NB_EMFILE = 24, NB_EROFS = 30, NB_ERANGE = 34, NB_EPROTOTYPE = 41, NB_ENOPROTOOPT = 42,
	NB_EOPNOTSUPP = 45, NB_EAFNOSUPPORT = 47,
};

enum { /* system calls */
	NB_READ = 3, NB_WRITE = 4, NB_OPEN = 5, NB_CLOSE = 6, NB_UNLINK = 10, NB_CHDIR = 12,
	NB_CHMOD = 15, NB_CHOWN = 16, NB_GETPID = 20, NB_UNMOUNT = 22, NB_SETUID = 23,
	NB_RECVFROM = 29, NB_GETPEERNAME = 31, NB_GETSOCKNAME = 32, NB_ACCESS = 33, NB_SYNC = 36,
	NB_SYMLINK = 57, NB_READLINK = 58, NB_UMASK = 60, NB_SETGROUPS = 80, NB_FCNTL = 92,
	NB_FSYNC = 95, NB_CONNECT = 98, NB_BIND = 104, NB_SETSOCKOPT = 105, NB_LISTEN = 106,
	NB_GETSOCKOPT = 118, NB_SENDTO = 133, NB_SHUTDOWN = 134, NB_SOCKETPAIR = 135,
	NB_MKDIR = 136, NB_RMDIR = 137, NB_PREAD = 173, NB_PWRITE = 174, NB_SETGID = 181,
	NB_LSEEK = 199, NB_TRUNCATE = 200, NB_FTRUNCATE = 201, NB_POSIX_RENAME = 270,
	NB_LCHOWN = 275, NB_GETCWD = 296, NB_STATVFS = 357, NB_GETDENTS = 390, NB_SOCKET = 394,
	NB_MOUNT = 410, NB_POLLTS = 437, NB_STAT = 439, NB_FSTAT = 440, NB_LSTAT = 441,
	NB_PACCEPT = 456, NB_LINKAT = 457, NB_FSTATAT = 466, NB_UTIMENSAT = 467,
	NB_FUTIMENS = 472,
};

struct nb_timespec {
	int64_t sec, nsec;
};

struct nb_stat {
	uint64_t dev;
	uint32_t mode;
	uint64_t ino;
	uint32_t nlink, uid, gid;
	uint64_t rdev;
	struct nb_timespec atime, mtime, ctime, birthtime;
	int64_t size, blocks;
	int32_t blksize;
	uint32_t flags, gen, spare[2];
};

_Static_assert(sizeof(struct nb_stat) == 152 && offsetof(struct nb_stat, size) == 112, "struct stat of NetBSD 6");

struct nb_dirent {
	uint64_t ino;
	uint16_t reclen, namelen;
	uint8_t type;
	char name[];
};

_Static_assert(offsetof(struct nb_dirent, name) == 13, "struct dirent of NetBSD 4 and later");

struct nb_statvfs {
	unsigned long flag, bsize, frsize, iosize;
	uint64_t blocks, bfree, bavail, bresvd; /* of frsize */
	uint64_t files, ffree, favail, fresvd;
	uint64_t reads, writes, async_reads, async_writes;
	uint64_t fsidx;
	unsigned long fsid, namemax;
	uint32_t owner, spare[4];
	char fstypename[32], mntonname[1024], mntfromname[1024];
};

_Static_assert(sizeof(struct nb_statvfs) == 2256 && offsetof(struct nb_statvfs, fstypename) == 172, "struct statvfs");

enum { NB_AT_SYMLINK_NOFOLLOW = 0x200, NB_AT_FDCWD = -100 };
enum { NB_MNT_RDONLY = 1, NB_MNT_WAIT = 1 };

enum { NB_SOCK_NONBLOCK = 0x20000000, NB_SOCK_NOSIGPIPE = 0x40000000 }; /* with the type of a socket */
enum { NB_MSG_PEEK = 0x2, NB_MSG_DONTWAIT = 0x80 };
enum { NB_F_GETFL = 3, NB_F_SETFL = 4, NB_O_NONBLOCK = 4 };

/* What mount(2) takes for ext2fs and ffs: the device; for tmpfs: limits, 0 = none, and the root. */
struct nb_ufs_args {
	const char *fspec;
};

enum { NB_TMPFS_VERSION = 1 };

struct nb_tmpfs_args {
	int32_t version;
	uint64_t nodes_max;
	int64_t size_max;
	uint32_t root_uid, root_gid, root_mode;
};

_Static_assert(sizeof(struct nb_tmpfs_args) == 40, "struct tmpfs_args");

#endif
