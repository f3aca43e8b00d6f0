/*
 * Local stream sockets.
 */
#include "local.h"

#define BACKLOG_MAX 128

void
local_stream_join(struct local *a, struct local *b)
{
	a->peer = b;
	b->peer = a;
	a->connected = b->connected = 1;
}

/* L. Bytes that may be put into what the peer receives: the smaller of the two buffers counts. */
static size_t
limit(const struct local *l)
{
	return min_u64(l->s.sndbuf, l->peer->s.rcvbuf);
}

static size_t
room(const struct local *l)
{
	return limit(l) > l->peer->in.used ? limit(l) - l->peer->in.used : 0;
}

static int
stream_listen(struct socket *s, int backlog)
{
	struct local *l = local_of(s);

	if (l->connected)
		return EINVAL;
	if (l->path[0] == '\0')
		return EDESTADDRREQ;
	l->backlog = backlog < 1 ? 1 : backlog > BACKLOG_MAX ? BACKLOG_MAX : backlog;
	s->listening = 1;
	so_changed(s);
	return 0;
}

/* L. Waits until the listener takes one more connection from l. */
static int
wait_for_place(struct local *l, struct local *listener, uint64_t until)
{
	int e = l->s.closed ? EBADF : 0;

	while (e == 0) {
		if (l->connected)
			return EISCONN;
		if (l->s.listening)
			return EOPNOTSUPP;
		if (!listener->s.listening || listener->s.closed)
			return ECONNREFUSED;
		if (listener->npending < listener->backlog)
			return 0;
		e = so_wait(&l->s, &listener->s, until);
	}
	return e;
}

/* L. The other end, which waits to be accepted. */
static void
enqueue(struct local *l, struct local *end, struct local *listener)
{
	local_stream_join(l, end);
	memcpy(end->path, listener->path, sizeof(end->path));
	end->listener = listener;
	link_append(&listener->pending, &end->waiting);
	listener->npending++;
	so_changed(&listener->s);
	so_changed(&l->s);
}

static int
stream_connect(struct socket *s, struct rsys_proc *p, const struct rsys_address *a, uint64_t until)
{
	struct local *listener, *end;
	int e = local_find(p, a, RSYS_STREAM, &listener);

	if (e != 0)
		return e;
	e = local_alloc(listener->s.account, RSYS_STREAM, &end);
	if (e == 0) {
		kmutex_enter(sockets_lock);
		e = wait_for_place(local_of(s), listener, until);
		if (e == 0)
			enqueue(local_of(s), end, listener);
		kmutex_exit(sockets_lock);
		if (e != 0)
			so_put(&end->s);
	}
	so_put(&listener->s);
	return e;
}

/* L. The connection's place in its listener's list is free again. */
static void
dequeue(struct local *end)
{
	link_remove(&end->waiting);
	end->listener->npending--;
	so_changed(&end->listener->s);
	end->listener = NULL;
}

static int
stream_accept(struct socket *s, uint64_t until, struct socket **newp)
{
	struct local *l = local_of(s), *end;
	int e = 0;

	while (e == 0) {
		if (!s->listening)
			return EINVAL;
		if (!link_empty(&l->pending)) {
			end = container_of(l->pending.next, struct local, waiting);
			dequeue(end);
			*newp = &end->s;
			return 0;
		}
		e = so_wait(s, NULL, until);
	}
	return e;
}

/* L. Why nothing can be sent. first: nothing has been sent by this call, which may be told of an earlier error. */
static int
cannot_send(struct local *l, int first)
{
	if (l->s.error != 0 && first)
		return so_take_error(&l->s);
	return !l->connected ? ENOTCONN : l->out_end ? EPIPE : 0;
}

/* L. Puts as much as there is room for. */
static int
put(struct local *l, const struct message *m, size_t *donep)
{
	struct ring *to = &l->peer->in;
	size_t n = min_u64(m->n - *donep, room(l));
	int e = ring_reserve(to, to->used + n, limit(l));

	if (e != 0 || n == 0)
		return e;
	ring_put(to, (const uint8_t *)m->out + *donep, n);
	*donep += n;
	so_changed(&l->peer->s);
	return 0;
}

