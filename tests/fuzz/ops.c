/*
 * Operations: a byte says which, its arguments follow. A path is a byte, an index of `paths`; a
 * descriptor one of OPS_FILES that the input opened; a position one of `positions`, a little more
 * or less; a length one of `lengths`.
 */
#include "ops.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

#define BUFFER  40000
#define N(a)    (sizeof(a) / sizeof((a)[0]))
#define TEN     "0123456789"
#define FIFTY   TEN TEN TEN TEN TEN
#define NAME250 FIFTY FIFTY FIFTY FIFTY FIFTY

static const char *const paths[OPS_PATHS] = {
	"/", "/a", "/b", "/d", "/d/e", "/d/f", "/l", "/long", "/many", "/many/entry-7", "/sparse", "/hard", "/x", "/y",
	"/d/x", "/d/e/x", "/many/x", "/z", "/z/x", "/z/y", ".", "..", "x", "../x", "/d/../a", "/l/", "/d/", "/loop", "",
	"/" NAME250 "x", "/" NAME250 "123456", "/" NAME250 "/" NAME250 "/" NAME250 "/" NAME250 "/" NAME250,
};

static const int64_t positions[] = {
	0, 1000, 1024, 2048, 4096, 8192, 12 * 1024, 20000, 12 * 2048, 12 * 4096, 100000, 268 * 1024, 300000, 524 * 2048,
	1036 * 4096, 65804LL * 1024, 65804LL * 1024 + 5000, 262668LL * 2048, 1 << 30, INT32_MAX, UINT32_MAX,
	16843020LL * 1024, 1LL << 35, 1LL << 40, 1LL << 42, 1LL << 44, 1LL << 62, INT64_MAX - 4, -1, INT64_MIN + 3, 5, 70,
};

static const uint16_t lengths[] = {0, 1, 100, 512, 1024, 1025, 4096, 5000, 12288, 16384, 20000, 30000, 40000, 7, 60, 3000};

static uint8_t buffer[BUFFER];

uint8_t
cursor_byte(struct cursor *c)
{
	return c->at < c->end ? *c->at++ : 0;
}

const char *
cursor_path(struct cursor *c)
{
	return paths[cursor_byte(c) % OPS_PATHS];
}

const char *
ops_path(unsigned i)
{
	return paths[i];
}

static int64_t
position(struct cursor *c)
{
	uint8_t b = cursor_byte(c);

	return positions[b / 8] + (b % 8 - 3 * (positions[b / 8] > 3));
}

static size_t
length(struct cursor *c)
{
	return lengths[cursor_byte(c) % N(lengths)];
}

static int
fd(struct ops *o, struct cursor *c)
{
	return (int)o->fd[cursor_byte(c) % OPS_FILES];
}

static long
op_open(struct ops *o, struct cursor *c)
{
	static const int flags[] = {RSYS_CREAT, RSYS_TRUNC, RSYS_EXCL, RSYS_APPEND, RSYS_NOFOLLOW, RSYS_DIRECTORY};
	const char *name = cursor_path(c);
	unsigned bits = cursor_byte(c), slot = cursor_byte(c) % OPS_FILES;
	int f = bits & 3;

	for (unsigned i = 0; i < N(flags); i++)
		f |= bits & 4 << i ? flags[i] : 0;
	if (o->fd[slot] >= 0)
		rsys_close(o->proc, (int)o->fd[slot]);
	o->fd[slot] = rsys_open(o->proc, name, f, 0644);
	return o->fd[slot];
}

static long
op_close(struct ops *o, struct cursor *c)
{
	unsigned slot = cursor_byte(c) % OPS_FILES;
	long e = rsys_close(o->proc, (int)o->fd[slot]);

	o->fd[slot] = -1;
	return e;
}

static long
op_read(struct ops *o, struct cursor *c)
{
	int f = fd(o, c);

	return rsys_read(o->proc, f, buffer, length(c));
}

