/*
 * System calls on sockets. Each enters the kernel, finds the descriptor's socket, and leaves.
 */
#include "socket.h"

struct use {
	struct lwp lwp;
	struct file *file;
	struct socket *s;
};

/* Result: 0; or a negated errno, and then it is over. */
static long
begin(struct use *u, struct rsys_proc *p, int fd)
{
	long e = 0;

	kernel_enter(&u->lwp, p);
	u->file = file_get(p, fd);
	if (u->file == NULL)
		e = -EBADF;
	else if (u->file->socket == NULL)
		e = -ENOTSOCK;
	else
		u->s = u->file->socket;
	if (e == -ENOTSOCK)
		file_put(u->file);
	if (e != 0)
		kernel_leave(&u->lwp);
	return e;
}

static long
end(struct use *u, long result)
{
	file_put(u->file);
	kernel_leave(&u->lwp);
	return result;
}

/*
 * A descriptor and a file for a socket to come: it is taken, so that nothing is in the way once there is one. Result:
 * the descriptor, or a negated errno.
 */
static long
prepare(struct rsys_proc *p, struct file **fp)
{
	struct file *f = so_file();
	long fd;

	if (f == NULL)
		return -ENOMEM;
	fd = file_reserve(p);
	if (fd < 0)
		kmem_free(f, sizeof(*f));
	*fp = f;
	return fd;
}

/* There is none. */
static void
cancel(struct rsys_proc *p, long fd, struct file *f)
{
	file_fill(p, fd, NULL);
	kmem_free(f, sizeof(*f));
}

/* There is one, and the reference to it goes to the file. */
static void
provide(struct rsys_proc *p, long fd, struct file *f, struct socket *s, int flags)
{
	s->nonblock = (flags & RSYS_NONBLOCK) != 0; /* nobody else has it yet */
	f->socket = s;
	file_fill(p, fd, f);
}

static int
check_new(int family, int flags)
{
	return family != RSYS_LOCAL ? EAFNOSUPPORT : flags & ~RSYS_NONBLOCK ? EINVAL : 0;
}

static long
do_socket(struct rsys_proc *p, int type, int flags)
{
	struct socket *s;
	struct file *f;
	long fd = prepare(p, &f), e;

	if (fd < 0)
		return fd;
	e = -local_create(p->account, type, &s);
	if (e == 0)
		provide(p, fd, f, s, flags);
	else
		cancel(p, fd, f);
	return e == 0 ? fd : e;
}

long
rsys_socket(struct rsys_proc *p, int family, int type, int flags)
{
	struct lwp l;
	long r = -check_new(family, flags);

	if (r != 0)
		return r;
	kernel_enter(&l, p);
	r = do_socket(p, type, flags);
	kernel_leave(&l);
	return r;
}

static long
do_socketpair(struct rsys_proc *p, int type, int flags, int fds[2])
{
	struct socket *pair[2];
	struct file *f[2];
	long fd[2], e;

	fd[0] = prepare(p, &f[0]);
	if (fd[0] < 0)
		return fd[0];
	fd[1] = prepare(p, &f[1]);
	e = fd[1] < 0 ? fd[1] : -local_pair(p->account, type, pair);
	for (int i = 0; i < 2 && fd[i] >= 0; i++) {
		fds[i] = (int)fd[i];
		if (e == 0)
			provide(p, fd[i], f[i], pair[i], flags);
		else
			cancel(p, fd[i], f[i]);
	}
	return e;
}

long
rsys_socketpair(struct rsys_proc *p, int family, int type, int flags, int fds[2])
{
	struct lwp l;
	long r = -check_new(family, flags);

	if (r != 0)
		return r;
	kernel_enter(&l, p);
	r = do_socketpair(p, type, flags, fds);
	kernel_leave(&l);
	return r;
}

long
rsys_bind(struct rsys_proc *p, int fd, const struct rsys_address *a)
{
	struct use u;
	long e = begin(&u, p, fd);

	return e != 0 ? e : end(&u, -u.s->ops->bind(u.s, p, a));
}

