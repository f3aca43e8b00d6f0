/*
 * rsys: the one face that both rump kernels have: system calls on behalf of a process. serve.c calls it for
 * fs and socket invocations; the hosted tests call it directly. Results: 0 or more, or a negated NetBSD errno.
 * Types are our own, so that this file needs no header of either kernel.
 *
 * Every function may be called from any thread that has no rump context; it takes and leaves the context itself (hyp_schedule).
 */
#ifndef RSYS_H
#define RSYS_H

#include <stddef.h>
#include <stdint.h>

struct rsys_proc; /* a process of the rump kernel: descriptors, working directory, credentials */

struct rsys_stat {
	uint64_t ino, size, blocks; /* blocks of 512 bytes */
	uint32_t mode, nlink, uid, gid, blksize, rdev;
	int64_t  atime, mtime, ctime; /* seconds since 1970 */
	uint32_t atime_nsec, mtime_nsec, ctime_nsec, pad;
};

struct rsys_dirent { /* packed one after another; reclen bytes each, a multiple of 8 */
	uint64_t ino;
	uint64_t next; /* position of the next one: what lseek takes */
	uint16_t reclen, namelen;
	uint8_t  type; /* as in the mode: (mode >> 12) */
	char     name[]; /* namelen bytes and a zero */
};

struct rsys_statfs {
	uint64_t blocks, bfree, bavail, files, ffree;
	uint32_t bsize, namemax, readonly, pad;
};

enum rsys_open_flag { /* NetBSD's values */
	RSYS_RDONLY = 0, RSYS_WRONLY = 1, RSYS_RDWR = 2, RSYS_ACCMODE = 3,
	RSYS_APPEND = 8, RSYS_CREAT = 0x200, RSYS_TRUNC = 0x400, RSYS_EXCL = 0x800,
	RSYS_NOFOLLOW = 0x100, RSYS_DIRECTORY = 0x200000,
};
enum rsys_mount_flag { RSYS_MNT_RDONLY = 1, RSYS_MNT_UPDATE = 0x10000 }; /* NetBSD's values */

/* NetBSD's values for the nanoseconds of a new time: it is now; it stays as it is. */
#define RSYS_UTIME_NOW  ((1u << 30) - 1)
#define RSYS_UTIME_OMIT ((1u << 30) - 2)

struct rsys_times {
	int64_t  atime, mtime; /* seconds since 1970 */
	uint32_t atime_nsec, mtime_nsec;
};

#define RSYS_GROUPS_MAX 16

struct rsys_cred {
	uint32_t uid, gid;
	uint32_t ngroups; /* supplementary groups */
	uint32_t groups[RSYS_GROUPS_MAX];
};

/*
 * Sockets. The values are those of interfaces/socket/socket_types.h, which says what each means; families, types,
 * directions and events have NetBSD's.
 */
#define RSYS_PATH_LOCAL 103 /* bytes of a local address's path, without its terminating zero */

struct rsys_address {
	uint16_t family;
	uint16_t port;
	uint32_t scope;
	uint8_t  host[16];
	char     path[RSYS_PATH_LOCAL + 1];
};

enum rsys_family { RSYS_FAMILY_NONE = 0, RSYS_LOCAL = 1, RSYS_INET = 2, RSYS_INET6 = 24 };
enum rsys_socket_type { RSYS_STREAM = 1, RSYS_DATAGRAM = 2 };
enum rsys_socket_flag { RSYS_NONBLOCK = 1 };
enum rsys_message { RSYS_DONTWAIT = 1, RSYS_PEEK = 2 };
enum rsys_how { RSYS_SHUT_RECEIVE = 0, RSYS_SHUT_SEND = 1, RSYS_SHUT_BOTH = 2 };

enum rsys_option {
	RSYS_OPT_TYPE = 1, RSYS_OPT_ERROR = 2, RSYS_OPT_ACCEPTCONN = 3, RSYS_OPT_SNDBUF = 4, RSYS_OPT_RCVBUF = 5,
	RSYS_OPT_SNDTIMEO = 6, RSYS_OPT_RCVTIMEO = 7, /* microseconds; 0: no limit */
	RSYS_OPT_NONBLOCK = 8, RSYS_OPT_REUSEADDR = 9, RSYS_OPT_KEEPALIVE = 10, RSYS_OPT_NODELAY = 11,
	RSYS_OPT_BROADCAST = 12, RSYS_OPT_V6ONLY = 13,
};

enum rsys_event { RSYS_IN = 0x01, RSYS_OUT = 0x04, RSYS_FAILED = 0x08, RSYS_HUNG_UP = 0x10, RSYS_INVALID = 0x20 };

struct rsys_poll {
	int32_t  fd;     /* negative: left out */
	uint16_t events, revents;
};

enum rsys_seek { RSYS_SEEK_SET = 0, RSYS_SEEK_CUR = 1, RSYS_SEEK_END = 2 };

/* Starts the rump kernel. Once, before anything else, on a thread of the host. Result: 0 or -errno. */
int rsys_init(void);

/* Registers a host block device under a name in the rump kernel ("/dev/disk0"). hostpath: what rumpuser_open gets. */
int rsys_etfs_register(const char *key, const char *hostpath);

/* A new process, with root's credentials, working directory "/"; and its end: closes what it has
 * open. NULL if there is no memory. */
struct rsys_proc *rsys_proc_create(void);
void rsys_proc_destroy(struct rsys_proc *);
/* Before that, if its calls may be going on: closes what it has open, so that those that wait for something end. */
void rsys_proc_abandon(struct rsys_proc *);
/* Whose process it is from now on. Once: who is not root any more cannot change it. */
int  rsys_proc_setcred(struct rsys_proc *, const struct rsys_cred *);

