/*
 * Calls that wait, and what ends that: in each case a thread makes the call, and when it waits something is done.
 * Whoever must not wait any longer has to come back, with the right result; a hang is the program's time limit.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../host/host.h"
#include "rumpfs.h"

enum { EBADF = 9, EAGAIN = 35, ECONNRESET = 54, EPIPE = 32, ECONNREFUSED = 61 };

#define MANY 100000

/* What a case has: two sockets that are connected, and a listener with one connection that waits. */
struct scene {
	struct rsys_proc *proc;
	int a, b;
	int listener, client;
	struct rsys_address name;
	uint8_t bytes[MANY];
};

struct blocked {
	const char *name;
	int type;                       /* of the pair */
	long (*wait)(struct scene *);
	void (*end)(struct scene *);
	long result;
};

static long receive_a(struct scene *s) { return rsys_receive(s->proc, s->a, s->bytes, MANY, 0, NULL); }
static long read_a(struct scene *s) { return rsys_read(s->proc, s->a, s->bytes, MANY); }
static long send_a(struct scene *s) { return rsys_send(s->proc, s->a, s->bytes, MANY, 0, NULL); }

static long
send_large_a(struct scene *s)
{
	rsys_setsockopt(s->proc, s->a, RSYS_OPT_SNDBUF, 2 * MANY);
	return send_a(s);
}

/* The queue takes four. */
static long
send_datagrams_a(struct scene *s)
{
	long n = 0;

	for (int i = 0; i < 8 && n >= 0; i++)
		n = rsys_send(s->proc, s->a, s->bytes, 8000, 0, NULL);
	return n;
}

static long
accept_twice(struct scene *s)
{
	struct rsys_address peer;

	rsys_accept(s->proc, s->listener, 0, &peer);
	return rsys_accept(s->proc, s->listener, 0, &peer) >= 0 ? 0 : -EBADF;
}

static long
connect_more(struct scene *s)
{
	return rsys_connect(s->proc, (int)rsys_socket(s->proc, RSYS_LOCAL, RSYS_STREAM, 0), &s->name);
}

static long
poll_for(struct scene *s, int fd, uint16_t events)
{
	struct rsys_poll p[2] = {{.fd = -1, .events = RSYS_IN}, {.fd = fd, .events = events}};
	long n = rsys_poll(s->proc, p, 2, -1);

	return n == 1 ? p[1].revents : n;
}

static long poll_a(struct scene *s) { return poll_for(s, s->a, RSYS_IN); }

static long
poll_listener(struct scene *s)
{
	struct rsys_address peer;

	rsys_accept(s->proc, s->listener, 0, &peer);
	return poll_for(s, s->listener, RSYS_IN);
}

static long
poll_full(struct scene *s)
{
	while (rsys_send(s->proc, s->a, s->bytes, 8000, RSYS_DONTWAIT, NULL) > 0)
		;
	return poll_for(s, s->a, RSYS_OUT);
}

static long
poll_nothing(struct scene *s)
{
	return rsys_poll(s->proc, NULL, 0, -1);
}

static long
poll_time(struct scene *s)
{
	return rsys_poll(s->proc, &(struct rsys_poll){.fd = s->a, .events = RSYS_IN}, 1, 30000);
}

static long
receive_time(struct scene *s)
{
	rsys_setsockopt(s->proc, s->a, RSYS_OPT_RCVTIMEO, 30000);
	return receive_a(s);
}

static long
send_time(struct scene *s)
{
	rsys_setsockopt(s->proc, s->a, RSYS_OPT_SNDTIMEO, 30000);
	return send_a(s);
}

static void nothing(struct scene *s) { (void)s; }
static void close_a(struct scene *s) { rsys_close(s->proc, s->a); }
static void close_b(struct scene *s) { rsys_close(s->proc, s->b); }
static void close_listener(struct scene *s) { rsys_close(s->proc, s->listener); }
static void abandon(struct scene *s) { rsys_proc_abandon(s->proc); }
static void shut_b(struct scene *s) { rsys_shutdown(s->proc, s->b, RSYS_SHUT_BOTH); }
static void shut_a(struct scene *s) { rsys_shutdown(s->proc, s->a, RSYS_SHUT_BOTH); }
static void write_b(struct scene *s) { rsys_write(s->proc, s->b, s->bytes, 5); }