static long
op_write(struct ops *o, struct cursor *c)
{
	int f = fd(o, c);

	return rsys_write(o->proc, f, buffer, length(c));
}

static long
op_pread(struct ops *o, struct cursor *c)
{
	int f = fd(o, c);
	size_t n = length(c);

	return rsys_pread(o->proc, f, buffer, n, position(c));
}

static long
op_pwrite(struct ops *o, struct cursor *c)
{
	int f = fd(o, c);
	size_t n = length(c);

	return rsys_pwrite(o->proc, f, buffer, n, position(c));
}

static long
op_lseek(struct ops *o, struct cursor *c)
{
	int f = fd(o, c), whence = cursor_byte(c) % 4;

	return rsys_lseek(o->proc, f, position(c), whence);
}

static long
op_stat(struct ops *o, struct cursor *c)
{
	struct rsys_stat st;

	return rsys_stat(o->proc, cursor_path(c), &st);
}

static long
op_lstat(struct ops *o, struct cursor *c)
{
	struct rsys_stat st;

	return rsys_lstat(o->proc, cursor_path(c), &st);
}

static long
op_fstat(struct ops *o, struct cursor *c)
{
	struct rsys_stat st;

	return rsys_fstat(o->proc, fd(o, c), &st);
}

/* What a folder says must be well formed, whatever lies on the disk. */
static void
check_entries(long bytes)
{
	for (long at = 0; at < bytes;) {
		struct rsys_dirent *d = (struct rsys_dirent *)(buffer + at);

		size_t least = offsetof(struct rsys_dirent, name) + d->namelen + 1u;

		if (d->reclen % 8 != 0 || d->reclen < least || d->reclen > bytes - at || d->name[d->namelen] != 0 ||
		    strlen(d->name) != d->namelen || strchr(d->name, '/') != NULL)
			fuzz_wrong("readdir: a bad entry at %ld of %ld", at, bytes);
		at += d->reclen;
	}
}

static long
op_readdir(struct ops *o, struct cursor *c)
{
	int f = fd(o, c);
	long n = rsys_readdir(o->proc, f, buffer, length(c));

	check_entries(n);
	return n;
}

static long
op_readlink(struct ops *o, struct cursor *c)
{
	const char *p = cursor_path(c);

	return rsys_readlink(o->proc, p, (char *)buffer, length(c));
}

static long
op_link(struct ops *o, struct cursor *c)
{
	const char *from = cursor_path(c);

	return rsys_link(o->proc, from, cursor_path(c));
}

static long
op_rename(struct ops *o, struct cursor *c)
{
	const char *from = cursor_path(c);

	return rsys_rename(o->proc, from, cursor_path(c));
}

static long
op_symlink(struct ops *o, struct cursor *c)
{
	const char *target = cursor_path(c);

	return rsys_symlink(o->proc, target, cursor_path(c));
}

static long
op_truncate(struct ops *o, struct cursor *c)
{
	const char *p = cursor_path(c);

	return rsys_truncate(o->proc, p, position(c));
}

static long
op_ftruncate(struct ops *o, struct cursor *c)
{
	int f = fd(o, c);

	return rsys_ftruncate(o->proc, f, position(c));
}

static long
op_chmod(struct ops *o, struct cursor *c)
{
	const char *p = cursor_path(c);

	return rsys_chmod(o->proc, p, cursor_byte(c) * 16);
}

static long
op_chown(struct ops *o, struct cursor *c)
{
	const char *p = cursor_path(c);

	return rsys_chown(o->proc, p, cursor_byte(c) % 4, 70000);
}

