/*
 * Sockets of any family: references, waiting, memory, options, and sockets as files.
 */
#include "socket.h"

#define BUFFER_MAX ((size_t)256 * 1024) /* of sndbuf and rcvbuf */
#define SHARES     4                    /* of all memory that a process may have one of */
#define TIME_MAX   1000000000000000u    /* microseconds; whoever waits longer waits for ever */

kmutex sockets_lock;

static struct {
	size_t used; /* atomic */
	size_t limit;
} memory;

struct account {
	int refs;    /* atomic, as used */
	size_t used;
};

void
so_init(void)
{
	kmutex_init(&sockets_lock);
	memory.limit = kparam("RUMP_SOCKETS_KB", 4096, 64, 1u << 20) * 1024;
}

struct account *
account_create(void)
{
	struct account *a = kmem_zalloc(sizeof(*a));

	if (a != NULL)
		a->refs = 1;
	return a;
}

void
account_put(struct account *a)
{
	if (__atomic_sub_fetch(&a->refs, 1, __ATOMIC_ACQ_REL) == 0)
		kmem_free(a, sizeof(*a));
}

static void
give_back(struct account *a, size_t size)
{
	__atomic_fetch_sub(&a->used, size, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&memory.used, size, __ATOMIC_RELAXED);
}

void *
so_alloc(struct account *a, size_t size)
{
	size_t own = __atomic_add_fetch(&a->used, size, __ATOMIC_RELAXED);
	size_t all = __atomic_add_fetch(&memory.used, size, __ATOMIC_RELAXED);
	void *p = own <= memory.limit / SHARES && all <= memory.limit ? kmem_alloc(size) : NULL;

	if (p == NULL)
		give_back(a, size);
	return p;
}

void
so_free(struct account *a, void *p, size_t size)
{
	kmem_free(p, size);
	give_back(a, size);
}

void
so_start(struct socket *s, const struct socket_ops *ops, int type, struct account *a)
{
	__atomic_fetch_add(&a->refs, 1, __ATOMIC_RELAXED);
	s->account = a;
	s->ops = ops;
	s->type = type;
	s->refs = 1;
	link_init(&s->watchers);
	kcond_init(&s->changed);
}

