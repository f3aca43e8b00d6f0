/*
 * socket: invocations that send, receive, and wait for several sockets.
 */
#include <abi/err.h>
#include <lib/string.h>
#include <socket/socket.h>
#include <socket/socket_types.h>

#include "rsys.h"
#include "serve.h"
#include "serve_socket.h"

#define MESSAGE_FLAGS ((word_t)(SOCKET_DONTWAIT | SOCKET_PEEK | SOCKET_ADDRESS))

_Static_assert((int)SOCKET_DONTWAIT == RSYS_DONTWAIT && (int)SOCKET_PEEK == RSYS_PEEK, "flags of messages");
_Static_assert(sizeof(struct socket_poll) == sizeof(struct rsys_poll) &&
               __builtin_offsetof(struct socket_poll, revents) == __builtin_offsetof(struct rsys_poll, revents),
               "socket_poll and rsys_poll agree");
_Static_assert((int)SOCKET_IN == RSYS_IN && (int)SOCKET_OUT == RSYS_OUT && (int)SOCKET_FAILED == RSYS_FAILED &&
               (int)SOCKET_HUNG_UP == RSYS_HUNG_UP && (int)SOCKET_INVALID == RSYS_INVALID, "events");

/* What sending and receiving have to check. */
static long
check_message(const struct session *s, word_t fd, word_t off, word_t n, word_t flags)
{
	if (fd > SERVE_INT_MAX)
		return -EBADF;
	return serve_inside(s, off, n) && (flags & ~MESSAGE_FLAGS) == 0 ? 0 : -EINVAL;
}

long
socket_send(word_t fd, word_t off, word_t n, word_t flags)
{
	struct rsys_address to, *where = flags & SOCKET_ADDRESS ? &to : NULL;
	struct session *s;
	long e = serve_begin(SESSION_SOCKET, &s);

	if (e < 0)
		return e;
	e = check_message(s, fd, off, n, flags);
	if (e == 0 && where != NULL)
		e = serve_take_address(s, where);
	if (e == 0)
		e = rsys_send(s->proc, (int)fd, s->at + off, n, (int)(flags & ~(word_t)SOCKET_ADDRESS), where);
	return serve_end(s, e);
}

long
socket_receive(word_t fd, word_t off, word_t n, word_t flags)
{
	struct rsys_address from = {0}, *where = flags & SOCKET_ADDRESS ? &from : NULL;
	struct session *s;
	long e = serve_begin(SESSION_SOCKET, &s);

	if (e < 0)
		return e;
	e = check_message(s, fd, off, n, flags);
	if (e == 0)
		e = rsys_receive(s->proc, (int)fd, s->at + off, n, (int)(flags & ~(word_t)SOCKET_ADDRESS), where);
	if (e >= 0 && where != NULL)
		serve_give(s, where, sizeof(*where));
	return serve_end(s, e);
}

long
socket_poll(word_t n, word_t timeout)
{
	struct rsys_poll polls[SOCKET_POLL_MAX];
	struct session *s;
	long e = serve_begin(SESSION_SOCKET, &s);

	if (e < 0)
		return e;
	e = n > SOCKET_POLL_MAX || ((s64)timeout < 0 && timeout != SOCKET_FOREVER) ? -EINVAL : 0;
	if (e == 0)
		e = serve_take(s, polls, n * sizeof(polls[0]));
	if (e == 0)
		e = rsys_poll(s->proc, polls, n, (s64)timeout);
	if (e >= 0)
		serve_give(s, polls, n * sizeof(polls[0]));
	return serve_end(s, e);
}
