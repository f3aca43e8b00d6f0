/*
 * Commands that change trees of files: cp, rm, mv. A walk has its two names in static memory, and of
 * each folder it is in only a few entries on the stack, which so has room for DEPTH of them.
 */
#include <abi/err.h>

#include "shell.h"

#define DEPTH 32 /* of folders */

/* Of the walk that is going on: names grow on the way down and shrink on the way up. */
static int depth;
static char from[FS_PATH_MAX + 1], to[FS_PATH_MAX + 1];

/* Takes a part more into a name. Result: 0; 1: it is too long, and told. */
static int
grow(char *path, const char *name)
{
	size_t n = strlen(path);
	const char *slash = n && path[n - 1] == '/' ? "" : "/";

	if (n + cos_snprintf(path + n, FS_PATH_MAX + 1 - n, "%s%s", slash, name) <= FS_PATH_MAX)
		return 0;
	path[n] = 0;
	cos_printf("%s/%s: the name is too long\n", path, name);
	return 1;
}

/* Goes through a folder. Result: as shell_each. */
static int
walk(const char *command, const char *path, shell_entry_fn *fn)
{
	int bad = 1;

	if (++depth > DEPTH)
		cos_printf("%s: %s: more than %d folders deep\n", command, path, DEPTH);
	else
		bad = shell_each(command, path, fn, NULL);
	depth--;
	return bad;
}

static int
copy_data(long source, long sink, const char *target)
{
	static char block[SHELL_BLOCK]; /* not in the frames of a walk */
	long n, e = 0;

	while ((n = fsc_read(source, block, sizeof(block))) > 0 && e >= 0)
		e = fsc_write(sink, block, n);
	if (n < 0 || e < 0)
		return shell_error("cp", target, n < 0 ? n : e);
	return 0;
}

static int
copy_file(const char *path, const char *target, u32 mode)
{
	long source = fsc_open(path, FS_RDONLY, 0), sink;
	int bad;

	if (source < 0)
		return shell_error("cp", path, source);
	sink = fsc_open(target, FS_WRONLY | FS_CREAT | FS_TRUNC, mode & 07777);
	if (sink < 0) {
		fsc_close(source);
		return shell_error("cp", target, sink);
	}
	bad = copy_data(source, sink, target);
	fsc_close(source);
	fsc_close(sink);
	return bad;
}

static int
copy_symlink(const char *path, const char *target)
{
	static char text[FS_PATH_MAX + 1];
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
	size_t n = strlen(from), m = strlen(to);
	int bad = grow(from, d->name) || grow(to, d->name) || copy_any(from, to, 1);

	(void)folder;
	(void)arg;
	from[n] = to[m] = 0;
	return bad;
}

static int
copy_folder(const char *path, const char *target, u32 mode)
{
	long e = fsc_mkdir(target, (mode & 07777) | 0700);

	if (e < 0 && !shell_is_folder(target))
		return shell_error("cp", target, e);
	return walk("cp", path, copy_entry);
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

/* Begins a walk with a name that was typed. Result: as grow. */
static int
begin(char *path, const char *name)
{
	if (cos_strlcpy(path, name, FS_PATH_MAX + 1) <= FS_PATH_MAX)
		return 0;
	cos_printf("%s: the name is too long\n", name);
	return 1;
}

/* Where a thing goes: into the target if that is a folder. Result: as grow. */
static int
begin_target(const char *path, const char *target)
{
	return begin(to, target) || (shell_is_folder(target) && grow(to, base_of(path)));
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

	if (n != 3 + whole) {
		cos_printf("cp: cp [-r] FROM TO\n");
		return 1;
	}
	word += whole;
	if (begin(from, word[1]) || begin_target(word[1], word[2]))
		return 1;
	if (whole && within(from, to)) {
		cos_printf("cp: %s lies in %s\n", to, from);
		return 1;
	}
	return copy_any(from, to, whole);
}

int
shell_mv(int n, char **word)
{
	long e;

	(void)n;
	if (begin_target(word[1], word[2]))
		return 1;
	e = fsc_rename(word[1], to);
	return e < 0 ? shell_error("mv", word[1], e) : 0;
}

static int remove_tree(const char *path);

static int
remove_entry(const char *folder, const struct fs_dirent *d, void *arg)
{
	size_t n = strlen(from);
	int bad = grow(from, d->name) || remove_tree(from);

	(void)folder;
	(void)arg;
	from[n] = 0;
	return bad;
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
		if (walk("rm", path, remove_entry))
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
			bad |= begin(from, word[i]) || remove_tree(from);
			continue;
		}
		e = fsc_unlink(word[i]);
		if (e < 0)
			bad = shell_error("rm", word[i], e);
	}
	return bad;
}
