/*
 * Local sockets: their addresses are names in a file system.
 *
 * A bound socket has the vnode of its name, and the vnode has it (vnode.socket), until it is closed: the name may
 * be gone long before, or stay behind for ever. Everything is guarded by sockets_lock.
 *
 * A connection is two streams that are each other's peer. What is under way lies with whoever receives it. in_end and
 * out_end say that nothing will come any more and nothing can go: because of a shutdown on either side, or as the
 * peer has gone. A connection that nobody has accepted is a stream in the listener's list; its peer may send to it.
 *
 * Datagram sockets may be the peer of many others, their senders, or of none.
 */
#ifndef LOCAL_H
#define LOCAL_H

#include "ring.h"
#include "socket.h"

struct local {
	struct socket s;
	int naming;                     /* a bind is going on */
	struct vnode *vnode;            /* bound to it; referenced; or NULL */
	char path[RSYS_PATH_LOCAL + 1]; /* as it was given to bind, or the listener's; empty: none */
	struct local *peer;             /* or NULL: none, or it has gone */
	int connected;                  /* has, or had, a peer */
	int in_end, out_end;
	/* streams */
	struct ring in;
	struct link pending;            /* of a listener: connections that nobody has accepted */
	int npending, backlog;
	struct local *listener;         /* of such a connection; or NULL */
	struct link waiting;            /* its place in that list */
	/* datagrams */
	struct link queue;              /* of struct datagram */
	size_t queued;                  /* bytes of memory in it */
	struct link senders;            /* whose peer this one is */
	struct link sending;            /* its place in its peer's list */
};

extern const struct socket_ops local_stream_ops, local_datagram_ops;

static inline struct local *local_of(struct socket *s) { return container_of(s, struct local, s); }

/* ENOBUFS. */
int  local_alloc(struct account *, int type, struct local **);
void local_free(struct socket *);

int  local_bind(struct socket *, struct rsys_proc *, const struct rsys_address *);
void local_name(struct socket *, struct rsys_address *);
int  local_peer_name(struct socket *, struct rsys_address *);

/*
 * The socket of some type that has a name, referenced: it may be closed when the lock is taken. ECONNREFUSED: there
 * is none; EPROTOTYPE: it is of another type; and the errors of lookup.
 */
int  local_find(struct rsys_proc *, const struct rsys_address *, int type, struct local **);

/* Closes it. ending: what its type does about it, with the lock held. */
void local_close(struct local *, void (*ending)(struct local *));

/* L. Two that have no peer become each other's. */
void local_stream_join(struct local *, struct local *);
void local_datagram_join(struct local *, struct local *to); /* to is its peer; not the other way */

#endif