static void enlarge_b(struct scene *s) { rsys_setsockopt(s->proc, s->b, RSYS_OPT_RCVBUF, 2 * MANY); }

static void
drain_b(struct scene *s)
{
	long n = 1;

	while (n > 0 && n != MANY) /* until the sender's last */
		n = rsys_receive(s->proc, s->b, s->bytes, MANY, RSYS_DONTWAIT, NULL);
}

static void
drain_all_b(struct scene *s)
{
	uint64_t n = 0;

	while (n < MANY) {
		long got = rsys_receive(s->proc, s->b, s->bytes, 7000, 0, NULL);

		if (got <= 0)
			break;
		n += (uint64_t)got;
	}
}

static void
drain_eight_b(struct scene *s)
{
	for (int i = 0; i < 8; i++)
		rsys_receive(s->proc, s->b, s->bytes, MANY, 0, NULL);
}

static void
connect_one(struct scene *s)
{
	rsys_connect(s->proc, s->client, &s->name);
}

static void
accept_one(struct scene *s)
{
	struct rsys_address peer;

	rsys_accept(s->proc, s->listener, 0, &peer);
}

/* b has another peer: itself. */
static void
turn_away_b(struct scene *s)
{
	struct rsys_address own = s->name;

	own.path[strlen(own.path) - 1] = 'b';
	rsys_bind(s->proc, s->b, &own);
	rsys_connect(s->proc, s->b, &own);
	rsys_unlink(s->proc, own.path);
}

static void
reset_b(struct scene *s)
{
	rsys_close(s->proc, s->b); /* with what a has sent unread */
}

#define BUFFER 32768 /* what a stream takes at first */

static const struct blocked cases[] = {
	{"receive, the peer writes", RSYS_STREAM, receive_a, write_b, 5},
	{"read, the peer writes", RSYS_STREAM, read_a, write_b, 5},
	{"receive, the peer closes", RSYS_STREAM, receive_a, close_b, 0},
	{"receive, the peer shuts down", RSYS_STREAM, receive_a, shut_b, 0},
	{"receive, shut down", RSYS_STREAM, receive_a, shut_a, 0},
	{"receive, closed", RSYS_STREAM, receive_a, close_a, -EBADF},
	{"receive, the time is over", RSYS_STREAM, receive_time, nothing, -EAGAIN},
	{"send, the peer reads", RSYS_STREAM, send_a, drain_all_b, MANY},
	{"send, the peer's buffer grows", RSYS_STREAM, send_large_a, enlarge_b, MANY},
	{"send, the peer closes", RSYS_STREAM, send_a, reset_b, BUFFER},
	{"send, the peer shuts down", RSYS_STREAM, send_a, shut_b, BUFFER},
	{"send, closed", RSYS_STREAM, send_a, close_a, BUFFER},
	{"send, the time is over", RSYS_STREAM, send_time, nothing, BUFFER},
	{"datagram, the peer sends", RSYS_DATAGRAM, receive_a, write_b, 5},
	{"datagram, the peer closes", RSYS_DATAGRAM, receive_a, close_b, -ECONNRESET},
	{"datagram, closed", RSYS_DATAGRAM, receive_a, close_a, -EBADF},
	{"datagram, shut down", RSYS_DATAGRAM, receive_a, shut_a, 0},
	{"datagrams, the peer reads", RSYS_DATAGRAM, send_datagrams_a, drain_eight_b, 8000},
	{"datagrams, the peer's buffer grows", RSYS_DATAGRAM, send_datagrams_a, enlarge_b, 8000},
	{"datagrams, the peer closes", RSYS_DATAGRAM, send_datagrams_a, close_b, -ECONNREFUSED},
	{"datagrams, the peer shuts down", RSYS_DATAGRAM, send_datagrams_a, shut_b, -EPIPE},
	{"datagrams, closed", RSYS_DATAGRAM, send_datagrams_a, close_a, -EBADF},
	{"accept, somebody connects", RSYS_STREAM, accept_twice, connect_one, 0},
	{"accept, closed", RSYS_STREAM, accept_twice, close_listener, -EBADF},
	{"connect, somebody accepts", RSYS_STREAM, connect_more, accept_one, 0},
	{"connect, the listener closes", RSYS_STREAM, connect_more, close_listener, -ECONNREFUSED},
	{"poll, the peer writes", RSYS_STREAM, poll_a, write_b, RSYS_IN},
	{"poll, the peer closes", RSYS_STREAM, poll_a, close_b, RSYS_IN | RSYS_HUNG_UP},
	{"poll, closed", RSYS_STREAM, poll_a, close_a, RSYS_INVALID},
	{"poll, somebody connects", RSYS_STREAM, poll_listener, connect_one, RSYS_IN},
	{"poll, the peer reads", RSYS_STREAM, poll_full, drain_b, RSYS_OUT},
	{"poll, the peer reads datagrams", RSYS_DATAGRAM, poll_full, drain_b, RSYS_OUT},
	{"poll, the peer of a full socket shuts down", RSYS_DATAGRAM, poll_full, shut_b, RSYS_OUT},
	{"poll, the peer of a full socket turns away", RSYS_DATAGRAM, poll_full, turn_away_b, RSYS_OUT},
	{"poll, the process is given up", RSYS_STREAM, poll_a, abandon, RSYS_INVALID},
	{"poll of nothing, the process is given up", RSYS_STREAM, poll_nothing, abandon, 0},
	{"poll, the time is over", RSYS_STREAM, poll_time, nothing, 0},
};

