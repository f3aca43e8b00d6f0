/*
 * Local datagram sockets.
 */
#include "local.h"

struct datagram {
	struct link link; /* in the queue of whoever receives it */
	char path[RSYS_PATH_LOCAL + 1]; /* the sender's */
	size_t n;
	uint8_t data[];
};

static size_t
cost(size_t n)
{
	return sizeof(struct datagram) + n;
}

/* L. An empty queue takes a datagram of any size. */
static int
has_room(const struct local *l, size_t n)
{
	return l->queued == 0 || l->queued + cost(n) <= l->s.rcvbuf;
}

void
local_datagram_join(struct local *l, struct local *to)
{
	l->peer = to;
	l->connected = 1;
	link_append(&to->senders, &l->sending);
}

/* L. */
static void
forget_peer(struct local *l)
{
	link_remove(&l->sending);
	l->peer = NULL;
	l->connected = 0;
}

/* L. Who would send to it need not wait any more: whoever does watches this socket, or polls its own. */
static void
datagram_roomier(struct socket *s)
{
	struct local *l = local_of(s);

	so_changed(s);
	for (struct link *k = l->senders.next; k != &l->senders; k = k->next)
		so_changed(&container_of(k, struct local, sending)->s);
}

static int
datagram_connect(struct socket *s, struct rsys_proc *p, const struct rsys_address *a, uint64_t until)
{
	struct local *to = NULL;
	int e = a->family == RSYS_FAMILY_NONE ? 0 : local_find(p, a, RSYS_DATAGRAM, &to);

	(void)until;
	if (e != 0)
		return e;
	kmutex_enter(sockets_lock);
	if (s->closed)
		e = EBADF;
	else if (to != NULL && to->s.closed)
		e = ECONNREFUSED;
	else
		forget_peer(local_of(s));
	if (e == 0 && to != NULL)
		local_datagram_join(local_of(s), to);
	datagram_roomier(s);
	kmutex_exit(sockets_lock);
	if (to != NULL)
		so_put(&to->s);
	return e;
}

static int
datagram_listen(struct socket *s, int backlog)
{
	(void)s;
	(void)backlog;
	return EOPNOTSUPP;
}

static int
datagram_accept(struct socket *s, uint64_t until, struct socket **newp)
{
	(void)s;
	(void)until;
	(void)newp;
	return EOPNOTSUPP;
}

/* L, given up while the name is looked up. The socket that a message goes to, referenced. */
static int
destination(struct local *l, const struct message *m, struct local **top)
{
	int e;

	if (m->to == NULL) {
		*top = l->peer;
		if (l->peer != NULL)
			so_ref(&l->peer->s);
		return l->peer == NULL ? EDESTADDRREQ : 0;
	}
	if (l->peer != NULL)
		return EISCONN;
	kmutex_exit(sockets_lock);
	e = local_find(rumpuser_curlwp()->proc, m->to, RSYS_DATAGRAM, top);
	kmutex_enter(sockets_lock);
	return e;
}

/* L. Why no datagram can go from l to the other, whatever room there is: whoever has a peer receives from it alone. */
static int
cannot_send(const struct local *l, const struct local *to)
{
	if (l->out_end)
		return EPIPE;
	if (to->s.closed)
		return ECONNREFUSED;
	if (to->in_end)
		return EPIPE;
	return to->peer != NULL && to->peer != l ? EPERM : 0;
}

/* L. Waits until a datagram of n bytes can go from l to the other. */
static int
wait_for_room(struct local *l, struct local *to, const struct message *m)
{
	int e = l->s.closed ? EBADF : cannot_send(l, to);

	while (e == 0 && !has_room(to, m->n)) {
		e = so_wait(&l->s, &to->s, m->until);
		if (e == 0)
			e = cannot_send(l, to);
	}
	return e;
}

