/*
 * fs: files, as a rump kernel's process sees them. Each client component is a process of its own.
 * Names and data travel through the calling thread's session buffer, named by fs_session first;
 * arguments called off are offsets in it. Names are not terminated: their length is an argument.
 * Results are 0 or more, or -errno of the rump kernel; -EINVAL for a bad offset or length, -EBADF
 * without a session. Structures (struct rsys_stat, ...) are those of rumpcomp's rsys.h, repeated in
 * fs_types.h.
 *
 * Programs use the functions with POSIX-like arguments in fs_client.h, which are made of these.
 */
#ifndef FS_FS_H
#define FS_FS_H

#include <abi/types.h>

/* The name under which the component imports fs, for cos_provider. */
extern const char fs_import[];

/*
 * Binds a session buffer to the calling thread. session: from mem_session_open towards the provider of fs.
 * @blocks no
 * @repeat harmless
 * @creates session
 */
long fs_session(word_t session);

/*
 * What the calling thread's last operation was that is known to have happened: after -ECOMPDEAD, whether the one
 * that was cut off has (cos_last_operation says its id). Known is what the redo log of a disk has, and
 * what was done since. Result: 1, or 0 if there is none; second word: its id; third: its result: the bytes of a
 * write, else 0.
 * @blocks yes
 * @repeat harmless
 */
long fs_last(word_t *out_operation, word_t *out_result);

/*
 * Mounts. type, device and directory lie one after another from offset 0, each with a terminating zero. flags: FS_MNT_*.
 * @blocks yes
 * @repeat opid
 * @creates mount
 */
long fs_mount(word_t length, word_t flags);

/*
 * @blocks yes
 * @repeat opid
 * @ends mount
 */
long fs_unmount(word_t length);

/*
 * The name lies at offset 0. Result: descriptor.
 * @blocks yes
 * @repeat opid
 * @creates fd
 */
long fs_open(word_t length, word_t flags, word_t mode);

/*
 * @blocks yes
 * @repeat opid
 * @ends fd fd
 */
long fs_close(word_t fd);

/*
 * Reads to offset off of the buffer. position: absolute, or -1 for the descriptor's own. Result: bytes.
 * @blocks yes
 * @repeat opid
 * @uses fd fd
 */
long fs_read(word_t fd, word_t off, word_t n, word_t position);

/*
 * @blocks yes
 * @repeat opid
 * @uses fd fd
 */
long fs_write(word_t fd, word_t off, word_t n, word_t position);

/*
 * @blocks yes
 * @repeat opid
 * @uses fd fd
 */
long fs_seek(word_t fd, word_t offset, word_t whence);

/*
 * Writes a struct rsys_stat at offset 0. follow: 1 = stat, 0 = lstat. The name lies at offset 0 before.
 * @blocks yes
 * @repeat harmless
 */
long fs_stat(word_t length, word_t follow);

/*
 * @blocks yes
 * @repeat harmless
 * @uses fd fd
 */
long fs_fstat(word_t fd);

/*
 * Writes struct rsys_dirent entries from offset 0. Result: bytes, 0 at the end.
 * @blocks yes
 * @repeat opid
 * @uses fd fd
 */
long fs_readdir(word_t fd, word_t n);

/*
 * An operation on one name at offset 0. op: enum fs_path_op; a, b: see there.
 * @blocks yes
 * @repeat opid
 */
long fs_path(word_t op, word_t length, word_t a, word_t b);

/*
 * An operation on two names, one after the other from offset 0. op: enum fs_path2_op.
 * @blocks yes
 * @repeat opid
 */
long fs_path2(word_t op, word_t length1, word_t length2);

/*
 * Writes the target at offset 0. Result: its length.
 * @blocks yes
 * @repeat harmless
 */
long fs_readlink(word_t length);

/*
 * @blocks yes
 * @repeat opid
 * @uses fd fd
 */
long fs_ftruncate(word_t fd, word_t size);

/*
 * @blocks yes
 * @repeat harmless
 * @uses fd fd
 */
long fs_fsync(word_t fd);

/*
 * @blocks yes
 * @repeat harmless
 */
long fs_sync(void);

/*
 * Writes a struct rsys_statfs at offset 0. The name lies there before.
 * @blocks yes
 * @repeat harmless
 */
long fs_statfs(word_t length);

/*
 * Times of access and modification. A struct fs_times lies at offset 0, the name behind it. follow: of what a symbolic link names.
 * @blocks yes
 * @repeat harmless
 */
long fs_utimens(word_t length, word_t follow);

/*
 * A struct fs_times lies at offset 0.
 * @blocks yes
 * @repeat harmless
 * @uses fd fd
 */
long fs_futimens(word_t fd);

/*
 * Mode bits that files made from now on do not get. Result: the mask until now, 022 at first.
 * @blocks yes
 * @repeat opid
 */
long fs_umask(word_t mask);

/*
 * Writes the path of the working directory at offset 0. Result: its length.
 * @blocks yes
 * @repeat harmless
 */
long fs_getcwd(void);

/*
 * Ends what a client has that has died: what it waits for inside returns, its descriptors are closed, its buffers given back.
 * Only the booter may (-EPERM). comp: its component id.
 * @blocks yes
 * @repeat harmless
 * @death
 */
long fs_gone(word_t comp);

enum fs_path_op {
	FS_MKDIR    = 1, /* a = mode */
	FS_RMDIR    = 2,
	FS_UNLINK   = 3,
	FS_TRUNCATE = 4, /* a = size */
	FS_CHMOD    = 5, /* a = mode */
	FS_CHOWN    = 6, /* a = uid, b = gid; all ones: as it is */
	FS_CHDIR    = 7,
	FS_ACCESS   = 8, /* a = FS_R_OK, FS_W_OK, FS_X_OK, or 0 */
	FS_LCHOWN   = 9, /* as FS_CHOWN, of a symbolic link itself */
};

enum fs_path2_op {
	FS_LINK    = 1, /* old, new */
	FS_RENAME  = 2, /* old, new */
	FS_SYMLINK = 3, /* target, new */
};

#endif
