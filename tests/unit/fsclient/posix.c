/*
 * fs_client.h on POSIX. Flags and structures are turned into those of fs_types.h; errors become
 * negated numbers of the host, of which the client only looks at the sign.
 */
#define _GNU_SOURCE
#include "posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fs/fs_client.h>

static char root[PATH_MAX];

void
posix_root(const char *folder)
{
	if (!realpath(folder, root))
		perror(folder);
}

/* An absolute path is one below root; the result is valid until the call after next. */
static const char *
at(const char *path)
{
	static char text[2][2 * PATH_MAX];
	static int turn;

	if (*path != '/')
		return path;
	turn = !turn;
	snprintf(text[turn], sizeof(text[turn]), "%s%s", root, path);
	return text[turn];
}

static long
result(long n)
{
	return n < 0 ? -errno : n;
}

long
fsc_open(const char *path, int flags, unsigned mode)
{
	int native = flags & FS_ACCMODE;

	native |= flags & FS_CREAT ? O_CREAT : 0;
	native |= flags & FS_EXCL ? O_EXCL : 0;
	native |= flags & FS_DIRECTORY ? O_DIRECTORY : 0;
	return result(open(at(path), native, mode));
}

long fsc_close(int fd) { return result(close(fd)); }
long fsc_read(int fd, void *to, word_t n) { return result(read(fd, to, n)); }
long fsc_write(int fd, const void *from, word_t n) { return result(write(fd, from, n)); }
long fsc_pread(int fd, void *to, word_t n, s64 off) { return result(pread(fd, to, n, off)); }
long fsc_pwrite(int fd, const void *from, word_t n, s64 off) { return result(pwrite(fd, from, n, off)); }
long fsc_ftruncate(int fd, s64 size) { return result(ftruncate(fd, size)); }
long fsc_lseek(int fd, s64 off, int whence) { return result(lseek(fd, off, whence)); }
long fsc_mkdir(const char *path, unsigned mode) { return result(mkdir(at(path), mode)); }
long fsc_rmdir(const char *path) { return result(rmdir(at(path))); }
long fsc_unlink(const char *path) { return result(unlink(at(path))); }
long fsc_link(const char *old, const char *path) { return result(link(at(old), at(path))); }
long fsc_rename(const char *old, const char *path) { return result(rename(at(old), at(path))); }
long fsc_symlink(const char *target, const char *path) { return result(symlink(target, at(path))); }
long fsc_readlink(const char *path, char *to, word_t n) { return result(readlink(at(path), to, n)); }
long fsc_truncate(const char *path, s64 size) { return result(truncate(at(path), size)); }
long fsc_chmod(const char *path, unsigned mode) { return result(chmod(at(path), mode)); }
long fsc_lchown(const char *path, unsigned uid, unsigned gid) { return result(lchown(at(path), uid, gid)); }
long fsc_chdir(const char *path) { return result(chdir(at(path))); }

long
fsc_lutimens(const char *path, const struct fs_times *t)
{
	const struct timespec native[2] = {{t->atime, t->atime_nsec}, {t->mtime, t->mtime_nsec}};

	return result(utimensat(AT_FDCWD, at(path), native, AT_SYMLINK_NOFOLLOW));
}

/* Links of a folder as ext2 counts them; some file systems of hosts do not. */
static unsigned
folder_links(const char *path)
{
	unsigned n = 2;
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d)))
		n += e->d_type == DT_DIR && strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	if (d)
		closedir(d);
	return n;
}

/* Times of access are 0: the host changes them when it likes. */
long
fsc_lstat(const char *path, struct fs_stat *to)
{
	struct stat st;

	if (lstat(at(path), &st))
		return -errno;
	*to = (struct fs_stat){.ino = st.st_ino, .size = st.st_size, .mode = st.st_mode, .nlink = st.st_nlink,
	                         .uid = st.st_uid, .gid = st.st_gid, .mtime = st.st_mtim.tv_sec,
	                         .mtime_nsec = st.st_mtim.tv_nsec};
	if (S_ISDIR(st.st_mode))
		to->nlink = folder_links(at(path));
	return 0;
}

/* Reads on from the descriptor's position, which is that of the host's folder. */
long
fsc_readdir(int fd, void *to, word_t n)
{
	char native[2048];
	ssize_t got = n < 2 * sizeof(native) ? -1 : getdents64(fd, native, sizeof(native));
	size_t done = 0;

	if (got < 0)
		return -EINVAL;
	for (ssize_t i = 0; i < got;) {
		struct dirent64 *e = (struct dirent64 *)(native + i);
		struct fs_dirent *d = (struct fs_dirent *)((char *)to + done);

		d->ino = e->d_ino;
		d->next = e->d_off;
		d->namelen = strlen(e->d_name);
		d->type = e->d_type;
		d->reclen = (offsetof(struct fs_dirent, name) + d->namelen + 1 + 7) & ~7;
		memcpy(d->name, e->d_name, d->namelen + 1);
		done += d->reclen;
		i += e->d_reclen;
	}
	return done;
}