/* L. */
static int
deliver(struct local *l, struct local *to, const struct message *m)
{
	struct datagram *d = so_alloc(to->s.account, cost(m->n));

	if (d == NULL)
		return ENOBUFS;
	memcpy(d->path, l->path, sizeof(d->path));
	memcpy(d->data, m->out, m->n);
	d->n = m->n;
	link_append(&to->queue, &d->link);
	to->queued += cost(m->n);
	so_changed(&to->s);
	return 0;
}

static int
datagram_send(struct socket *s, const struct message *m, size_t *donep)
{
	struct local *l = local_of(s), *to;
	int e = so_take_error(s);

	if (e == 0)
		e = m->n > s->sndbuf ? EMSGSIZE : destination(l, m, &to);
	if (e != 0)
		return e;
	e = wait_for_room(l, to, m);
	if (e == 0)
		e = deliver(l, to, m);
	if (e == 0)
		*donep = m->n;
	so_put(&to->s);
	return e;
}

/* L. A datagram is received, or lost. */
static void
consume(struct local *l, struct datagram *d)
{
	link_remove(&d->link);
	l->queued -= cost(d->n);
	so_free(l->s.account, d, cost(d->n));
	datagram_roomier(&l->s);
}

/* L. Waits until there is a datagram, or will not be. */
static int
wait_for_datagram(struct local *l, uint64_t until)
{
	int e = 0;

	while (e == 0 && link_empty(&l->queue)) {
		if (l->s.error != 0)
			return so_take_error(&l->s);
		if (l->in_end)
			return 0;
		e = so_wait(&l->s, NULL, until);
	}
	return e;
}

static int
datagram_receive(struct socket *s, const struct message *m, size_t *donep)
{
	struct local *l = local_of(s);
	struct datagram *d;
	int e = wait_for_datagram(l, m->until);

	if (e != 0 || link_empty(&l->queue))
		return e;
	d = container_of(l->queue.next, struct datagram, link);
	*donep = min_u64(m->n, d->n);
	memcpy(m->in, d->data, *donep);
	if (m->from != NULL) {
		*m->from = (struct rsys_address){.family = RSYS_LOCAL};
		memcpy(m->from->path, d->path, sizeof(d->path));
	}
	if (!(m->flags & RSYS_PEEK))
		consume(l, d);
	return 0;
}

static int
datagram_shutdown(struct socket *s, int receive, int send)
{
	struct local *l = local_of(s);

	if (l->peer == NULL)
		return ENOTCONN;
	l->in_end |= receive;
	l->out_end |= send;
	datagram_roomier(s);
	return 0;
}

/* Sending does not wait if there is room for the largest datagram, or if it cannot be. */
static int
datagram_events(struct socket *s)
{
	struct local *l = local_of(s);
	int events = 0;

	if (!link_empty(&l->queue) || l->in_end)
		events |= RSYS_IN;
	if (l->peer == NULL || cannot_send(l, l->peer) != 0 || has_room(l->peer, s->sndbuf))
		events |= RSYS_OUT;
	return events;
}

/* L. Who sent to it has no peer any more. */
static void
end_datagrams(struct local *l)
{
	forget_peer(l);
	while (!link_empty(&l->senders)) {
		struct local *sender = container_of(l->senders.next, struct local, sending);

		forget_peer(sender);
		sender->s.error = ECONNRESET;
		so_changed(&sender->s);
	}
	while (!link_empty(&l->queue))
		consume(l, container_of(l->queue.next, struct datagram, link));
}

static void
datagram_close(struct socket *s)
{
	local_close(local_of(s), end_datagrams);
}

const struct socket_ops local_datagram_ops = {
	.bind = local_bind, .connect = datagram_connect, .listen = datagram_listen, .accept = datagram_accept,
	.send = datagram_send, .receive = datagram_receive, .shutdown = datagram_shutdown, .events = datagram_events,
	.roomier = datagram_roomier, .name = local_name, .peer_name = local_peer_name, .close = datagram_close,
	.free = local_free,
};
