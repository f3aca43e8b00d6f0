/*
 * Makes and checks the client's own files. Files are written in pieces of any size at any
 * alignment, so that pieces cross blocks.
 */
#include "own.h"

#include <abi/err.h>
#include <fs/fs_client.h>
#include <lib/string.h>

#include "complain.h"

#define PIECE_MOST 12000

static char path[PLAN_PATH], other[PLAN_PATH];
static u8 wanted[PIECE_MOST], found[PIECE_MOST];

/* Complains unless a call did what it should. */
static void
must(long result, const char *call, const char *name)
{
	if (result < 0)
		complain("%s: %s gives %ld", shown(name, strlen(name)), call, result);
}

static void
make_folders(const struct plan *p)
{
	for (u32 i = 0; i < PLAN_FOLDERS; i++) {
		plan_folder(p, path, i);
		must(fsc_mkdir(path, 0755), "mkdir", path);
	}
	plan_temporary(p, path, 0);
	must(fsc_mkdir(path, 0700), "mkdir", path);
	must(fsc_rmdir(path), "rmdir", path);
}

static void
write_contents(const struct plan *p, u32 file, long fd)
{
	u64 size = plan_written_size(p, file), at = 0;

	if (plan_is_sparse(file)) {
		at = size - PLAN_TAIL;
		must(fsc_lseek(fd, at, FS_SEEK_SET), "lseek", path);
	}
	for (u64 round = 0; at < size; round++) {
		u64 n = 1 + plan_random(p, file, round) % PIECE_MOST;
		long done;

		if (n > size - at)
			n = size - at;
		plan_contents(p, file, at, wanted, n);
		done = fsc_write(fd, wanted, n);
		if (done <= 0) {
			complain("%s: write gives %ld", shown(path, strlen(path)), done);
			return;
		}
		at += done; /* a short write is legal; the rest is written next */
	}
}

/* path is the file's last name when this returns. */
static void
make_file(const struct plan *p, u32 file)
{
	long fd;

	plan_file(p, path, file);
	plan_temporary(p, other, file);
	fd = fsc_open(plan_is_renamed(file) ? other : path, FS_RDWR | FS_CREAT | FS_EXCL, 0600);
	must(fd, "open", path);
	if (fd < 0)
		return;
	write_contents(p, file, fd);
	must(fsc_close(fd), "close", path);
	if (plan_is_renamed(file))
		must(fsc_rename(other, path), "rename", other);
	must(fsc_chmod(path, plan_mode(file)), "chmod", path);
}

/* What happens to some files when all are there. */
static void
change_file(const struct plan *p, u32 file)
{
	plan_file(p, path, file);
	plan_link(p, other, file);
	if (plan_is_cut(file))
		must(fsc_truncate(path, plan_size(p, file)), "truncate", path);
	if (plan_is_linked(file))
		must(fsc_link(path, other), "link", path);
	if (plan_is_unlinked(file))
		must(fsc_unlink(path), "unlink", path);
}

void
own_make(const struct plan *p)
{
	make_folders(p);
	for (u32 i = 0; i < PLAN_FILES; i++)
		make_file(p, i);
	for (u32 i = 0; i < PLAN_FILES; i++)
		change_file(p, i);
	for (u32 i = 0; i < PLAN_SYMLINKS; i++) {
		plan_symlink(p, path, i);
		plan_target(other, i);
		must(fsc_symlink(other, path), "symlink", path);
	}
}

/*
 * Reads a file from its end to its beginning, so that positions are right whatever was read before.
 */
static void
check_contents(const struct plan *p, u32 file, const char *name)
{
	long fd = fsc_open(name, FS_RDONLY, 0), n;
	u64 at = plan_size(p, file);

	must(fd, "open", name);
	if (fd < 0)
		return;
	while (at) {
		u64 piece = at < PIECE_MOST ? at : PIECE_MOST;

		at -= piece;
		plan_contents(p, file, at, wanted, piece);
		n = fsc_pread(fd, found, piece, at);
		if (n != (long)piece) {
			complain("%s: pread of %lu at %lu gives %ld", shown(name, strlen(name)),
			         piece, at, n);
			break;
		}
		if (memcmp(wanted, found, piece) != 0) {
			complain("%s: its contents are wrong", shown(name, strlen(name)));
			break;
		}
	}
	must(fsc_close(fd), "close", name);
}

static void
check_stat(const char *name, u32 mode, u64 size, u32 nlink)
{
	struct fs_stat st;
	long err = fsc_lstat(name, &st);

	must(err, "lstat", name);
	if (!err && (st.mode != mode || st.size != size || st.nlink != nlink))
		complain("%s: mode 0x%x, size %lu, links %u; wanted 0x%x, %lu, %u", shown(name, strlen(name)),
		         st.mode, st.size, st.nlink, mode, size, nlink);
}

static void
check_file(const struct plan *p, u32 file)
{
	u32 links = plan_is_linked(file) ? 2 : 1;

	plan_file(p, path, file);
	check_stat(path, FS_IFREG | plan_mode(file), plan_size(p, file), links);
	check_contents(p, file, path);
	if (!plan_is_linked(file))
		return;
	plan_link(p, other, file);
	check_stat(other, FS_IFREG | plan_mode(file), plan_size(p, file), links);
	check_contents(p, file, other);
}

static void
check_symlink(const struct plan *p, u32 symlink)
{
	static char target[PLAN_PATH];
	size_t length = plan_target(other, symlink);
	long n;

	plan_symlink(p, path, symlink);
	check_stat(path, FS_IFLNK | 0777, length, 1);
	n = fsc_readlink(path, target, sizeof(target));
	if (n != (long)length || memcmp(target, other, length) != 0)
		complain("%s: its target is wrong", shown(path, strlen(path)));
}

/* How many names a folder has, "." and ".." not counted; or a negative error. */
static long
count_names(const char *name)
{
	static u8 entries[4096] __attribute__((aligned(8)));
	long fd = fsc_open(name, FS_RDONLY | FS_DIRECTORY, 0), count = 0, n;

	if (fd < 0)
		return fd;
	while ((n = fsc_readdir(fd, entries, sizeof(entries))) > 0)
		for (long at = 0; at < n; count++) {
			const struct fs_dirent *d = (const struct fs_dirent *)(entries + at);

			if (d->reclen < sizeof(*d) || d->reclen > n - at) {
				fsc_close(fd);
				return -EINVAL;
			}
			at += d->reclen;
		}
	fsc_close(fd);
	return n < 0 ? n : count - 2;
}

u32
own_check(const struct plan *p)
{
	u32 names = 0;

	for (u32 i = 0; i < PLAN_FOLDERS; i++) {
		plan_folder(p, path, i);
		names += plan_names(i);
		if (count_names(path) != plan_names(i))
			complain("%s: has %ld names, not %u", shown(path, strlen(path)),
			         count_names(path), plan_names(i));
	}
	for (u32 i = 0; i < PLAN_FILES; i++)
		if (!plan_is_unlinked(i))
			check_file(p, i);
	for (u32 i = 0; i < PLAN_SYMLINKS; i++)
		check_symlink(p, i);
	return names;
}
