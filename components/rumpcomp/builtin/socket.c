/*
 * Sockets of any family: references, waiting, the calls, and sockets as files.
 */
#include "socket.h"

#define TIME_MAX 1000000000000000u /* microseconds; whoever waits longer waits for ever */

kmutex sockets_lock;

void
so_init(void)
{
	kmutex_init(&sockets_lock);
	so_memory_init();
}

void
so_start(struct socket *s, const struct socket_ops *ops, int type, struct account *a)
{
	account_ref(a);
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
so_tell(struct link *watchers)
{
	for (struct link *l = watchers->next; l != watchers; l = l->next)
		kcond_broadcast(container_of(l, struct watch, link)->cond);
}

void
so_changed(struct socket *s)
{
	kcond_broadcast(s->changed);
	so_tell(&s->watchers);
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
