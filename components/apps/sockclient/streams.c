/*
 * Bytes over connections. What is at a position is known: it is that of a table with a prime period, begun
 * somewhere, so bytes that are lost, doubled or swapped in pieces of any size are noticed.
 */
#include <abi/err.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <sched/sched.h>

#include "sockclient.h"

#define PERIOD  65521
#define PIECE   100000 /* bytes sent at once, at most: more than a session buffer */
#define AT_ONCE 3      /* connections */
#define RECEIVE 65536

static u8 table[PERIOD + PIECE];

static struct stream {
	int fd;
	u64 bytes;
	u64 begin; /* in the table */
	u64 random;
	u8 received[RECEIVE];
} streams[AT_ONCE];

static u64
roll(u64 *state, u64 sides)
{
	*state = *state * 6364136223846793005 + 1442695040888963407;
	return (*state >> 33) % sides;
}

static void
fill_table(void)
{
	u64 state = 1;

	for (u64 i = 0; i < PERIOD; i++)
		table[i] = (u8)roll(&state, 256);
	memcpy(table + PERIOD, table, PIECE);
}

static const u8 *
bytes_at(const struct stream *s, u64 position)
{
	return table + (s->begin + position) % PERIOD;
}

static void
send_all(void *arg)
{
	struct stream *s = arg;

	for (u64 at = 0; at < s->bytes;) {
		u64 n = 1 + roll(&s->random, PIECE);
		long sent;

		n = n < s->bytes - at ? n : s->bytes - at;
		sent = sock_send(s->fd, bytes_at(s, at), n, 0);
		expect("sending a piece", sent, (long)n);
		if (sent <= 0)
			break;
		at += (u64)sent;
	}
	expect("shutdown", sock_shutdown(s->fd, SOCKET_SHUT_SEND), 0);
}

/* The end comes when the server has sent everything back. */
static void
receive_all(void *arg)
{
	struct stream *s = arg;
	u64 at = 0;
	long n;

	while ((n = sock_receive(s->fd, s->received, RECEIVE, 0)) > 0) {
		if (memcmp(s->received, bytes_at(s, at), (word_t)n) != 0)
			expect("a wrong byte near position", (long)at, -1);
		at += (u64)n;
	}
	expect("receiving to the end", n, 0);
	expect("position of the end", (long)at, (long)s->bytes);
}

static long
start(void (*f)(void *), struct stream *s)
{
	long id = cos_thread_create(f, s, 12);

	if (id < 0)
		cos_panic("no thread: error %ld", -id);
	return id;
}

static void
run_streams(int n, u64 bytes)
{
	long sender[AT_ONCE], receiver[AT_ONCE];

	for (int i = 0; i < n; i++) {
		struct stream *s = &streams[i];

		s->fd = connect_to(SOCKET_STREAM);
		s->bytes = bytes;
		s->begin = (u64)i * 1000;
		s->random = (u64)i;
		sender[i] = start(send_all, s);
		receiver[i] = start(receive_all, s);
	}
	for (int i = 0; i < n; i++) {
		sched_thd_join((word_t)sender[i]);
		sched_thd_join((word_t)receiver[i]);
		expect("close", sock_close(streams[i].fd), 0);
	}
	cos_printf("sockclient: %lu KiB there and back over %d connection(s)\n", bytes / 1024 * (u64)n, n);
}

void
try_streams(u64 bytes)
{
	fill_table();
	run_streams(1, bytes);
	run_streams(AT_ONCE, bytes / 16);
}
