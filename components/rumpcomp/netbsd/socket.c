/*
 * Sockets: not yet. Every call says so.
 */
#include "../rsys.h"
#include "rump.h"

long
rsys_socket(struct rsys_proc *p, int family, int type, int flags)
{
	(void)p, (void)family, (void)type, (void)flags;
	return -NB_ENOSYS;
}

long
rsys_socketpair(struct rsys_proc *p, int family, int type, int flags, int fds[2])
{
	(void)p, (void)family, (void)type, (void)flags, (void)fds;
	return -NB_ENOSYS;
}

long
rsys_bind(struct rsys_proc *p, int fd, const struct rsys_address *a)
{
	(void)p, (void)fd, (void)a;
	return -NB_ENOSYS;
}

long
rsys_listen(struct rsys_proc *p, int fd, int backlog)
{
	(void)p, (void)fd, (void)backlog;
	return -NB_ENOSYS;
}

long
rsys_accept(struct rsys_proc *p, int fd, int flags, struct rsys_address *peer)
{
	(void)p, (void)fd, (void)flags, (void)peer;
	return -NB_ENOSYS;
}

long
rsys_connect(struct rsys_proc *p, int fd, const struct rsys_address *a)
{
	(void)p, (void)fd, (void)a;
	return -NB_ENOSYS;
}

long
rsys_send(struct rsys_proc *p, int fd, const void *buf, size_t n, int flags, const struct rsys_address *to)
{
	(void)p, (void)fd, (void)buf, (void)n, (void)flags, (void)to;
	return -NB_ENOSYS;
}

long
rsys_receive(struct rsys_proc *p, int fd, void *buf, size_t n, int flags, struct rsys_address *from)
{
	(void)p, (void)fd, (void)buf, (void)n, (void)flags, (void)from;
	return -NB_ENOSYS;
}

long
rsys_shutdown(struct rsys_proc *p, int fd, int how)
{
	(void)p, (void)fd, (void)how;
	return -NB_ENOSYS;
}

long
rsys_poll(struct rsys_proc *p, struct rsys_poll *polls, size_t n, int64_t timeout)
{
	(void)p, (void)polls, (void)n, (void)timeout;
	return -NB_ENOSYS;
}

long
rsys_getsockopt(struct rsys_proc *p, int fd, int option)
{
	(void)p, (void)fd, (void)option;
	return -NB_ENOSYS;
}

long
rsys_setsockopt(struct rsys_proc *p, int fd, int option, int64_t value)
{
	(void)p, (void)fd, (void)option, (void)value;
	return -NB_ENOSYS;
}

long
rsys_getsockname(struct rsys_proc *p, int fd, struct rsys_address *a)
{
	(void)p, (void)fd, (void)a;
	return -NB_ENOSYS;
}

long
rsys_getpeername(struct rsys_proc *p, int fd, struct rsys_address *a)
{
	(void)p, (void)fd, (void)a;
	return -NB_ENOSYS;
}
