/*
 * What sockets cost, from the client's call to its return: instructions, if the run counts them (icount: one is one
 * nanosecond, and time jumps while the machine idles, which is taken off). Each line is the mean of ROUNDS after a
 * warm-up.
 */
#include <abi/err.h>
#include <fs/fs_client.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <sched/sched.h>
#include <socket/socket_client.h>

#define ROUNDS 200
#define PAGE   4096

static char page[PAGE];
static int stream[2], datagram[2], other[2]; /* pairs; the last has another thread at its end */
static u64 hz;

static long
there(const int fds[2], word_t n)
{
	long sent = sock_send(fds[0], page, n, 0);

	return sent < 0 ? sent : sock_receive(fds[1], page, n, 0);
}

static long op_nothing(void) { return 0; }
static long op_option(void) { return sock_getopt(stream[0], SOCKET_OPT_TYPE); }
static long op_pair_1(void) { return there(stream, 1); }
static long op_pair_4k(void) { return there(stream, PAGE); }
static long op_datagram_4k(void) { return there(datagram, PAGE); }

static long
op_poll(void)
{
	struct socket_poll p[2] = {{.fd = stream[0], .events = SOCKET_OUT}, {.fd = stream[1], .events = SOCKET_IN}};

	return sock_poll(p, 2, -1);
}

static long
op_round_trip(void)
{
	long sent = sock_send(other[0], page, 1, 0);

	return sent < 0 ? sent : sock_receive(other[0], page, 1, 0);
}

static long
op_open_close(void)
{
	int fds[2];
	long e = sock_pair(SOCKET_LOCAL, SOCKET_STREAM, 0, fds);

	if (e == 0)
		e = sock_close(fds[0]);
	return e < 0 ? e : sock_close(fds[1]);
}

static const struct {
	const char *name;
	long (*run)(void);
} ops[] = {
	{"getopt", op_option}, {"pair_1", op_pair_1}, {"pair_4k", op_pair_4k}, {"datagram_4k", op_datagram_4k},
	{"poll", op_poll}, {"round_trip_1", op_round_trip}, {"pair_close", op_open_close},
};

/* Ticks that ROUNDS operations took while the machine was not idle. */
static u64
spent(const char *name, long (*run)(void))
{
	u64 idle = (u64)sched_idle_cycles(), start = cos_now();

	for (u64 i = 0; i < ROUNDS; i++) {
		long e = run();

		if (e < 0)
			cos_panic("%s: error %ld", name, -e);
	}
	return cos_now() - start - ((u64)sched_idle_cycles() - idle);
}

static void
measure(const char *name, long (*run)(void))
{
	u64 empty = spent("nothing", op_nothing), all;

	spent(name, run); /* the warm-up */
	all = spent(name, run);
	cos_printf("BENCH socket_%s %lu instructions\n", name, (all - empty) / ROUNDS * 1000 / (hz / 1000000));
}

/* Sends every byte back until the end. */
static void
echo(void *unused)
{
	char c;

	(void)unused;
	while (sock_receive(other[1], &c, 1, 0) == 1)
		sock_send(other[1], &c, 1, 0);
}

void
cos_main(void)
{
	long e = sock_pair(SOCKET_LOCAL, SOCKET_STREAM, 0, stream), id;

	if (e == 0)
		e = sock_pair(SOCKET_LOCAL, SOCKET_DATAGRAM, 0, datagram);
	if (e == 0)
		e = sock_pair(SOCKET_LOCAL, SOCKET_STREAM, 0, other);
	if (e < 0)
		cos_panic("no sockets: error %ld", -e);
	id = cos_thread_create(echo, NULL, 12);
	if (id < 0)
		cos_panic("no thread: error %ld", -id);
	hz = (u64)init_tsc_hz();
	for (u32 i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		measure(ops[i].name, ops[i].run);
	sock_close(other[0]);
	sched_thd_join((word_t)id);
	if (fsc_unmount("/mnt") < 0)
		cos_panic("the disk cannot be left as it was");
	init_exit(0);
}
