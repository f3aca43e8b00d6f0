/*
 * Calls on sockets. NetBSD's sockets are made so that nobody gets a signal from them: who sends to a peer that is gone gets an error.
 */
#include "address.h"
#include "proc.h"

#define MICROSECONDS 1000000

/* Result: NetBSD's flags of a new socket, or a negated errno. */
static long
new_flags(int flags)
{
	if (flags & ~RSYS_NONBLOCK)
		return -NB_EINVAL;
	return NB_SOCK_NOSIGPIPE | (flags & RSYS_NONBLOCK ? NB_SOCK_NONBLOCK : 0);
}

/* Result: NetBSD's type of a new socket with its flags, or a negated errno. */
static long
new_type(int family, int type, int flags)
{
	if (family != RSYS_LOCAL && family != RSYS_INET && family != RSYS_INET6)
		return -NB_EAFNOSUPPORT;
	if (type != RSYS_STREAM && type != RSYS_DATAGRAM)
		return -NB_EPROTOTYPE;
	return new_flags(flags) < 0 ? new_flags(flags) : type | new_flags(flags);
}

long
rsys_socket(struct rsys_proc *p, int family, int type, int flags)
{
	long t = new_type(family, type, flags);

	return t < 0 ? t : CALL(p, NB_SOCKET, (uint64_t)family, (uint64_t)t, 0);
}

long
rsys_socketpair(struct rsys_proc *p, int family, int type, int flags, int fds[2])
{
	long t = new_type(family, type, flags);

	return t < 0 ? t : CALL(p, NB_SOCKETPAIR, (uint64_t)family, (uint64_t)t, 0, WORD(fds));
}

long
rsys_bind(struct rsys_proc *p, int fd, const struct rsys_address *a)
{
	struct nb_address address;
	long e = address_to(a, &address);

	return e < 0 ? e : CALL(p, NB_BIND, (uint64_t)fd, WORD(&address), address.len);
}

/* NetBSD lets a local datagram socket listen, which then can do nothing else. */
long
rsys_listen(struct rsys_proc *p, int fd, int backlog)
{
	long type = rsys_getsockopt(p, fd, RSYS_OPT_TYPE);

	if (type != RSYS_STREAM)
		return type < 0 ? type : -NB_EOPNOTSUPP;
	return CALL(p, NB_LISTEN, (uint64_t)fd, (uint64_t)backlog);
}

long
rsys_accept(struct rsys_proc *p, int fd, int flags, struct rsys_address *peer)
{
	struct nb_address address = {0};
	uint32_t bytes = sizeof(address);
	long f = new_flags(flags), e;

	if (f < 0)
		return f;
	e = CALL(p, NB_PACCEPT, (uint64_t)fd, WORD(&address), WORD(&bytes), 0, (uint64_t)f);
	if (e >= 0)
		address_from(&address, bytes, peer);
	return e;
}

/* A datagram socket forgets its peer, and then is told that there is no address of that family. */
long
rsys_connect(struct rsys_proc *p, int fd, const struct rsys_address *a)
{
	struct nb_address address;
	long e = address_to(a, &address);

	if (e == 0)
		e = CALL(p, NB_CONNECT, (uint64_t)fd, WORD(&address), address.len);
	if (e < 0 && a->family == RSYS_FAMILY_NONE && rsys_getsockopt(p, fd, RSYS_OPT_TYPE) == RSYS_DATAGRAM)
		return 0;
	return e;
}

/* Result: NetBSD's flags, or a negated errno if there are others than those that may be. */
static long
message_flags(int flags, int may)
{
	if (flags & ~may)
		return -NB_EINVAL;
	return (flags & RSYS_DONTWAIT ? NB_MSG_DONTWAIT : 0) | (flags & RSYS_PEEK ? NB_MSG_PEEK : 0);
}

long
rsys_send(struct rsys_proc *p, int fd, const void *buf, size_t n, int flags, const struct rsys_address *to)
{
	struct nb_address address = {0};
	long f = message_flags(flags, RSYS_DONTWAIT), e = to != NULL ? address_to(to, &address) : 0;

	if (f < 0 || e < 0)
		return f < 0 ? f : e;
	return CALL(p, NB_SENDTO, (uint64_t)fd, WORD(buf), n, (uint64_t)f, to != NULL ? WORD(&address) : 0, address.len);
}

long
rsys_receive(struct rsys_proc *p, int fd, void *buf, size_t n, int flags, struct rsys_address *from)
{
	struct nb_address address = {0};
	uint32_t bytes = sizeof(address);
	long f = message_flags(flags, RSYS_DONTWAIT | RSYS_PEEK), e;

	if (f < 0)
		return f;
	e = CALL(p, NB_RECVFROM, (uint64_t)fd, WORD(buf), n, (uint64_t)f, from != NULL ? WORD(&address) : 0, WORD(&bytes));
	if (e >= 0 && from != NULL)
		address_from(&address, bytes, from);
	return e;
}

long
rsys_shutdown(struct rsys_proc *p, int fd, int how)
{
	return CALL(p, NB_SHUTDOWN, (uint64_t)fd, (uint64_t)how);
}

static long
name_by(struct rsys_proc *p, int num, int fd, struct rsys_address *out)
{
	struct nb_address address = {0};
	uint32_t bytes = sizeof(address);
	long e = CALL(p, num, (uint64_t)fd, WORD(&address), WORD(&bytes));

	if (e == 0)
		address_from(&address, bytes, out);
	return e;
}

long
rsys_getsockname(struct rsys_proc *p, int fd, struct rsys_address *a)
{
	return name_by(p, NB_GETSOCKNAME, fd, a);
}

long
rsys_getpeername(struct rsys_proc *p, int fd, struct rsys_address *a)
{
	return name_by(p, NB_GETPEERNAME, fd, a);
}

_Static_assert(sizeof(struct rsys_poll) == 8 && offsetof(struct rsys_poll, revents) == 6, "struct pollfd");

/* The caller's structures are the kernel's; events have the same values. */
long
rsys_poll(struct rsys_proc *p, struct rsys_poll *polls, size_t n, int64_t timeout)
{
	struct nb_timespec limit = {timeout / MICROSECONDS, timeout % MICROSECONDS * 1000};
	const uint16_t asked = RSYS_IN | RSYS_OUT, told = asked | RSYS_FAILED | RSYS_HUNG_UP | RSYS_INVALID;
	long e;

	for (size_t i = 0; i < n; i++)
		polls[i].events &= asked;
	e = CALL(p, NB_POLLTS, WORD(polls), n, timeout >= 0 ? WORD(&limit) : 0, 0);
	for (size_t i = 0; i < n; i++)
		polls[i].revents &= told;
	return e;
}
