/*
 * Sends back what comes: over connections, and as datagrams.
 *
 * One thread serves all, and only poll waits. Each connection has a buffer: while it is empty, the connection is
 * waited for to receive; while something is in it, to send. So a client that does not read is not read from.
 */
#include <abi/err.h>
#include <fs/fs_client.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <socket/socket_client.h>

#define STREAM_PATH   "/echo-stream"
#define DATAGRAM_PATH "/echo-datagram"
#define PORT          7
#define BACKLOG       4
#define CONNECTIONS   8
#define BYTES         16384 /* of a connection's buffer */
#define STOP          "stop"

enum { LISTENER, DATAGRAMS, FIRST }; /* places in polls; connections follow */

struct connection {
	word_t begin, end; /* what is to go back */
	u8 bytes[BYTES];
};

static struct connection connections[CONNECTIONS];
static struct socket_poll polls[FIRST + CONNECTIONS]; /* fd -1: a free place */
static int family;
static u64 served;

static int
family_of(const char *name)
{
	if (strcmp(name, "local") == 0)
		return SOCKET_LOCAL;
	return strcmp(name, "inet") == 0 ? SOCKET_INET : strcmp(name, "inet6") == 0 ? SOCKET_INET6 : SOCKET_NONE;
}

/* A bound socket. */
static int
listen_at(int type, const char *path)
{
	long fd = sock_open(family, type, SOCKET_NONBLOCK), e = fd;
	struct socket_address a;

	if (family == SOCKET_LOCAL)
		sock_path(&a, path);
	else
		sock_loopback(&a, family, PORT);
	if (fd >= 0)
		e = sock_bind((int)fd, &a);
	if (e >= 0 && type == SOCKET_STREAM)
		e = sock_listen((int)fd, BACKLOG);
	if (e < 0)
		cos_panic("nowhere to listen: error %ld", -e);
	return (int)fd;
}

static void
hang_up(struct socket_poll *p)
{
	sock_close(p->fd);
	p->fd = -1;
	polls[LISTENER].events = SOCKET_IN;
	served++;
}

/* A connection comes; while every place is taken, it waits. */
static void
take_connection(void)
{
	for (int i = FIRST; i < FIRST + CONNECTIONS; i++) {
		long fd;

		if (polls[i].fd >= 0)
			continue;
		fd = sock_accept(polls[LISTENER].fd, SOCKET_NONBLOCK, NULL);
		if (fd >= 0) {
			polls[i] = (struct socket_poll){.fd = (int)fd, .events = SOCKET_IN};
			connections[i - FIRST].begin = connections[i - FIRST].end = 0;
		}
		return;
	}
	polls[LISTENER].events = 0;
}

/* Goes on with a connection as far as it goes. */
static void
go_on(struct socket_poll *p, struct connection *c)
{
	long n = 1;

	if (c->begin == c->end) {
		n = sock_receive(p->fd, c->bytes, BYTES, 0);
		c->begin = 0;
		c->end = n > 0 ? (word_t)n : 0;
	}
	if (n == 0 || (n < 0 && n != -EAGAIN)) {
		hang_up(p);
		return;
	}
	if (c->begin < c->end) {
		n = sock_send(p->fd, c->bytes + c->begin, c->end - c->begin, 0);
		if (n < 0 && n != -EAGAIN) {
			hang_up(p);
			return;
		}
		c->begin += n > 0 ? (word_t)n : 0;
	}
	p->events = c->begin < c->end ? SOCKET_OUT : SOCKET_IN;
}

/* Result: 0 if it was the last. One that cannot go back is lost, as datagrams may be. */
static int
return_datagram(int fd)
{
	static u8 bytes[BYTES];
	struct socket_address from;
	long n = sock_receivefrom(fd, bytes, sizeof(bytes), 0, &from);

	if (n == (long)sizeof(STOP) - 1 && memcmp(bytes, STOP, sizeof(STOP) - 1) == 0)
		return 0;
	if (n >= 0)
		sock_sendto(fd, bytes, (word_t)n, 0, &from);
	return 1;
}

static void
serve(void)
{
	int more = 1;

	while (more) {
		long n = sock_poll(polls, FIRST + CONNECTIONS, -1);

		if (n < 0)
			cos_panic("poll: error %ld", -n);
		if (polls[LISTENER].revents != 0)
			take_connection();
		if (polls[DATAGRAMS].revents != 0)
			more = return_datagram(polls[DATAGRAMS].fd);
		for (int i = FIRST; i < FIRST + CONNECTIONS; i++) {
			if (polls[i].fd >= 0 && polls[i].revents != 0)
				go_on(&polls[i], &connections[i - FIRST]);
		}
	}
}

void
cos_main(void)
{
	const char *name = cos_param("family");

	family = family_of(name == NULL ? "local" : name);
	if (family == SOCKET_NONE)
		cos_panic("the parameter family is not local, inet or inet6: %s", name);
	for (int i = 0; i < FIRST + CONNECTIONS; i++)
		polls[i].fd = -1;
	polls[DATAGRAMS] = (struct socket_poll){.fd = listen_at(SOCKET_DATAGRAM, DATAGRAM_PATH), .events = SOCKET_IN};
	polls[LISTENER] = (struct socket_poll){.fd = listen_at(SOCKET_STREAM, STREAM_PATH), .events = SOCKET_IN};
	serve();
	for (int i = 0; i < FIRST + CONNECTIONS; i++) {
		if (polls[i].fd >= 0)
			sock_close(polls[i].fd);
	}
	if (family == SOCKET_LOCAL) {
		fsc_unlink(DATAGRAM_PATH);
		fsc_unlink(STREAM_PATH);
	}
	cos_printf("echo: %lu connections\n", served);
}
