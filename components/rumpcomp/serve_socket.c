/*
 * socket: invocations that make, name and end sockets, and ask about them. serve_message.c has those that move data
 * or wait for it.
 */
#include <abi/err.h>
#include <lib/string.h>
#include <socket/socket.h>
#include <socket/socket_types.h>

#include "rsys.h"
#include "serve.h"
#include "serve_socket.h"

_Static_assert(sizeof(struct socket_address) == sizeof(struct rsys_address) &&
               __builtin_offsetof(struct socket_address, host) == __builtin_offsetof(struct rsys_address, host) &&
               __builtin_offsetof(struct socket_address, path) == __builtin_offsetof(struct rsys_address, path),
               "socket_address and rsys_address agree");
_Static_assert((int)SOCKET_NONE == RSYS_FAMILY_NONE && (int)SOCKET_LOCAL == RSYS_LOCAL &&
               (int)SOCKET_INET == RSYS_INET && (int)SOCKET_INET6 == RSYS_INET6, "families");
_Static_assert((int)SOCKET_STREAM == RSYS_STREAM && (int)SOCKET_DATAGRAM == RSYS_DATAGRAM, "types");
_Static_assert((int)SOCKET_NONBLOCK == RSYS_NONBLOCK, "flags");
_Static_assert((int)SOCKET_SHUT_RECEIVE == RSYS_SHUT_RECEIVE && (int)SOCKET_SHUT_SEND == RSYS_SHUT_SEND &&
               (int)SOCKET_SHUT_BOTH == RSYS_SHUT_BOTH, "directions");
_Static_assert((int)SOCKET_OPT_TYPE == RSYS_OPT_TYPE && (int)SOCKET_OPT_ERROR == RSYS_OPT_ERROR &&
               (int)SOCKET_OPT_ACCEPTCONN == RSYS_OPT_ACCEPTCONN && (int)SOCKET_OPT_SNDBUF == RSYS_OPT_SNDBUF &&
               (int)SOCKET_OPT_RCVBUF == RSYS_OPT_RCVBUF && (int)SOCKET_OPT_SNDTIMEO == RSYS_OPT_SNDTIMEO &&
               (int)SOCKET_OPT_RCVTIMEO == RSYS_OPT_RCVTIMEO && (int)SOCKET_OPT_NONBLOCK == RSYS_OPT_NONBLOCK &&
               (int)SOCKET_OPT_REUSEADDR == RSYS_OPT_REUSEADDR && (int)SOCKET_OPT_KEEPALIVE == RSYS_OPT_KEEPALIVE &&
               (int)SOCKET_OPT_NODELAY == RSYS_OPT_NODELAY && (int)SOCKET_OPT_BROADCAST == RSYS_OPT_BROADCAST &&
               (int)SOCKET_OPT_V6ONLY == RSYS_OPT_V6ONLY, "options");

long
serve_take_address(const struct session *s, struct rsys_address *a)
{
	long e = serve_take(s, a, sizeof(*a));

	return e == 0 && strnlen(a->path, sizeof(a->path)) == sizeof(a->path) ? -EINVAL : e;
}

/* A number of the caller's for an int: one that is too large is as unknown to any kernel as -1. */
static int
small(word_t number)
{
	return number <= SERVE_INT_MAX ? (int)number : -1;
}

long
socket_session(word_t session)
{
	return session_bind(SESSION_SOCKET, session);
}

long
socket_open(word_t family, word_t type, word_t flags)
{
	struct session *s;
	long e = serve_begin(SESSION_SOCKET, &s);

	return e < 0 ? e : serve_end(s, rsys_socket(s->proc, small(family), small(type), small(flags)));
}

long
socket_pair(word_t family, word_t type, word_t flags, word_t *out_other)
{
	int fds[2] = {0, 0};
	struct session *s;
	long e = serve_begin(SESSION_SOCKET, &s);

	*out_other = 0;
	if (e < 0)
		return e;
	e = rsys_socketpair(s->proc, small(family), small(type), small(flags), fds);
	if (e == 0) {
		e = fds[0];
		*out_other = (word_t)fds[1];
	}
	return serve_end(s, e);
}

/* What bind and connect are: a call with an address that comes in. */
static long
with_address(word_t fd, long (*call)(struct rsys_proc *, int fd, const struct rsys_address *))
{
	struct rsys_address a;
	struct session *s;
	long e = serve_begin_fd(SESSION_SOCKET, fd, &s);

	if (e < 0)
		return e;
	e = serve_take_address(s, &a);
	if (e == 0)
		e = call(s->proc, (int)fd, &a);
	return serve_end(s, e);
}

long
socket_bind(word_t fd)
{
	return with_address(fd, rsys_bind);
}

long
socket_connect(word_t fd)
{
	return with_address(fd, rsys_connect);
}

/* A call whose result is an address. */
static long
ask_address(word_t fd, long (*call)(struct rsys_proc *, int fd, struct rsys_address *))
{
	struct rsys_address a = {0};
	struct session *s;
	long e = serve_begin_fd(SESSION_SOCKET, fd, &s);

	if (e < 0)
		return e;
	e = call(s->proc, (int)fd, &a);
	if (e == 0)
		e = serve_give(s, &a, sizeof(a));
	return serve_end(s, e);
}

long
socket_getname(word_t fd)
{
	return ask_address(fd, rsys_getsockname);
}

long
socket_getpeer(word_t fd)
{
	return ask_address(fd, rsys_getpeername);
}

long
socket_listen(word_t fd, word_t backlog)
{
	struct session *s;
	long e = serve_begin_fd(SESSION_SOCKET, fd, &s);

	if (backlog > SERVE_INT_MAX)
		backlog = SERVE_INT_MAX;
	return e < 0 ? e : serve_end(s, rsys_listen(s->proc, (int)fd, (int)backlog));
}

/* A session buffer is a page at least, so the address fits once there is a connection. */
long
socket_accept(word_t fd, word_t flags)
{
	struct rsys_address peer = {0};
	struct session *s;
	long e = serve_begin_fd(SESSION_SOCKET, fd, &s);

	if (e < 0)
		return e;
	e = rsys_accept(s->proc, (int)fd, small(flags), &peer);
	if (e >= 0)
		serve_give(s, &peer, sizeof(peer));
	return serve_end(s, e);
}

long
socket_shutdown(word_t fd, word_t how)
{
	struct session *s;
	long e = serve_begin_fd(SESSION_SOCKET, fd, &s);

	return e < 0 ? e : serve_end(s, rsys_shutdown(s->proc, (int)fd, small(how)));
}

long
socket_getopt(word_t fd, word_t option)
{
	struct session *s;
	long e = serve_begin_fd(SESSION_SOCKET, fd, &s);

	return e < 0 ? e : serve_end(s, rsys_getsockopt(s->proc, (int)fd, small(option)));
}

long
socket_setopt(word_t fd, word_t option, word_t value)
{
	struct session *s;
	long e = serve_begin(SESSION_SOCKET, &s);

	if (e < 0)
		return e;
	e = (s64)value < 0 ? -EINVAL : serve_int(fd, -EBADF);
	if (e >= 0)
		e = rsys_setsockopt(s->proc, (int)fd, small(option), (s64)value);
	return serve_end(s, e);
}

long
socket_close(word_t fd)
{
	struct session *s;
	long e = serve_begin_fd(SESSION_SOCKET, fd, &s);

	return e < 0 ? e : serve_end(s, rsys_close(s->proc, (int)fd));
}

long
socket_gone(word_t comp)
{
	return serve_gone(comp);
}