void
so_put(struct socket *s)
{
	if (__atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	kcond_destroy(s->changed);
	s->ops->free(s);
}

void
so_changed(struct socket *s)
{
	kcond_broadcast(s->changed);
	for (struct link *l = s->watchers.next; l != &s->watchers; l = l->next)
		kcond_broadcast(container_of(l, struct watch, link)->cond);
}

int
so_take_error(struct socket *s)
{
	int e = s->error;

	s->error = 0;
	return e;
}

int
so_wait(struct socket *s, struct socket *other, uint64_t until)
{
	struct watch w = {.cond = s->changed};

	if (until != FOREVER && (until == 0 || kmono() >= until))
		return EAGAIN;
	if (other != NULL)
		link_append(&other->watchers, &w.link);
	kcond_wait_until(s->changed, sockets_lock, until);
	if (other != NULL)
		link_remove(&w.link);
	return s->closed ? EBADF : 0;
}

uint64_t
so_deadline(uint64_t us)
{
	return us > TIME_MAX ? FOREVER : kmono() + us * 1000;
}

/* L. How long a call waits whose time is limited to us microseconds; 0: not. */
static uint64_t
patience(const struct socket *s, int dontwait, uint64_t us)
{
	if (dontwait || s->nonblock)
		return 0;
	return us == 0 ? FOREVER : so_deadline(us);
}

static long
result(int e, size_t done)
{
	return e != 0 && done == 0 ? -e : (long)done;
}

long
so_send(struct socket *s, struct message *m)
{
	size_t done = 0;
	int e;

	kmutex_enter(sockets_lock);
	m->until = patience(s, m->flags & RSYS_DONTWAIT, s->sndtimeo);
	e = s->closed ? EBADF : s->ops->send(s, m, &done);
	kmutex_exit(sockets_lock);
	return result(e, done);
}

long
so_receive(struct socket *s, struct message *m)
{
	size_t done = 0;
	int e;

	kmutex_enter(sockets_lock);
	m->until = patience(s, m->flags & RSYS_DONTWAIT, s->rcvtimeo);
	e = s->closed ? EBADF : s->ops->receive(s, m, &done);
	kmutex_exit(sockets_lock);
	return result(e, done);
}

int
so_accept(struct socket *s, struct socket **newp, struct rsys_address *peer)
{
	int e;

	kmutex_enter(sockets_lock);
	e = s->closed ? EBADF : s->ops->accept(s, patience(s, 0, s->rcvtimeo), newp);
	if (e == 0)
		(*newp)->ops->peer_name(*newp, peer); /* who may have gone already */
	kmutex_exit(sockets_lock);
	return e;
}

int
so_connect(struct socket *s, struct rsys_proc *p, const struct rsys_address *a)
{
	uint64_t until;

	kmutex_enter(sockets_lock);
	until = patience(s, 0, s->sndtimeo);
	kmutex_exit(sockets_lock);
	return s->ops->connect(s, p, a, until);
}

int
so_events(struct socket *s)
{
	if (s->closed)
		return RSYS_INVALID;
	return s->error != 0 ? RSYS_FAILED | RSYS_IN | RSYS_OUT | s->ops->events(s) : s->ops->events(s);
}

long
so_get_option(struct socket *s, int option)
{
	switch (option) {
	case RSYS_OPT_TYPE:
		return s->type;
	case RSYS_OPT_ERROR:
		return so_take_error(s);
	case RSYS_OPT_ACCEPTCONN:
		return s->listening;
	case RSYS_OPT_SNDBUF:
		return (long)s->sndbuf;
	case RSYS_OPT_RCVBUF:
		return (long)s->rcvbuf;
	case RSYS_OPT_SNDTIMEO:
		return (long)s->sndtimeo;
	case RSYS_OPT_RCVTIMEO:
		return (long)s->rcvtimeo;
	case RSYS_OPT_NONBLOCK:
		return s->nonblock;
	}
	return -ENOPROTOOPT;
}

static int
set_buffer(size_t *size, int64_t value)
{
	if (value <= 0 || (size_t)value > BUFFER_MAX)
		return value <= 0 ? EINVAL : ENOBUFS;
	*size = (size_t)value;
	return 0;
}

static int
set_time(uint64_t *us, int64_t value)
{
	if (value < 0)
		return EINVAL;
	*us = (uint64_t)value;
	return 0;
}

int
so_set_option(struct socket *s, int option, int64_t value)
{
	switch (option) {
	case RSYS_OPT_SNDBUF:
		return set_buffer(&s->sndbuf, value);
	case RSYS_OPT_RCVBUF:
		return set_buffer(&s->rcvbuf, value);
	case RSYS_OPT_SNDTIMEO:
		return set_time(&s->sndtimeo, value);
	case RSYS_OPT_RCVTIMEO:
		return set_time(&s->rcvtimeo, value);
	case RSYS_OPT_NONBLOCK:
		if (value != 0 && value != 1)
			return EINVAL;
		s->nonblock = (int)value;
		return 0;
	}
	return ENOPROTOOPT;
}

static long
file_read(struct file *f, void *buf, size_t n)
{
	return so_receive(f->socket, &(struct message){.in = buf, .n = n});
}

static long
file_write(struct file *f, const void *buf, size_t n)
{
	return so_send(f->socket, &(struct message){.out = buf, .n = n});
}

static void
file_stat(struct file *f, struct rsys_stat *st)
{
	(void)f;
	*st = (struct rsys_stat){.mode = S_IFSOCK | 0777, .nlink = 1};
}

static int
file_events(struct file *f)
{
	return so_events(f->socket);
}

static void
file_closed(struct file *f)
{
	f->socket->ops->close(f->socket);
}

static void
file_free(struct file *f)
{
	so_put(f->socket);
}

static const struct file_ops socket_file_ops = {
	.read = file_read, .write = file_write, .stat = file_stat, .events = file_events, .close = file_closed,
	.free = file_free,
};

struct file *
so_file(void)
{
	struct file *f = kmem_zalloc(sizeof(*f));

	if (f != NULL) {
		f->ops = &socket_file_ops;
		f->refs = 1;
	}
	return f;
}
