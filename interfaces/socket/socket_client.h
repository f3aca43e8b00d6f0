/*
 * Sockets for programs: functions with POSIX's arguments, made of the invocations in socket.h. Results are 0 or
 * more, or a negated errno (kernel/abi/err.h, socket_types.h); -ENOMEM also without a session buffer.
 *
 * Each thread has a session buffer of its own, opened when it first calls one of these. A stream's transfers may
 * be of any length: they go in parts, and what was sent before an error counts as the result. A datagram has to fit
 * into the buffer: any of UDP does, unless sock_set_buffer made it smaller.
 */
#ifndef SOCKET_CLIENT_H
#define SOCKET_CLIENT_H

#include <abi/types.h>
#include <socket/socket_types.h>

/* Pages of the session buffer that a thread opens: before its first call. 1 to 64; 17 if never called. */
void sock_set_buffer(word_t pages);

/* Addresses. -ENAMETOOLONG: the path has more than SOCKET_PATH_MAX bytes. */
long sock_path(struct socket_address *, const char *path);

/* family: SOCKET_INET or SOCKET_INET6. */
void sock_loopback(struct socket_address *, int family, unsigned port);

long sock_open(int family, int type, unsigned flags);
long sock_pair(int family, int type, unsigned flags, int fds[2]);
long sock_bind(int fd, const struct socket_address *);
long sock_listen(int fd, int backlog);
long sock_accept(int fd, unsigned flags, struct socket_address *peer); /* peer: or NULL */
long sock_connect(int fd, const struct socket_address *);

/* A blocking stream sends all, or as much as it could before an error. -EMSGSIZE: the datagram is above the buffer. */
long sock_send(int fd, const void *from, word_t n, unsigned flags);
long sock_sendto(int fd, const void *from, word_t n, unsigned flags, const struct socket_address *to);

/* What is there, at most n bytes and at most a buffer. */
long sock_receive(int fd, void *to, word_t n, unsigned flags);
long sock_receivefrom(int fd, void *to, word_t n, unsigned flags, struct socket_address *from);

long sock_shutdown(int fd, int how);
long sock_poll(struct socket_poll *, word_t n, s64 timeout_us); /* negative: without a limit */
long sock_getopt(int fd, int option);
long sock_setopt(int fd, int option, word_t value);
long sock_getname(int fd, struct socket_address *);
long sock_getpeer(int fd, struct socket_address *);
long sock_close(int fd);

#endif