/* Whose operation the calling thread's next system calls are: the client (not 0; 0: nobody's) and a number of it that
 * grows; 0: of none, to be forgotten. Where the disk's host keeps a redo log, a kernel that follows one that died says with rsys_last what
 * the last operation of a client was that has happened, and its result: the bytes of a write, else 0. Result: 1,
 * or 0 if it knows of none. */
void rsys_identify(uint64_t client, uint64_t operation);
long rsys_last(uint64_t client, uint64_t *operation, int64_t *result);

/* fstype "ext2". flags: enum rsys_mount_flag; with UPDATE, what is mounted on dir becomes read-only or
 * writable, -EBUSY while files are open for writing or deleted but open. unmount: -EBUSY while files are
 * open; writes everything back. */
long rsys_mount(struct rsys_proc *, const char *fstype, const char *device, const char *dir, int flags);
long rsys_unmount(struct rsys_proc *, const char *dir);

long rsys_open(struct rsys_proc *, const char *path, int flags, unsigned mode);
long rsys_close(struct rsys_proc *, int fd);
long rsys_read(struct rsys_proc *, int fd, void *buf, size_t n);
long rsys_write(struct rsys_proc *, int fd, const void *buf, size_t n);
long rsys_pread(struct rsys_proc *, int fd, void *buf, size_t n, int64_t off);
long rsys_pwrite(struct rsys_proc *, int fd, const void *buf, size_t n, int64_t off);
long rsys_lseek(struct rsys_proc *, int fd, int64_t off, int whence);
long rsys_stat(struct rsys_proc *, const char *path, struct rsys_stat *);
long rsys_lstat(struct rsys_proc *, const char *path, struct rsys_stat *);
long rsys_fstat(struct rsys_proc *, int fd, struct rsys_stat *);
long rsys_readdir(struct rsys_proc *, int fd, void *buf, size_t n); /* struct rsys_dirent; 0 at the end */
long rsys_mkdir(struct rsys_proc *, const char *path, unsigned mode);
long rsys_rmdir(struct rsys_proc *, const char *path);
long rsys_unlink(struct rsys_proc *, const char *path);
long rsys_link(struct rsys_proc *, const char *old, const char *path);
long rsys_rename(struct rsys_proc *, const char *old, const char *path);
long rsys_symlink(struct rsys_proc *, const char *target, const char *path);
long rsys_readlink(struct rsys_proc *, const char *path, char *buf, size_t n); /* result: length, no zero added */
long rsys_truncate(struct rsys_proc *, const char *path, int64_t size);
long rsys_ftruncate(struct rsys_proc *, int fd, int64_t size);
long rsys_chmod(struct rsys_proc *, const char *path, unsigned mode);
long rsys_chown(struct rsys_proc *, const char *path, uint32_t uid, uint32_t gid);
long rsys_lchown(struct rsys_proc *, const char *path, uint32_t uid, uint32_t gid); /* of a symbolic link itself */
/* Times of access and modification. follow: of what a symbolic link names. */
long rsys_utimens(struct rsys_proc *, const char *path, int follow, const struct rsys_times *);
long rsys_futimens(struct rsys_proc *, int fd, const struct rsys_times *);
/* want: 4 read, 2 write, 1 execute or search, 0 existence; -EACCES. */
long rsys_access(struct rsys_proc *, const char *path, int want);
long rsys_umask(struct rsys_proc *, unsigned mask); /* result: the old one, 022 at first */
long rsys_chdir(struct rsys_proc *, const char *path);
long rsys_getcwd(struct rsys_proc *, char *buf, size_t n); /* result: length, no zero added; -ERANGE */
long rsys_fsync(struct rsys_proc *, int fd);
long rsys_sync(struct rsys_proc *);
long rsys_statfs(struct rsys_proc *, const char *path, struct rsys_statfs *);

/*
 * Sockets, with POSIX's errors. They share the process' descriptors with files: close, fstat, read and write take
 * them too. An address that comes in has a terminated path; one that goes out is filled in whole. Whatever the caller
 * says is refused if the kernel does not know it. flags: enum rsys_socket_flag.
 */
long rsys_socket(struct rsys_proc *, int family, int type, int flags);
long rsys_socketpair(struct rsys_proc *, int family, int type, int flags, int fds[2]);
long rsys_bind(struct rsys_proc *, int fd, const struct rsys_address *);
long rsys_listen(struct rsys_proc *, int fd, int backlog);
long rsys_accept(struct rsys_proc *, int fd, int flags, struct rsys_address *peer);
long rsys_connect(struct rsys_proc *, int fd, const struct rsys_address *);
/* flags: enum rsys_message. to, from: or NULL. */
long rsys_send(struct rsys_proc *, int fd, const void *buf, size_t n, int flags, const struct rsys_address *to);
long rsys_receive(struct rsys_proc *, int fd, void *buf, size_t n, int flags, struct rsys_address *from);
long rsys_shutdown(struct rsys_proc *, int fd, int how);
/* timeout: microseconds; negative: no limit. */
long rsys_poll(struct rsys_proc *, struct rsys_poll *, size_t n, int64_t timeout);
long rsys_getsockopt(struct rsys_proc *, int fd, int option); /* result: its value */
long rsys_setsockopt(struct rsys_proc *, int fd, int option, int64_t value);
long rsys_getsockname(struct rsys_proc *, int fd, struct rsys_address *);
long rsys_getpeername(struct rsys_proc *, int fd, struct rsys_address *);

#endif