static long op_mkdir(struct ops *o, struct cursor *c) { return rsys_mkdir(o->proc, cursor_path(c), 0755); }
static long op_rmdir(struct ops *o, struct cursor *c) { return rsys_rmdir(o->proc, cursor_path(c)); }
static long op_unlink(struct ops *o, struct cursor *c) { return rsys_unlink(o->proc, cursor_path(c)); }
static long op_chdir(struct ops *o, struct cursor *c) { return rsys_chdir(o->proc, cursor_path(c)); }
static long op_fsync(struct ops *o, struct cursor *c) { return rsys_fsync(o->proc, fd(o, c)); }

static long
op_sync(struct ops *o, struct cursor *c)
{
	long e = rsys_sync(o->proc);

	(void)c;
	if (e == 0 && o->sound)
		promise_make(o);
	return e;
}

static long
op_setcred(struct ops *o, struct cursor *c)
{
	uint8_t uid = cursor_byte(c) % 4;

	return rsys_proc_setcred(o->proc, &(struct rsys_cred){.uid = uid, .gid = uid});
}

static long
op_statfs(struct ops *o, struct cursor *c)
{
	struct rsys_statfs st;

	return rsys_statfs(o->proc, cursor_path(c), &st);
}

static struct rsys_times
times(struct cursor *c)
{
	int64_t t = position(c);
	uint32_t nsec = cursor_byte(c);

	return (struct rsys_times){t, -t / 2, nsec > 200 ? RSYS_UTIME_NOW : nsec, nsec > 100 ? RSYS_UTIME_OMIT : 1u << nsec % 32};
}

static long
op_utimens(struct ops *o, struct cursor *c)
{
	const char *p = cursor_path(c);
	struct rsys_times t = times(c);

	return rsys_utimens(o->proc, p, t.atime & 1, &t);
}

static long
op_futimens(struct ops *o, struct cursor *c)
{
	int f = fd(o, c);
	struct rsys_times t = times(c);

	return rsys_futimens(o->proc, f, &t);
}

static long
op_access(struct ops *o, struct cursor *c)
{
	const char *p = cursor_path(c);

	return rsys_access(o->proc, p, cursor_byte(c) % 9);
}

static long op_umask(struct ops *o, struct cursor *c) { return rsys_umask(o->proc, cursor_byte(c) * 3u); }
static long op_getcwd(struct ops *o, struct cursor *c) { return rsys_getcwd(o->proc, (char *)buffer, length(c)); }

static const struct {
	const char *name;
	long (*run)(struct ops *, struct cursor *);
} table[] = {
	{"open", op_open}, {"close", op_close}, {"read", op_read}, {"write", op_write}, {"pread", op_pread},
	{"pwrite", op_pwrite}, {"lseek", op_lseek}, {"stat", op_stat}, {"lstat", op_lstat}, {"fstat", op_fstat},
	{"readdir", op_readdir}, {"readlink", op_readlink}, {"link", op_link}, {"rename", op_rename},
	{"symlink", op_symlink}, {"truncate", op_truncate}, {"ftruncate", op_ftruncate}, {"chmod", op_chmod},
	{"chown", op_chown}, {"mkdir", op_mkdir}, {"rmdir", op_rmdir}, {"unlink", op_unlink}, {"chdir", op_chdir},
	{"fsync", op_fsync}, {"sync", op_sync}, {"setcred", op_setcred}, {"statfs", op_statfs}, {"mount", op_mount},
	{"remount", op_remount}, {"update", op_update}, {"utimens", op_utimens}, {"futimens", op_futimens},
	{"access", op_access}, {"umask", op_umask}, {"getcwd", op_getcwd}, {"crash", op_crash},
};

long
ops_one(struct ops *o, struct cursor *c)
{
	unsigned which = cursor_byte(c) % N(table);
	const uint8_t *begin = c->at;
	long e;

	if (table[which].run != op_crash)
		o->promised = 0;
	e = table[which].run(o, c);
	if (o->explain) {
		printf("%s", table[which].name);
		for (; begin < c->at; begin++)
			printf(" %u", *begin);
		printf(" = %ld\n", e);
		fflush(stdout);
	}
	return e;
}