struct waiter {
	pthread_t thread;
	const struct blocked *what;
	struct scene *scene;
	long result;
};

static void *
waiter_main(void *arg)
{
	struct waiter *w = arg;

	w->result = w->what->wait(w->scene);
	return NULL;
}

/* With one connection that waits, which is all that the listener takes. */
static int
set_up(struct scene *s, const char *dir, int type)
{
	int fds[2], first;

	*s = (struct scene){.proc = rsys_proc_create(), .name = {.family = RSYS_LOCAL}};
	snprintf(s->name.path, sizeof(s->name.path), "%s/listener", dir);
	if (rsys_socketpair(s->proc, RSYS_LOCAL, type, 0, fds) != 0)
		return 0;
	s->a = fds[0];
	s->b = fds[1];
	s->listener = (int)rsys_socket(s->proc, RSYS_LOCAL, RSYS_STREAM, 0);
	first = (int)rsys_socket(s->proc, RSYS_LOCAL, RSYS_STREAM, 0);
	s->client = (int)rsys_socket(s->proc, RSYS_LOCAL, RSYS_STREAM, 0);
	return rsys_bind(s->proc, s->listener, &s->name) == 0 && rsys_listen(s->proc, s->listener, 1) == 0 &&
	       rsys_connect(s->proc, first, &s->name) == 0;
}

static uint64_t
waits(void)
{
	return host_counted(HOST_cv_wait) + host_counted(HOST_cv_timedwait);
}

/* Until the thread waits, by the hypercalls that it makes. */
static void
let_it_wait(uint64_t before)
{
	for (int i = 0; i < 5000 && waits() == before; i++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

/* Result: 1 for a surprise. */
static int
play(const struct blocked *what, const char *dir)
{
	static struct scene scene;
	struct waiter w = {.what = what, .scene = &scene};
	int bad = !set_up(&scene, dir, what->type);
	uint64_t before = waits();

	pthread_create(&w.thread, NULL, waiter_main, &w);
	let_it_wait(before);
	what->end(&scene);
	pthread_join(w.thread, NULL);
	bad |= w.result != what->result;
	if (bad)
		fprintf(stderr, "blocked: %s: %ld, not %ld\n", what->name, w.result, what->result);
	rsys_unlink(scene.proc, scene.name.path);
	rsys_proc_destroy(scene.proc);
	return bad;
}

long
blocked(const char *dir)
{
	long surprises = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		surprises += play(&cases[i], dir);
	return surprises;
}
