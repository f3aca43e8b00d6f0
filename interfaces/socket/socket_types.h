/*
 * What goes through the session buffer of socket beside data, and the numbers of its arguments. The values are this
 * interface's own; the rump kernel's rsys.h has the same, and the server asserts that they agree.
 */
#ifndef SOCKET_TYPES_H
#define SOCKET_TYPES_H

#include <abi/err.h>
#include <abi/types.h>

enum socket_family {
	SOCKET_NONE  = 0,
	SOCKET_LOCAL = 1, /* between processes of one rump kernel; addresses are paths of its file system */
	SOCKET_INET  = 2, /* IPv4: TCP for streams, UDP for datagrams */
	SOCKET_INET6 = 24, /* IPv6 */
};

enum socket_type {
	SOCKET_STREAM   = 1, /* bytes in order, with an end */
	SOCKET_DATAGRAM = 2, /* messages, each whole */
};

#define SOCKET_PATH_MAX 103 /* without its terminating zero */

/* Fields that the family does not have are ignored, and zero in what the server writes. */
struct socket_address {
	u16 family;  /* enum socket_family */
	u16 port;    /* INET, INET6: as a number; 0: any */
	u32 scope;   /* INET6: number of the interface of a link-local address, otherwise 0 */
	u8 host[16]; /* INET: the first four bytes, INET6: all, as they are written from left to right; zeros: any */
	char path[SOCKET_PATH_MAX + 1]; /* LOCAL: terminated with a zero; empty: the socket has no name */
};

enum socket_flag { /* of a new socket */
	SOCKET_NONBLOCK = 1, /* as the option SOCKET_OPT_NONBLOCK */
};

enum socket_message { /* flags of sending and receiving */
	SOCKET_DONTWAIT = 1, /* this call does not block */
	SOCKET_PEEK     = 2, /* receiving: what is received stays there */
	SOCKET_ADDRESS  = 4, /* there is an address at offset 0, or shall be */
};

enum socket_how {
	SOCKET_SHUT_RECEIVE = 0, SOCKET_SHUT_SEND = 1, SOCKET_SHUT_BOTH = 2,
};

enum socket_option {
	SOCKET_OPT_TYPE        = 1,  /* get: enum socket_type */
	SOCKET_OPT_ERROR       = 2,  /* get: errno of what went wrong meanwhile, and forgets it */
	SOCKET_OPT_ACCEPTCONN  = 3,  /* get: 1 if it listens */
	SOCKET_OPT_SNDBUF      = 4,  /* bytes that may be under way */
	SOCKET_OPT_RCVBUF      = 5,  /* bytes that may wait to be received */
	SOCKET_OPT_SNDTIMEO    = 6,  /* microseconds for which a sender blocks, then -EAGAIN; 0: no limit */
	SOCKET_OPT_RCVTIMEO    = 7,  /* the same of whoever receives or accepts */
	SOCKET_OPT_NONBLOCK    = 8,  /* 1: no call on it blocks */
	SOCKET_OPT_REUSEADDR   = 9,  /* INET, INET6: 1: bind takes an address of which old connections remain */
	SOCKET_OPT_KEEPALIVE   = 10, /* INET, INET6 streams: 1: a silent peer is asked whether it is there */
	SOCKET_OPT_NODELAY     = 11, /* INET, INET6 streams: 1: nothing waits to be sent together with more */
	SOCKET_OPT_BROADCAST   = 12, /* INET datagrams: 1: may be sent to everybody */
	SOCKET_OPT_V6ONLY      = 13, /* INET6: 1: no IPv4 through it */
};

enum socket_event {
	SOCKET_IN       = 0x01, /* receiving or accepting would not block */
	SOCKET_OUT      = 0x04, /* sending would not block */
	SOCKET_FAILED   = 0x08, /* result only: SOCKET_OPT_ERROR has one */
	SOCKET_HUNG_UP  = 0x10, /* result only: the connection has ended in both directions */
	SOCKET_INVALID  = 0x20, /* result only: no such descriptor */
};

struct socket_poll {
	s32 fd;      /* negative: left out */
	u16 events;  /* asked for */
	u16 revents; /* result */
};

#define SOCKET_POLL_MAX 128
#define SOCKET_FOREVER  ((word_t)-1)

_Static_assert(sizeof(struct socket_address) == 128, "socket_address layout");
_Static_assert(sizeof(struct socket_poll) == 8, "socket_poll layout");

/* Errors that only sockets know: NetBSD's numbers, as those of abi/err.h. */
enum socket_error {
	EMFILE          = 24, /* the process has no descriptor left */
	EPIPE           = 32, /* nobody can receive any more */
	EINPROGRESS     = 36, /* connecting goes on without the caller */
	EALREADY        = 37, /* and still does */
	ENOTSOCK        = 38,
	EDESTADDRREQ    = 39,
	EMSGSIZE        = 40, /* the datagram is larger than any can be */
	EPROTOTYPE      = 41, /* the socket, or the one at the address, is of another type */
	ENOPROTOOPT     = 42,
	EOPNOTSUPP      = 45, /* nothing that such a socket can do */
	EAFNOSUPPORT    = 47,
	EADDRINUSE      = 48,
	EADDRNOTAVAIL   = 49, /* no such address on this machine */
	ENETUNREACH     = 51,
	ECONNABORTED    = 53,
	ECONNRESET      = 54, /* the peer went away with something unread */
	ENOBUFS         = 55,
	EISCONN         = 56,
	ENOTCONN        = 57,
	ECONNREFUSED    = 61, /* nobody listens */
	EHOSTUNREACH    = 65,
};

#endif
