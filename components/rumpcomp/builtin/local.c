/*
 * Local sockets: making, naming, finding and closing them.
 */
#include "local.h"

#define STREAM_BYTES   ((size_t)32 * 1024) /* that may be under way */
#define DATAGRAM_BYTES ((size_t)8 * 1024)  /* of the largest datagram */
#define QUEUE_BYTES    ((size_t)32 * 1024) /* of those that nobody has received */

int
local_alloc(struct account *a, int type, struct local **lp)
{
	struct local *l;

	if (type != RSYS_STREAM && type != RSYS_DATAGRAM)
		return EPROTOTYPE;
	l = so_alloc(a, sizeof(*l));
	if (l == NULL)
		return ENOBUFS;
	*l = (struct local){0};
	so_start(&l->s, type == RSYS_STREAM ? &local_stream_ops : &local_datagram_ops, type, a);
	l->s.sndbuf = type == RSYS_STREAM ? STREAM_BYTES : DATAGRAM_BYTES;
	l->s.rcvbuf = type == RSYS_STREAM ? STREAM_BYTES : QUEUE_BYTES;
	l->in.account = a;
	link_init(&l->pending);
	link_init(&l->waiting);
	link_init(&l->queue);
	link_init(&l->senders);
	link_init(&l->sending);
	*lp = l;
	return 0;
}

void
local_free(struct socket *s)
{
	struct account *a = s->account;

	ring_free(&local_of(s)->in);
	so_free(a, local_of(s), sizeof(struct local));
	account_put(a);
}

int
local_create(struct account *a, int type, struct socket **sp)
{
	struct local *l;
	int e = local_alloc(a, type, &l);

	if (e == 0)
		*sp = &l->s;
	return e;
}

int
local_pair(struct account *a, int type, struct socket *pair[2])
{
	struct local *one, *other;
	int e = local_alloc(a, type, &one);

	if (e != 0)
		return e;
	e = local_alloc(a, type, &other);
	if (e != 0) {
		so_put(&one->s);
		return e;
	}
	kmutex_enter(sockets_lock);
	if (type == RSYS_STREAM) {
		local_stream_join(one, other);
	} else {
		local_datagram_join(one, other);
		local_datagram_join(other, one);
	}
	kmutex_exit(sockets_lock);
	pair[0] = &one->s;
	pair[1] = &other->s;
	return 0;
}

/* L. May it get a name now? */
static int
begin_naming(struct local *l)
{
	if (l->s.closed)
		return EBADF;
	if (l->naming || l->vnode != NULL)
		return EINVAL;
	l->naming = 1;
	return 0;
}

/* L. Takes the vnode over, or not. */
static int
end_naming(struct local *l, struct vnode *v, const char *path)
{
	l->naming = 0;
	if (v == NULL || l->s.closed)
		return EBADF;
	memcpy(l->path, path, strlen(path) + 1);
	l->vnode = v;
	v->socket = &l->s;
	return 0;
}

/* The lock is given up while the file system makes the name. */
int
local_bind(struct socket *s, struct rsys_proc *p, const struct rsys_address *a)
{
	struct vnode *v = NULL;
	int e, named;

	if (a->family != RSYS_LOCAL)
		return EAFNOSUPPORT;
	kmutex_enter(sockets_lock);
	e = begin_naming(local_of(s));
	kmutex_exit(sockets_lock);
	if (e != 0)
		return e;
	e = path_make(p, a->path, S_IFSOCK | proc_mask(p, 0777), NULL, &v);
	kmutex_enter(sockets_lock);
	named = end_naming(local_of(s), e == 0 ? v : NULL, a->path);
	kmutex_exit(sockets_lock);
	if (e == 0 && named != 0)
		vnode_release(v);
	return e == EEXIST ? EADDRINUSE : e != 0 ? e : named;
}

void
local_name(struct socket *s, struct rsys_address *a)
{
	*a = (struct rsys_address){.family = RSYS_LOCAL};
	memcpy(a->path, local_of(s)->path, sizeof(a->path));
}

int
local_peer_name(struct socket *s, struct rsys_address *a)
{
	struct local *peer = local_of(s)->peer;

	*a = (struct rsys_address){.family = RSYS_LOCAL};
	if (peer != NULL)
		local_name(&peer->s, a);
	return peer == NULL ? ENOTCONN : 0;
}

/* L. */
static int
take_bound(struct vnode *v, int type, struct local **lp)
{
	struct socket *s = v->socket;

	if (s == NULL)
		return ECONNREFUSED;
	if (s->type != type)
		return EPROTOTYPE;
	so_ref(s);
	*lp = local_of(s);
	return 0;
}

/* Whoever may write to a socket's file may connect to it. */
int
local_find(struct rsys_proc *p, const struct rsys_address *a, int type, struct local **lp)
{
	struct lookup l;
	int e;

	if (a->family != RSYS_LOCAL)
		return EAFNOSUPPORT;
	e = lookup(&l, p, a->path, LOOKUP_FOLLOW);
	if (e != 0)
		return e;
	krw_read(l.v->lock);
	e = vnode_type(l.v) != S_IFSOCK ? ECONNREFUSED : vnode_access(l.v, &l.cred, ACCESS_WRITE);
	krw_exit(l.v->lock);
	if (e == 0) {
		kmutex_enter(sockets_lock);
		e = take_bound(l.v, type, lp);
		kmutex_exit(sockets_lock);
	}
	lookup_end(&l);
	return e;
}

void
local_close(struct local *l, void (*ending)(struct local *))
{
	struct vnode *v;

	kmutex_enter(sockets_lock);
	l->s.closed = 1;
	ending(l);
	v = l->vnode;
	l->vnode = NULL;
	if (v != NULL)
		v->socket = NULL;
	so_changed(&l->s);
	kmutex_exit(sockets_lock);
	if (v != NULL)
		vnode_release(v);
}
