/*
 * fs for programs: each function puts names and data into the calling thread's session buffer and
 * invokes the server.
 */
#include <abi/err.h>
#include <fs/fs.h>
#include <fs/fs_client.h>
#include <lib/string.h>
#include <mem/buffer.h>

#define BUFFER_PAGES 16

static word_t buffer_pages = BUFFER_PAGES;
static struct mem_buffers buffers;
static __thread struct mem_buffer session;

void
fsc_set_buffer(word_t pages)
{
	if (pages >= 1 && pages <= MEM_BUFFER_PAGES_MAX)
		buffer_pages = pages;
}

/* Makes sure that the thread has a buffer. */
static long
ready(void)
{
	return mem_buffer_ready(&session, &buffers, fs_import, buffer_pages, fs_session);
}

/* Puts a name at an offset. Result: its length, or an error. */
static long
put_name(const char *name, word_t off)
{
	word_t n = strnlen(name, FS_PATH_MAX + 1);
	long e = ready();

	if (e < 0)
		return e;
	if (n > FS_PATH_MAX || off + n + 1 > session.bytes)
		return -ENAMETOOLONG;
	memcpy(session.at + off, name, n + 1);
	return (long)n;
}

long
fsc_mount(const char *type, const char *device, const char *dir, unsigned flags)
{
	const char *names[] = {type, device, dir};
	word_t off = 0;

	for (int i = 0; i < 3; i++) {
		long n = put_name(names[i], off);

		if (n < 0)
			return n;
		off += (word_t)n + 1;
	}
	return fs_mount(off, flags);
}

long
fsc_unmount(const char *dir)
{
	long n = put_name(dir, 0);

	return n < 0 ? n : fs_unmount((word_t)n);
}

long
fsc_open(const char *path, int flags, unsigned mode)
{
	long n = put_name(path, 0);

	return n < 0 ? n : fs_open((word_t)n, (word_t)flags, mode);
}

long
fsc_close(int fd)
{
	long e = ready();

	return e < 0 ? e : fs_close((word_t)fd);
}

static word_t
part(word_t left)
{
	return left < session.bytes ? left : session.bytes;
}

/* position -1: the descriptor's own. */
static long
read_at(int fd, char *to, word_t n, s64 position)
{
	word_t done = 0;
	long got = ready();

	if (got < 0)
		return got;
	do {
		word_t want = part(n - done);

		got = fs_read((word_t)fd, 0, want, position < 0 ? (word_t)-1 : (word_t)position + done);
		if (got <= 0)
			break;
		if ((word_t)got > want)
			return -EIO;
		memcpy(to + done, session.at, (word_t)got);
		done += (word_t)got;
		if ((word_t)got < want)
			break;
	} while (done < n);
	return done > 0 ? (long)done : got;
}

static long
write_at(int fd, const char *from, word_t n, s64 position)
{
	word_t done = 0;
	long got = ready();

	if (got < 0)
		return got;
	do {
		word_t want = part(n - done);

		memcpy(session.at, from + done, want);
		got = fs_write((word_t)fd, 0, want, position < 0 ? (word_t)-1 : (word_t)position + done);
		if (got <= 0)
			break;
		done += (word_t)got;
		if ((word_t)got < want)
			break;
	} while (done < n);
	return done > 0 ? (long)done : got;
}

long
fsc_read(int fd, void *to, word_t n)
{
	return read_at(fd, to, n, -1);
}

long
fsc_write(int fd, const void *from, word_t n)
{
	return write_at(fd, from, n, -1);
}

long
fsc_pread(int fd, void *to, word_t n, s64 position)
{
	return position < 0 ? -EINVAL : read_at(fd, to, n, position);
}

long
fsc_pwrite(int fd, const void *from, word_t n, s64 position)
{
	return position < 0 ? -EINVAL : write_at(fd, from, n, position);
}

long
fsc_lseek(int fd, s64 offset, int whence)
{
	long e = ready();

	return e < 0 ? e : fs_seek((word_t)fd, (word_t)offset, (word_t)whence);
}

long
fsc_ftruncate(int fd, s64 size)
{
	long e = ready();

	return e < 0 ? e : fs_ftruncate((word_t)fd, (word_t)size);
}

long
fsc_fsync(int fd)
{
	long e = ready();

	return e < 0 ? e : fs_fsync((word_t)fd);
}

long
fsc_sync(void)
{
	long e = ready();

	return e < 0 ? e : fs_sync();
}

