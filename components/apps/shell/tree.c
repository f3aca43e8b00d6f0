/*
 * Commands that change trees of files: cp, rm, mv.
 */
#include <abi/err.h>

#include "shell.h"

#define DEPTH 32 /* of folders */

static int depth; /* of the walk that is going on */

static int
copy_data(long from, long to, const char *target)
{
	char block[SHELL_BLOCK];
	long n, e = 0;

	while ((n = fsc_read(from, block, sizeof(block))) > 0 && e >= 0)
		e = fsc_write(to, block, n);
	if (n < 0 || e < 0)
		return shell_error("cp", target, n < 0 ? n : e);
	return 0;
}

static int
copy_file(const char *path, const char *target, u32 mode)
{
	long from = fsc_open(path, FS_RDONLY, 0), to;
	int bad;

	if (from < 0)
		return shell_error("cp", path, from);
	to = fsc_open(target, FS_WRONLY | FS_CREAT | FS_TRUNC, mode & 07777);
	if (to < 0) {
		fsc_close(from);
		return shell_error("cp", target, to);
	}
	bad = copy_data(from, to, target);
	fsc_close(from);
	fsc_close(to);
	return bad;
}

static int
copy_symlink(const char *path, const char *target)
{
	char text[FS_PATH_MAX + 1];
	long n = fsc_readlink(path, text, FS_PATH_MAX);

	if (n < 0)
		return shell_error("cp", path, n);
	text[n] = 0;
	n = fsc_symlink(text, target);
	return n < 0 ? shell_error("cp", target, n) : 0;
}

static int copy_any(const char *path, const char *target, int whole);

static int
copy_entry(const char *folder, const struct fs_dirent *d, void *arg)
{
	char path[FS_PATH_MAX + 1], target[FS_PATH_MAX + 1];

	return shell_join(path, folder, d->name) || shell_join(target, arg, d->name) || copy_any(path, target, 1);
}

static int
copy_folder(const char *path, const char *target, u32 mode)
{
	long e = fsc_mkdir(target, (mode & 07777) | 0700);
	int bad;

	if (e < 0 && !shell_is_folder(target))
		return shell_error("cp", target, e);
	if (++depth > DEPTH) {
		cos_printf("cp: %s: more than %d folders deep\n", path, DEPTH);
		bad = 1;
	} else {
		bad = shell_each("cp", path, copy_entry, (void *)target);
	}
	depth--;
	return bad;
}

static int
copy_any(const char *path, const char *target, int whole)
{
	struct fs_stat s, t;
	long e = fsc_lstat(path, &s);

	if (e < 0)
		return shell_error("cp", path, e);
	if (fsc_lstat(target, &t) == 0 && t.ino == s.ino) {
		cos_printf("cp: %s and %s are the same file\n", path, target);
		return 1;
	}
	if ((s.mode & FS_IFMT) == FS_IFLNK && whole)
		return copy_symlink(path, target);
	if ((s.mode & FS_IFMT) != FS_IFDIR)
		return copy_file(path, target, s.mode);
	if (whole)
		return copy_folder(path, target, s.mode);
	cos_printf("cp: %s: is a folder (cp -r copies it)\n", path);
	return 1;
}

/* The last part of a name. */
static const char *
base_of(const char *path)
{
	const char *base = path;

	for (const char *p = path; *p; p++)
		if (*p == '/' && p[1] && p[1] != '/')
			base = p + 1;
	return base;
}

/* Where a thing goes: into the target if that is a folder. Result: as shell_join. */
static int
target_of(char *to, const char *path, const char *target)
{
	if (shell_is_folder(target))
		return shell_join(to, target, base_of(path));
	return cos_strlcpy(to, target, FS_PATH_MAX + 1) > FS_PATH_MAX;
}

/* Is a tree to be copied into itself? By name: a folder below is one that begins with it. */
static int
within(const char *path, const char *target)
{
	size_t n = strlen(path);

	return strncmp(path, target, n) == 0 && (target[n] == '/' || (n && path[n - 1] == '/'));
}

int
shell_cp(int n, char **word)
{
	int whole = strcmp(word[1], "-r") == 0;
	char target[FS_PATH_MAX + 1];

	if (n != 3 + whole) {
		cos_printf("cp: cp [-r] FROM TO\n");
		return 1;
	}
	word += whole;
	if (target_of(target, word[1], word[2]))
		return 1;
	if (whole && within(word[1], target)) {
		cos_printf("cp: %s lies in %s\n", target, word[1]);
		return 1;
	}
	return copy_any(word[1], target, whole);
}

int
shell_mv(int n, char **word)
{
	char target[FS_PATH_MAX + 1];
	long e;

	(void)n;
	if (target_of(target, word[1], word[2]))
		return 1;
	e = fsc_rename(word[1], target);
	return e < 0 ? shell_error("mv", word[1], e) : 0;
}

static int remove_tree(const char *path);

static int
remove_entry(const char *folder, const struct fs_dirent *d, void *arg)
{
	char path[FS_PATH_MAX + 1];

	(void)arg;
	return shell_join(path, folder, d->name) || remove_tree(path);
}

/* A folder changes while it is read, so it is read anew until nothing is left. */
static int
remove_tree(const char *path)
{
	struct fs_stat s;
	long e = fsc_lstat(path, &s);

	if (e < 0)
		return shell_error("rm", path, e);
	if ((s.mode & FS_IFMT) != FS_IFDIR) {
		e = fsc_unlink(path);
		return e < 0 ? shell_error("rm", path, e) : 0;
	}
	while ((e = fsc_rmdir(path)) == -ENOTEMPTY)
		if (shell_each("rm", path, remove_entry, NULL))
			return 1;
	return e < 0 ? shell_error("rm", path, e) : 0;
}

int
shell_rm(int n, char **word)
{
	int whole = strcmp(word[1], "-r") == 0, bad = 0;
	long e;

	for (int i = 1 + whole; i < n; i++) {
		if (whole) {
			bad |= remove_tree(word[i]);
			continue;
		}
		e = fsc_unlink(word[i]);
		if (e < 0)
			bad = shell_error("rm", word[i], e);
	}
	return bad;
}
