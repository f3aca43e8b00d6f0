/*
 * Reading a tree: strictly, to compare it with another, and greedily, to see what a broken one
 * does.
 *
 * A line of walk: type, mode, links, owner, group, size, check sum of the contents, path, and the
 * target of a symbolic link.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rumpfs.h"

#define ENTRIES    4096
#define PIECE      65536
#define GRAZE_DEEP 12
#define GRAZE_BYTES (1 << 20) /* of one file: a broken size may be anything */

static char
letter(uint32_t mode)
{
	switch (mode >> 12) {
	case 4:
		return 'd';
	case 8:
		return 'f';
	case 10:
		return 'l';
	}
	return '?';
}

static long
contents(struct rsys_proc *p, const char *path, uint64_t limit, uint32_t *crc)
{
	static _Thread_local uint8_t buf[PIECE];
	long fd = rsys_open(p, path, RSYS_RDONLY, 0), n;
	uint64_t done = 0;

	if (fd < 0)
		return fd;
	*crc = 0;
	while (done < limit && (n = rsys_read(p, (int)fd, buf, PIECE)) > 0) {
		*crc = crc32_add(*crc, buf, (size_t)n);
		done += (uint64_t)n;
	}
	rsys_close(p, (int)fd);
	return done < limit && n < 0 ? n : 0;
}

static long
line(struct rsys_proc *p, const char *path, const struct rsys_stat *st)
{
	char target[NAMES_MAX];
	uint32_t crc = 0;
	long n = 0, e = 0;

	if (letter(st->mode) == 'f')
		e = contents(p, path, UINT64_MAX, &crc);
	if (letter(st->mode) == 'l') {
		n = rsys_readlink(p, path, target, sizeof(target));
		e = n < 0 ? n : 0;
	}
	if (e < 0)
		return e;
	printf("%c %o %u %u %u %llu %08x ", letter(st->mode), st->mode & 07777, st->nlink, st->uid, st->gid,
	       letter(st->mode) == 'd' ? 0ULL : (unsigned long long)st->size, crc);
	print_quoted(path, strlen(path));
	putchar(' ');
	print_quoted(target, (size_t)n);
	putchar('\n');
	return 0;
}

static int
is_dots(const struct rsys_dirent *d)
{
	return strcmp(d->name, ".") == 0 || strcmp(d->name, "..") == 0;
}

struct visit {
	long (*entry)(struct rsys_proc *, const char *path, int depth);
	int depth, greedy;
	long sum;
};

/* The entries of one answer of readdir. */
static long
visit_entries(struct rsys_proc *p, const char *dir, const char *buf, long n, struct visit *v)
{
	char path[NAMES_MAX];

	for (long at = 0; at < n;) {
		const struct rsys_dirent *d = (const struct rsys_dirent *)(buf + at);
		long e;

		if (d->reclen % 8 != 0 || d->reclen == 0 || at + d->reclen > n || strlen(d->name) != d->namelen)
			return -22;
		at += d->reclen;
		if (is_dots(d))
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", strcmp(dir, "/") == 0 ? "" : dir, d->name) >= (int)sizeof(path))
			continue;
		e = v->entry(p, path, v->depth + 1);
		if (e < 0 && !v->greedy)
			return e;
		v->sum += e > 0 ? e : 0;
	}
	return 0;
}

static long
visit_dir(struct rsys_proc *p, const char *dir, struct visit *v)
{
	char *buf = aligned_alloc(8, ENTRIES);
	long fd = rsys_open(p, dir, RSYS_RDONLY | RSYS_DIRECTORY, 0), n, e = 0;

	if (fd < 0) {
		free(buf);
		return fd;
	}
	for (int answers = 0; e == 0 && (!v->greedy || answers < 50); answers++) {
		n = rsys_readdir(p, (int)fd, buf, ENTRIES);
		if (n <= 0) {
			e = n;
			break;
		}
		e = visit_entries(p, dir, buf, n, v);
	}
	rsys_close(p, (int)fd);
	free(buf);
	return e;
}

static long
walk_entry(struct rsys_proc *p, const char *path, int depth)
{
	struct visit v = {.entry = walk_entry, .depth = depth};
	struct rsys_stat st;
	long e = rsys_lstat(p, path, &st);

	if (e == 0)
		e = line(p, path, &st);
	if (e == 0 && letter(st.mode) == 'd')
		e = visit_dir(p, path, &v);
	if (e < 0) {
		printf("! error %ld at ", -e);
		print_quoted(path, strlen(path));
		putchar('\n');
	}
	return e;
}

long
walk(struct rsys_proc *p, const char *path)
{
	return walk_entry(p, path, 0);
}

long
graze(struct rsys_proc *p, const char *path, int depth)
{
	struct visit v = {.entry = graze, .depth = depth, .greedy = 1};
	struct rsys_stat st;
	char target[NAMES_MAX];
	uint32_t crc;

	if (depth > GRAZE_DEEP || rsys_lstat(p, path, &st) < 0)
		return 0;
	if (letter(st.mode) == 'd')
		visit_dir(p, path, &v);
	else if (letter(st.mode) == 'l')
		rsys_readlink(p, path, target, sizeof(target));
	else if (letter(st.mode) == 'f')
		contents(p, path, GRAZE_BYTES, &crc);
	return v.sum + 1;
}