static long
stat_name(const char *path, struct fs_stat *st, word_t follow)
{
	long n = put_name(path, 0), e = n < 0 ? n : fs_stat((word_t)n, follow);

	if (e >= 0)
		memcpy(st, session.at, sizeof(*st));
	return e;
}

long
fsc_stat(const char *path, struct fs_stat *st)
{
	return stat_name(path, st, 1);
}

long
fsc_lstat(const char *path, struct fs_stat *st)
{
	return stat_name(path, st, 0);
}

long
fsc_fstat(int fd, struct fs_stat *st)
{
	long e = ready();

	if (e == 0)
		e = fs_fstat((word_t)fd);
	if (e >= 0)
		memcpy(st, session.at, sizeof(*st));
	return e;
}

long
fsc_statfs(const char *path, struct fs_statfs *st)
{
	long n = put_name(path, 0), e = n < 0 ? n : fs_statfs((word_t)n);

	if (e >= 0)
		memcpy(st, session.at, sizeof(*st));
	return e;
}

long
fsc_readdir(int fd, void *to, word_t n)
{
	long got = ready();

	if (got == 0)
		got = fs_readdir((word_t)fd, part(n));
	if (got > (long)part(n))
		return -EIO;
	if (got > 0)
		memcpy(to, session.at, (word_t)got);
	return got;
}

static long
on_path(word_t op, const char *path, word_t a, word_t b)
{
	long n = put_name(path, 0);

	return n < 0 ? n : fs_path(op, (word_t)n, a, b);
}

long fsc_mkdir(const char *path, unsigned mode) { return on_path(FS_MKDIR, path, mode, 0); }
long fsc_rmdir(const char *path) { return on_path(FS_RMDIR, path, 0, 0); }
long fsc_unlink(const char *path) { return on_path(FS_UNLINK, path, 0, 0); }
long fsc_truncate(const char *path, s64 size) { return on_path(FS_TRUNCATE, path, (word_t)size, 0); }
long fsc_chmod(const char *path, unsigned mode) { return on_path(FS_CHMOD, path, mode, 0); }
long fsc_chown(const char *path, unsigned uid, unsigned gid) { return on_path(FS_CHOWN, path, uid, gid); }
long fsc_lchown(const char *path, unsigned uid, unsigned gid) { return on_path(FS_LCHOWN, path, uid, gid); }
long fsc_chdir(const char *path) { return on_path(FS_CHDIR, path, 0, 0); }
long fsc_access(const char *path, unsigned want) { return on_path(FS_ACCESS, path, want, 0); }

static long
on_two_paths(word_t op, const char *first, const char *second)
{
	long n1 = put_name(first, 0), n2;

	if (n1 < 0)
		return n1;
	n2 = put_name(second, (word_t)n1);
	return n2 < 0 ? n2 : fs_path2(op, (word_t)n1, (word_t)n2);
}

long fsc_link(const char *old, const char *path) { return on_two_paths(FS_LINK, old, path); }
long fsc_rename(const char *old, const char *path) { return on_two_paths(FS_RENAME, old, path); }
long fsc_symlink(const char *target, const char *path) { return on_two_paths(FS_SYMLINK, target, path); }

long
fsc_readlink(const char *path, char *to, word_t n)
{
	long length = put_name(path, 0);

	if (length >= 0)
		length = fs_readlink((word_t)length);
	if (length > (long)session.bytes)
		return -EIO;
	if (length > 0)
		memcpy(to, session.at, (word_t)length < n ? (word_t)length : n);
	return length;
}

static long
times_of_name(const char *path, const struct fs_times *t, word_t follow)
{
	long n = put_name(path, sizeof(*t));

	if (n < 0)
		return n;
	memcpy(session.at, t, sizeof(*t));
	return fs_utimens((word_t)n, follow);
}

long fsc_utimens(const char *path, const struct fs_times *t) { return times_of_name(path, t, 1); }
long fsc_lutimens(const char *path, const struct fs_times *t) { return times_of_name(path, t, 0); }

long
fsc_futimens(int fd, const struct fs_times *t)
{
	long e = ready();

	if (e < 0)
		return e;
	memcpy(session.at, t, sizeof(*t));
	return fs_futimens((word_t)fd);
}

long
fsc_umask(unsigned mask)
{
	long e = ready();

	return e < 0 ? e : fs_umask(mask);
}

long
fsc_getcwd(char *to, word_t n)
{
	long length = ready();

	if (length == 0)
		length = fs_getcwd();
	if (length > (long)session.bytes)
		return -EIO;
	if (length >= (long)n)
		return -ERANGE;
	if (length > 0) {
		memcpy(to, session.at, (word_t)length);
		to[length] = 0;
	}
	return length;
}
