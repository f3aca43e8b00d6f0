/*
 * Commands that look at files.
 */
#include "shell.h"

static const char types[16] = "?pc?d?b?-?l?s???";

static void
mode_text(char *to, u32 mode)
{
	for (int i = 0; i < 9; i++)
		to[1 + i] = mode & (0400 >> i) ? "rwx"[i % 3] : '-';
	to[0] = types[mode >> 12 & 15];
	to[10] = 0;
}

static void
show_long(const char *path, const char *name, const struct fs_stat *s)
{
	char mode[11], target[FS_PATH_MAX + 1];
	long n;

	mode_text(mode, s->mode);
	cos_printf("%s %3u %5u %5u %10lu %s", mode, s->nlink, s->uid, s->gid, s->size, name);
	if ((s->mode & FS_IFMT) == FS_IFLNK) {
		n = fsc_readlink(path, target, FS_PATH_MAX);
		target[n > 0 ? n : 0] = 0;
		cos_printf(" -> %s", target);
	}
	cos_printf("\n");
}

static int
show_entry(const char *folder, const struct fs_dirent *d, void *arg)
{
	char path[FS_PATH_MAX + 1];
	struct fs_stat s;
	long e;

	if (!*(int *)arg) {
		cos_printf("%s%s\n", d->name, d->type == FS_IFDIR >> 12 ? "/" : "");
		return 0;
	}
	if (shell_join(path, folder, d->name))
		return 1;
	e = fsc_lstat(path, &s);
	if (e < 0)
		return shell_error("ls", path, e);
	show_long(path, d->name, &s);
	return 0;
}

int
shell_ls(int n, char **word)
{
	int detailed = n > 1 && strcmp(word[1], "-l") == 0;
	const char *path = n > 1 + detailed ? word[1 + detailed] : ".";
	struct fs_stat s;
	long e = fsc_lstat(path, &s);

	if (e < 0)
		return shell_error("ls", path, e);
	if ((s.mode & FS_IFMT) == FS_IFDIR)
		return shell_each("ls", path, show_entry, &detailed);
	if (detailed)
		show_long(path, path, &s);
	else
		cos_printf("%s\n", path);
	return 0;
}

/* Calls show for the parts of a file until it returns 0. */
static int
read_file(const char *command, const char *path, int (*show)(const char *, long n, u64 at, void *arg), void *arg)
{
	char block[SHELL_BLOCK];
	long n, fd = fsc_open(path, FS_RDONLY, 0);
	u64 at = 0;

	if (fd < 0)
		return shell_error(command, path, fd);
	while ((n = fsc_read(fd, block, sizeof(block))) > 0 && show(block, n, at, arg))
		at += n;
	fsc_close(fd);
	return n < 0 ? shell_error(command, path, n) : 0;
}

static void
show_text(const char *text, long n)
{
	for (long i = 0, part; i < n; i += part) {
		part = n - i < 256 ? n - i : 256;
		cos_printf("%.*s", (int)part, text + i);
	}
}

static int
cat_part(const char *text, long n, u64 at, void *arg)
{
	(void)at;
	(void)arg;
	show_text(text, n);
	return 1;
}

int
shell_cat(int n, char **word)
{
	int bad = 0;

	for (int i = 1; i < n; i++)
		bad |= read_file("cat", word[i], cat_part, NULL);
	return bad;
}

static int
head_part(const char *text, long n, u64 at, void *arg)
{
	long *left = arg, end = 0;

	(void)at;
	while (end < n && *left)
		if (text[end++] == '\n')
			--*left;
	show_text(text, end);
	return *left != 0;
}

int
shell_head(int n, char **word)
{
	long lines = 10;

	if (n == 3) {
		lines = 0;
		for (const char *p = word[2]; *p >= '0' && *p <= '9' && lines < 1000000; p++)
			lines = lines * 10 + *p - '0';
	}
	return lines ? read_file("head", word[1], head_part, &lines) : 0;
}

static int
hex_part(const char *text, long n, u64 at, void *arg)
{
	(void)arg;
	for (long i = 0; i < n; i += 16) {
		cos_printf("%08lx ", at + i);
		for (long k = i; k < i + 16; k++)
			cos_printf(k < n ? " %02x" : "   ", k < n ? (u8)text[k] : 0);
		cos_printf("  ");
		for (long k = i; k < i + 16 && k < n; k++)
			cos_printf("%c", text[k] >= ' ' && text[k] <= '~' ? text[k] : '.');
		cos_printf("\n");
	}
	return 1;
}

int
shell_hexdump(int n, char **word)
{
	(void)n;
	return read_file("hexdump", word[1], hex_part, NULL);
}

int
shell_write(int n, char **word)
{
	long fd = fsc_open(word[1], FS_WRONLY | FS_CREAT | FS_TRUNC, 0644), e = fd;

	for (int i = 2; i < n && e >= 0; i++) {
		e = fsc_write(fd, word[i], strlen(word[i]));
		if (e >= 0)
			e = fsc_write(fd, i + 1 < n ? " " : "\n", 1);
	}
	if (fd >= 0)
		fsc_close(fd);
	return e < 0 ? shell_error("write", word[1], e) : 0;
}

int
shell_stat(int n, char **word)
{
	struct fs_stat s;
	char mode[11];
	long e = fsc_lstat(word[1], &s);

	(void)n;
	if (e < 0)
		return shell_error("stat", word[1], e);
	mode_text(mode, s.mode);
	cos_printf("%s: inode %lu, %s, %u links, owner %u, group %u\n", word[1], s.ino, mode, s.nlink, s.uid, s.gid);
	cos_printf("  %lu bytes, %lu blocks of 512; accessed %ld, modified %ld, changed %ld (seconds since 1970)\n", s.size,
		   s.blocks, s.atime, s.mtime, s.ctime);
	return 0;
}

int
shell_df(int n, char **word)
{
	const char *path = n > 1 ? word[1] : ".";
	struct fs_statfs s;
	long e = fsc_statfs(path, &s);

	if (e < 0)
		return shell_error("df", path, e);
	cos_printf("%lu KiB, %lu KiB free; %lu inodes, %lu free%s\n", s.blocks * s.bsize / 1024, s.bfree * s.bsize / 1024,
		   s.files, s.ffree, s.readonly ? "; read-only" : "");
	return 0;
}
