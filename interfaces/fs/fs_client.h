/*
 * Files for programs: functions with POSIX's arguments, made of the invocations in fs.h. Results
 * are 0 or more, or a negated errno (kernel/abi/err.h): -ENAMETOOLONG for a name that no file can
 * have, -ENOMEM without a session buffer.
 *
 * Each thread has a session buffer of its own, opened when it first calls one of these. Large
 * transfers go in several parts of the buffer's size; each part is one operation of the file
 * system, and what was transferred before an error counts as the result.
 */
#ifndef FS_CLIENT_H
#define FS_CLIENT_H

#include <abi/types.h>
#include <fs/fs_types.h>

/* Pages of the session buffer that a thread opens: before its first call. 1 to 64; 16 if never
 * called. */
void fsc_set_buffer(word_t pages);

long fsc_mount(const char *type, const char *device, const char *dir, unsigned flags);
long fsc_unmount(const char *dir);

long fsc_open(const char *path, int flags, unsigned mode);
long fsc_close(int fd);
long fsc_read(int fd, void *to, word_t n);
long fsc_write(int fd, const void *from, word_t n);
long fsc_pread(int fd, void *to, word_t n, s64 position);
long fsc_pwrite(int fd, const void *from, word_t n, s64 position);
long fsc_lseek(int fd, s64 offset, int whence);
long fsc_ftruncate(int fd, s64 size);
long fsc_fsync(int fd);
long fsc_sync(void);

long fsc_stat(const char *path, struct fs_stat *);
long fsc_lstat(const char *path, struct fs_stat *);
long fsc_fstat(int fd, struct fs_stat *);
long fsc_statfs(const char *path, struct fs_statfs *);

/* Entries of a folder, as many as fit into n bytes; 0 at the end. */
long fsc_readdir(int fd, void *to, word_t n);

long fsc_mkdir(const char *path, unsigned mode);
long fsc_rmdir(const char *path);
long fsc_unlink(const char *path);
long fsc_truncate(const char *path, s64 size);
long fsc_chmod(const char *path, unsigned mode);
long fsc_chown(const char *path, unsigned uid, unsigned gid);
long fsc_lchown(const char *path, unsigned uid, unsigned gid);
long fsc_utimens(const char *path, const struct fs_times *);
long fsc_lutimens(const char *path, const struct fs_times *);
long fsc_futimens(int fd, const struct fs_times *);
long fsc_access(const char *path, unsigned want);
long fsc_umask(unsigned mask);
long fsc_chdir(const char *path);
/* Result: length of the path, which is copied with a terminating zero; -ERANGE if it does not fit. */
long fsc_getcwd(char *to, word_t n);
long fsc_link(const char *old, const char *path);
long fsc_rename(const char *old, const char *path);
long fsc_symlink(const char *target, const char *path);

/* Result: length of the target, of which at most n bytes are copied; no terminating zero. */
long fsc_readlink(const char *path, char *to, word_t n);

#endif
