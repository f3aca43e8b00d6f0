/*
 * Commands on sockets: families are local, numbers are those of rsys.h, and nothing blocks that a script could not
 * end, so messages are sent and received without waiting.
 */
#include <stdio.h>
#include <string.h>

#include "rumpfs.h"

#define BYTES 300000

static struct rsys_address
address(const char *path)
{
	struct rsys_address a = {.family = strcmp(path, "-") == 0 ? RSYS_FAMILY_NONE : RSYS_LOCAL};

	snprintf(a.path, sizeof(a.path), "%s", path);
	return a;
}

static long
print_address(long result, const struct rsys_address *a)
{
	if (result >= 0)
		printf("address %u %s\n", a->family, a->path);
	return result;
}

static long
do_socket(char **w)
{
	return rsys_socket(proc, (int)number(w[1]), (int)number(w[2]), (int)number(w[3]));
}

static long
do_socketpair(char **w)
{
	int fds[2];
	long e = rsys_socketpair(proc, (int)number(w[1]), (int)number(w[2]), (int)number(w[3]), fds);

	if (e == 0)
		printf("pair %d %d\n", fds[0], fds[1]);
	return e;
}

static long
do_bind(char **w)
{
	struct rsys_address a = address(w[2]);

	return rsys_bind(proc, (int)number(w[1]), &a);
}

static long
do_connect(char **w)
{
	struct rsys_address a = address(w[2]);

	return rsys_connect(proc, (int)number(w[1]), &a);
}

static long
do_accept(char **w)
{
	struct rsys_address a;

	return print_address(rsys_accept(proc, (int)number(w[1]), 0, &a), &a);
}

static long
do_getsockname(char **w)
{
	struct rsys_address a;

	return print_address(rsys_getsockname(proc, (int)number(w[1]), &a), &a);
}

static long
do_getpeername(char **w)
{
	struct rsys_address a;

	return print_address(rsys_getpeername(proc, (int)number(w[1]), &a), &a);
}

static uint8_t bytes[BYTES];

static size_t
length(const char *w)
{
	return number(w) < BYTES ? number(w) : BYTES;
}

static long
do_send(char **w)
{
	return rsys_send(proc, (int)number(w[1]), bytes, length(w[2]), RSYS_DONTWAIT, NULL);
}

static long
do_sendto(char **w)
{
	struct rsys_address a = address(w[3]);

	return rsys_send(proc, (int)number(w[1]), bytes, length(w[2]), RSYS_DONTWAIT, &a);
}

static long
do_receive(char **w)
{
	struct rsys_address a;

	return print_address(rsys_receive(proc, (int)number(w[1]), bytes, length(w[2]), RSYS_DONTWAIT, &a), &a);
}

static long
do_peek(char **w)
{
	return rsys_receive(proc, (int)number(w[1]), bytes, length(w[2]), RSYS_DONTWAIT | RSYS_PEEK, NULL);
}

/* Result: the events of one descriptor. */
static long
do_poll(char **w)
{
	struct rsys_poll p = {.fd = (int32_t)number(w[1]), .events = (uint16_t)number(w[2])};
	long n = rsys_poll(proc, &p, 1, (int64_t)number(w[3]));

	if (n != (p.revents != 0))
		return -1000;
	return p.revents;
}

static long
do_fstat(char **w)
{
	struct rsys_stat st;
	long e = rsys_fstat(proc, (int)number(w[1]), &st);

	return e < 0 ? e : (long)st.mode;
}

static long
do_pread(char **w)
{
	return rsys_pread(proc, (int)number(w[1]), bytes, length(w[2]), (int64_t)number(w[3]));
}

static long
do_readdir(char **w)
{
	return rsys_readdir(proc, (int)number(w[1]), bytes, sizeof(bytes));
}

static long do_listen(char **w) { return rsys_listen(proc, (int)number(w[1]), (int)number(w[2])); }
static long do_shutdown(char **w) { return rsys_shutdown(proc, (int)number(w[1]), (int)number(w[2])); }
static long do_getopt(char **w) { return rsys_getsockopt(proc, (int)number(w[1]), (int)number(w[2])); }
static long do_lseek(char **w) { return rsys_lseek(proc, (int)number(w[1]), (int64_t)number(w[2]), RSYS_SEEK_SET); }
static long do_ftruncate(char **w) { return rsys_ftruncate(proc, (int)number(w[1]), (int64_t)number(w[2])); }
static long do_fsyncfd(char **w) { return rsys_fsync(proc, (int)number(w[1])); }

static long
do_setopt(char **w)
{
	return rsys_setsockopt(proc, (int)number(w[1]), (int)number(w[2]), (int64_t)number(w[3]));
}

static long
do_streams(char **w)
{
	return streams(w[1], (int)number(w[2]), number(w[3]), number(w[4]));
}

static long
do_datagrams(char **w)
{
	return datagrams(w[1], (int)number(w[2]), (int)number(w[3]), number(w[4]));
}

static long do_blocked(char **w) { return blocked(w[1]); }

static long
do_tangle(char **w)
{
	return tangle(w[1], (int)number(w[2]), (int)number(w[3]), number(w[4]));
}

static long
do_fill(char **w)
{
	(void)w;
	return fill_sockets();
}

const struct command socket_commands[] = {
	{"socket", do_socket, 3}, {"socketpair", do_socketpair, 3}, {"bind", do_bind, 2}, {"connect", do_connect, 2},
	{"listen", do_listen, 2}, {"accept", do_accept, 1}, {"send", do_send, 2}, {"sendto", do_sendto, 3},
	{"receive", do_receive, 2}, {"peek", do_peek, 2}, {"shutdown", do_shutdown, 2}, {"poll", do_poll, 3},
	{"getopt", do_getopt, 2}, {"setopt", do_setopt, 3}, {"getsockname", do_getsockname, 1},
	{"getpeername", do_getpeername, 1}, {"fstat", do_fstat, 1}, {"pread", do_pread, 3}, {"readdir", do_readdir, 1},
	{"lseek", do_lseek, 2}, {"ftruncate", do_ftruncate, 2}, {"fsyncfd", do_fsyncfd, 1},
	{"streams", do_streams, 4}, {"datagrams", do_datagrams, 4}, {"blocked", do_blocked, 1},
	{"tangle", do_tangle, 4}, {"fill", do_fill, 0}, {NULL, NULL, 0},
};