static int
stream_send(struct socket *s, const struct message *m, size_t *donep)
{
	struct local *l = local_of(s);
	int e;

	if (m->to != NULL)
		return l->connected ? EISCONN : ENOTCONN;
	for (;;) {
		e = cannot_send(l, *donep == 0);
		if (e == 0)
			e = put(l, m, donep);
		if (e != 0 || *donep == m->n)
			return e;
		e = so_wait(s, NULL, m->until);
		if (e != 0)
			return e;
	}
}

static void
stream_roomier(struct socket *s)
{
	if (local_of(s)->peer != NULL)
		so_changed(&local_of(s)->peer->s);
}

/* L. Waits until there is something, or will not be. */
static int
wait_for_bytes(struct local *l, uint64_t until)
{
	int e = 0;

	while (e == 0 && l->in.used == 0) {
		if (l->s.error != 0)
			return so_take_error(&l->s);
		if (!l->connected)
			return ENOTCONN;
		if (l->in_end)
			return 0;
		e = so_wait(&l->s, NULL, until);
	}
	return e;
}

static int
stream_receive(struct socket *s, const struct message *m, size_t *donep)
{
	struct local *l = local_of(s);
	int e = m->n == 0 ? 0 : wait_for_bytes(l, m->until);

	if (e != 0)
		return e;
	if (m->from != NULL)
		local_peer_name(s, m->from);
	*donep = ring_peek(&l->in, m->in, m->n);
	if (m->flags & RSYS_PEEK)
		return 0;
	ring_drop(&l->in, *donep);
	stream_roomier(s);
	return 0;
}

static int
stream_shutdown(struct socket *s, int receive, int send)
{
	struct local *l = local_of(s);

	if (l->peer == NULL)
		return ENOTCONN;
	l->in_end |= receive;
	l->peer->out_end |= receive;
	l->out_end |= send;
	l->peer->in_end |= send;
	so_changed(s);
	so_changed(&l->peer->s);
	return 0;
}

static int
stream_events(struct socket *s)
{
	struct local *l = local_of(s);
	int events = 0;

	if (s->listening)
		return link_empty(&l->pending) ? 0 : RSYS_IN;
	if (!l->connected)
		return RSYS_IN | RSYS_OUT; /* to hear that it is not */
	if (l->in.used > 0 || l->in_end)
		events |= RSYS_IN;
	if (l->out_end || room(l) > 0)
		events |= RSYS_OUT;
	return l->in_end && l->out_end ? events | RSYS_HUNG_UP : events;
}

/* L. The peer hears that it is alone, and that something of its was lost. */
static void
leave_peer(struct local *l)
{
	struct local *peer = l->peer;

	if (peer == NULL)
		return;
	if (l->in.used > 0 || l->listener != NULL)
		peer->s.error = ECONNRESET;
	peer->in_end = peer->out_end = 1;
	peer->peer = l->peer = NULL;
	so_changed(&peer->s);
}

/* L. With a listener go the connections that nobody has accepted. */
static void
end_stream(struct local *l)
{
	while (!link_empty(&l->pending)) {
		struct local *end = container_of(l->pending.next, struct local, waiting);

		leave_peer(end);
		dequeue(end);
		so_put(&end->s);
	}
	leave_peer(l);
}

static void
stream_close(struct socket *s)
{
	local_close(local_of(s), end_stream);
}

const struct socket_ops local_stream_ops = {
	.bind = local_bind, .connect = stream_connect, .listen = stream_listen, .accept = stream_accept,
	.send = stream_send, .receive = stream_receive, .shutdown = stream_shutdown, .events = stream_events,
	.roomier = stream_roomier, .name = local_name, .peer_name = local_peer_name, .close = stream_close,
	.free = local_free,
};
