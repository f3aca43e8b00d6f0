/*
 * Threads that do anything to the same few names in a tree three levels deep: folders move into
 * one another while others create, shorten, list and remove in them, sockets too. Any result is right; what is
 * judged is that nobody crashes or hangs, and afterwards the disk. The tree may have no space
 * left, be damaged, or have requests that fail.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "rumpfs.h"

#define BYTES 20000 /* of one transfer */
#define SIZE  60000

struct scrambler {
	pthread_t thread;
	struct rsys_proc *proc;
	const char *dir;
	int operations, names, fd, socket;
	long succeeded;
	uint64_t random;
	uint8_t buf[BYTES];
};

static uint32_t
roll(struct scrambler *s, uint32_t sides)
{
	return dice(&s->random, sides);
}

static void
choose_path(struct scrambler *s, char *to)
{
	int n = snprintf(to, NAMES_MAX, "%s", s->dir);

	for (uint32_t names = roll(s, 3) + 1; names > 0; names--)
		n += snprintf(to + n, (size_t)(NAMES_MAX - n), "/d%u",
		              roll(s, (uint32_t)s->names));
}

static long
list(struct scrambler *s, const char *path)
{
	_Alignas(8) char buf[512];
	long fd = rsys_open(s->proc, path, RSYS_RDONLY | RSYS_DIRECTORY, 0), n = fd;

	if (fd < 0)
		return fd;
	for (int answers = 0; answers < 50 && n >= 0; answers++) {
		n = rsys_readdir(s->proc, (int)fd, buf, sizeof(buf));
		if (n == 0)
			break;
	}
	rsys_close(s->proc, (int)fd);
	return n;
}

static long
reopen(struct scrambler *s, const char *path)
{
	if (s->fd >= 0)
		rsys_close(s->proc, s->fd);
	s->fd = (int)rsys_open(s->proc, path, RSYS_RDWR | RSYS_CREAT, 0644);
	return s->fd;
}

/* An operation on the open file, which may be none: then it fails. */
static long
file_step(struct scrambler *s)
{
	uint32_t n = roll(s, BYTES), at = roll(s, SIZE);

	switch (roll(s, 4)) {
	case 0:
		fill_pattern(s->buf, n, at, 0);
		return rsys_pwrite(s->proc, s->fd, s->buf, n, at);
	case 1:
		return rsys_pread(s->proc, s->fd, s->buf, n, at);
	case 2:
		return rsys_ftruncate(s->proc, s->fd, at);
	}
	return roll(s, 4) == 0 ? rsys_fsync(s->proc, s->fd) : 0;
}

/* A socket with a name, which the one before may have lost; and a datagram to another name. */
static long
rename_socket(struct scrambler *s, const char *path, const char *other)
{
	struct rsys_address a = {.family = RSYS_LOCAL}, b = a;

	snprintf(a.path, sizeof(a.path), "%.*s", RSYS_PATH_LOCAL, path);
	snprintf(b.path, sizeof(b.path), "%.*s", RSYS_PATH_LOCAL, other);
	if (s->socket >= 0)
		rsys_close(s->proc, s->socket);
	s->socket = (int)rsys_socket(s->proc, RSYS_LOCAL, RSYS_DATAGRAM, 0);
	rsys_send(s->proc, s->socket, s->buf, 100, RSYS_DONTWAIT, &b);
	return rsys_bind(s->proc, s->socket, &a);
}

static long
step(struct scrambler *s)
{
	char a[NAMES_MAX], b[NAMES_MAX];
	struct rsys_stat st;

	choose_path(s, a);
	choose_path(s, b);
	switch (roll(s, 16)) {
	case 0:
	case 1:
		return rsys_mkdir(s->proc, a, 0777);
	case 2:
		return rsys_rmdir(s->proc, a);
	case 3:
		return rsys_unlink(s->proc, a);
	case 4:
	case 5:
		return rsys_rename(s->proc, a, b);
	case 6:
		return rsys_link(s->proc, a, b);
	case 7:
		return rsys_symlink(s->proc, b, a);
	case 8:
	case 9:
		return reopen(s, a);
	case 10:
		return rsys_stat(s->proc, a, &st);
	case 11:
		return list(s, a);
	case 12:
		return rename_socket(s, a, b);
	}
	return file_step(s);
}

static void *
scrambler_main(void *arg)
{
	struct scrambler *s = arg;

	for (int i = 0; i < s->operations; i++)
		s->succeeded += step(s) >= 0;
	rsys_proc_destroy(s->proc); /* closes what is open */
	return NULL;
}

long
scramble(const char *dir, int threads, int operations, int names, uint64_t seed)
{
	struct scrambler *all = calloc((size_t)threads, sizeof(*all));
	long succeeded = 0;

	for (int i = 0; i < threads; i++) {
		all[i] = (struct scrambler){
			.proc = rsys_proc_create(), .dir = dir, .operations = operations,
			.names = names, .fd = -1, .socket = -1, .random = seed * 1000 + (uint64_t)i,
		};
		pthread_create(&all[i].thread, NULL, scrambler_main, &all[i]);
	}
	for (int i = 0; i < threads; i++) {
		pthread_join(all[i].thread, NULL);
		succeeded += all[i].succeeded;
	}
	free(all);
	return succeeded;
}
