/*
 * Sockets: what all families have in common, and what a family does.
 *
 * One lock guards all sockets, because whatever happens concerns two of them. It is held while bytes are copied, and
 * given up by whoever waits.
 *
 *   open --its descriptor goes: close()--> closed --last reference--> freed
 *
 * Calls that are going on when the descriptor goes hold references; they wake up and end with EBADF. What can change
 * for whoever waits is announced by so_changed: to those who wait on the socket itself, and to watchers, who
 * wait on a condition of their own.
 *
 * Functions begin with so_: names that begin with socket_ belong to the interface, which lives in the same program.
 */
#ifndef SOCKET_H
#define SOCKET_H

#include "proc.h"

struct message {
	void *in;        /* one of the two */
	const void *out;
	size_t n;
	int flags;                     /* enum rsys_message */
	const struct rsys_address *to; /* NULL: to whom it is connected */
	struct rsys_address *from;     /* result; or NULL */
	uint64_t until;                /* how long the caller waits: see so_wait */
};

/*
 * What a family does. L: the lock is held, but may be given up for a while. Errors are POSIX's; EAGAIN if it would
 * have to wait longer than until. What was sent or received counts more than an error: *donep.
 */
struct socket_ops {
	int  (*bind)(struct socket *, struct rsys_proc *, const struct rsys_address *);
	int  (*connect)(struct socket *, struct rsys_proc *, const struct rsys_address *, uint64_t until);
	int  (*listen)(struct socket *, int backlog); /* L */
	/* L. The result is a new socket, referenced. */
	int  (*accept)(struct socket *, uint64_t until, struct socket **);
	int  (*send)(struct socket *, const struct message *, size_t *donep);    /* L */
	int  (*receive)(struct socket *, const struct message *, size_t *donep); /* L */
	int  (*shutdown)(struct socket *, int receive, int send);                /* L */
	int  (*events)(struct socket *);                           /* L. enum rsys_event, those that are */
	void (*roomier)(struct socket *); /* L. It may take more than before: tells those who wait to send to it */
	void (*name)(struct socket *, struct rsys_address *);      /* L */
	/* L. ENOTCONN, and the address is that of a socket without a name. */
	int  (*peer_name)(struct socket *, struct rsys_address *);
	void (*close)(struct socket *);                            /* sets closed, and tells the peer */
	void (*free)(struct socket *);
};

struct socket {
	const struct socket_ops *ops; /* constant, as type */
	int type;                     /* enum rsys_socket_type */
	struct account *account;      /* constant, referenced: who pays for what it holds */
	int refs;                     /* atomic */
	/* guarded by sockets_lock */
	kcond changed;
	struct link watchers;         /* of struct watch */
	int closed;
	int listening;
	int nonblock;
	int error;                    /* what went wrong while nobody asked, or 0 */
	size_t sndbuf, rcvbuf;        /* bytes */
	uint64_t sndtimeo, rcvtimeo;  /* microseconds; 0: no limit */
};

struct watch {
	struct link link;
	kcond cond; /* the watcher's */
};

extern kmutex sockets_lock;

void so_init(void);

/*
 * For families: fills in what is common of a new socket, zeroed, with one reference. When the family frees it, it puts
 * the account.
 */
void so_start(struct socket *, const struct socket_ops *, int type, struct account *);

static inline void
so_ref(struct socket *s)
{
	__atomic_fetch_add(&s->refs, 1, __ATOMIC_RELAXED);
}

void so_put(struct socket *); /* with the lock or without */

/* L. */
void so_changed(struct socket *);
void so_tell(struct link *watchers);
int  so_take_error(struct socket *); /* and forgets it */

/*
 * L. Waits until s, or also another that it depends on (referenced; or NULL), has changed. until: a moment of kmono,
 * FOREVER, or 0, which is over. Result: 0; EAGAIN: it is over; EBADF: s is closed.
 */
int  so_wait(struct socket *s, struct socket *other, uint64_t until);

/* A moment so many microseconds from now. */
uint64_t so_deadline(uint64_t us);

/*
 * socket_memory.c. Memory for sockets and what waits in them to be received. All have RUMP_SOCKETS_KB of it, and each process, to whose
 * account it goes, a quarter of that. NULL: it is used up.
 */
void  so_memory_init(void);
void *so_alloc(struct account *, size_t);
void  so_free(struct account *, void *, size_t);

/* A file for a socket, which is still to be filled in, with a reference. NULL: no memory. */
struct file *so_file(void);

/* The system calls' side. Results: bytes, a value, or a negated errno. */
long so_send(struct socket *, struct message *);
long so_receive(struct socket *, struct message *);
int  so_accept(struct socket *, struct socket **, struct rsys_address *peer);
int  so_connect(struct socket *, struct rsys_proc *, const struct rsys_address *);
long so_get_option(struct socket *, int option);                 /* L, as those below */
int  so_set_option(struct socket *, int option, int64_t value);
int  so_events(struct socket *);

/* poll.c. Whoever polls for the process comes back: perhaps it waits for no socket that could end that. */
void poll_abandon(struct rsys_proc *);

/* local.c. A new local socket, and two that are connected. EPROTOTYPE, ENOBUFS. */
int local_create(struct account *, int type, struct socket **);
int local_pair(struct account *, int type, struct socket *pair[2]);

#endif