long
rsys_listen(struct rsys_proc *p, int fd, int backlog)
{
	struct use u;
	long e = begin(&u, p, fd);

	if (e != 0)
		return e;
	kmutex_enter(sockets_lock);
	e = u.s->closed ? -EBADF : -u.s->ops->listen(u.s, backlog);
	kmutex_exit(sockets_lock);
	return end(&u, e);
}

static long
do_accept(struct rsys_proc *p, struct socket *s, int flags, struct rsys_address *peer)
{
	struct socket *new;
	struct file *f;
	long fd = prepare(p, &f), e;

	if (fd < 0)
		return fd;
	e = -so_accept(s, &new, peer);
	if (e == 0)
		provide(p, fd, f, new, flags);
	else
		cancel(p, fd, f);
	return e == 0 ? fd : e;
}

long
rsys_accept(struct rsys_proc *p, int fd, int flags, struct rsys_address *peer)
{
	struct use u;
	long e = begin(&u, p, fd);

	return e != 0 ? e : end(&u, flags & ~RSYS_NONBLOCK ? -EINVAL : do_accept(p, u.s, flags, peer));
}

long
rsys_connect(struct rsys_proc *p, int fd, const struct rsys_address *a)
{
	struct use u;
	long e = begin(&u, p, fd);

	return e != 0 ? e : end(&u, -so_connect(u.s, p, a));
}

long
rsys_send(struct rsys_proc *p, int fd, const void *buf, size_t n, int flags, const struct rsys_address *to)
{
	struct message m = {.out = buf, .n = n, .flags = flags, .to = to};
	struct use u;
	long e = begin(&u, p, fd);

	return e != 0 ? e : end(&u, flags & ~RSYS_DONTWAIT ? -EINVAL : so_send(u.s, &m));
}

long
rsys_receive(struct rsys_proc *p, int fd, void *buf, size_t n, int flags, struct rsys_address *from)
{
	struct message m = {.in = buf, .n = n, .flags = flags, .from = from};
	struct use u;
	long e = begin(&u, p, fd);

	return e != 0 ? e : end(&u, flags & ~(RSYS_DONTWAIT | RSYS_PEEK) ? -EINVAL : so_receive(u.s, &m));
}

long
rsys_shutdown(struct rsys_proc *p, int fd, int how)
{
	struct use u;
	long e = begin(&u, p, fd);

	if (e != 0)
		return e;
	kmutex_enter(sockets_lock);
	if (how < RSYS_SHUT_RECEIVE || how > RSYS_SHUT_BOTH)
		e = -EINVAL;
	else
		e = u.s->closed ? -EBADF : -u.s->ops->shutdown(u.s, how != RSYS_SHUT_SEND, how != RSYS_SHUT_RECEIVE);
	kmutex_exit(sockets_lock);
	return end(&u, e);
}

long
rsys_getsockopt(struct rsys_proc *p, int fd, int option)
{
	struct use u;
	long r = begin(&u, p, fd);

	if (r != 0)
		return r;
	kmutex_enter(sockets_lock);
	r = so_get_option(u.s, option);
	kmutex_exit(sockets_lock);
	return end(&u, r);
}

long
rsys_setsockopt(struct rsys_proc *p, int fd, int option, int64_t value)
{
	struct use u;
	long e = begin(&u, p, fd);

	if (e != 0)
		return e;
	kmutex_enter(sockets_lock);
	e = -so_set_option(u.s, option, value);
	so_changed(u.s);
	kmutex_exit(sockets_lock);
	return end(&u, e);
}

long
rsys_getsockname(struct rsys_proc *p, int fd, struct rsys_address *a)
{
	struct use u;
	long e = begin(&u, p, fd);

	if (e != 0)
		return e;
	kmutex_enter(sockets_lock);
	u.s->ops->name(u.s, a);
	kmutex_exit(sockets_lock);
	return end(&u, 0);
}

long
rsys_getpeername(struct rsys_proc *p, int fd, struct rsys_address *a)
{
	struct use u;
	long e = begin(&u, p, fd);

	if (e != 0)
		return e;
	kmutex_enter(sockets_lock);
	e = -u.s->ops->peer_name(u.s, a);
	kmutex_exit(sockets_lock);
	return end(&u, e);
}
