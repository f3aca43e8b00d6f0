/*
 * Waiting for several descriptors.
 *
 * Whoever waits has a condition of its own, and watches every socket and its process while it waits. It holds
 * references to the files, so that sockets whose descriptors go are still there to say so.
 */
#include "socket.h"

struct polled {
	struct file *file; /* referenced; NULL: no such descriptor, or left out */
	struct watch watch;
};

/* L. What one has that was asked for, or is told in any case. */
static int
look_at(const struct rsys_poll *want, const struct polled *p)
{
	const int always = RSYS_FAILED | RSYS_HUNG_UP | RSYS_INVALID;

	if (want->fd < 0)
		return 0;
	if (p->file == NULL)
		return RSYS_INVALID;
	return p->file->ops->events(p->file) & (want->events | always);
}

/* L. Result: how many have something. */
static long
look(struct rsys_poll *polls, const struct polled *polled, size_t n)
{
	long found = 0;

	for (size_t i = 0; i < n; i++) {
		polls[i].revents = (uint16_t)look_at(&polls[i], &polled[i]);
		found += polls[i].revents != 0;
	}
	return found;
}

/* L. */
static void
watch(struct polled *polled, size_t n, kcond cond)
{
	for (size_t i = 0; i < n; i++) {
		link_init(&polled[i].watch.link);
		polled[i].watch.cond = cond;
		if (polled[i].file != NULL && polled[i].file->socket != NULL)
			link_append(&polled[i].file->socket->watchers, &polled[i].watch.link);
	}
}

/* L. Looks again whenever something changes. */
static long
look_until(struct rsys_proc *p, struct rsys_poll *polls, struct polled *polled, size_t n, uint64_t until)
{
	struct watch own;
	long found = 0;

	kcond_init(&own.cond);
	link_append(&p->polls, &own.link);
	watch(polled, n, own.cond);
	while (found == 0 && !p->abandoned && (until == FOREVER || kmono() < until)) {
		kcond_wait_until(own.cond, sockets_lock, until);
		found = look(polls, polled, n);
	}
	for (size_t i = 0; i < n; i++)
		link_remove(&polled[i].watch.link);
	link_remove(&own.link);
	kcond_destroy(own.cond);
	return found;
}

void
poll_abandon(struct rsys_proc *p)
{
	kmutex_enter(sockets_lock);
	p->abandoned = 1;
	so_tell(&p->polls);
	kmutex_exit(sockets_lock);
}

static long
do_poll(struct rsys_proc *p, struct rsys_poll *polls, size_t n, uint64_t until)
{
	struct polled *polled = kmem_zalloc((n + 1) * sizeof(*polled));
	long found;

	if (polled == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		polled[i].file = file_get(p, polls[i].fd);
	kmutex_enter(sockets_lock);
	found = look(polls, polled, n);
	if (found == 0 && until != 0)
		found = look_until(p, polls, polled, n, until);
	kmutex_exit(sockets_lock);
	for (size_t i = 0; i < n; i++) {
		if (polled[i].file != NULL)
			file_put(polled[i].file);
	}
	kmem_free(polled, (n + 1) * sizeof(*polled));
	return found;
}

long
rsys_poll(struct rsys_proc *p, struct rsys_poll *polls, size_t n, int64_t timeout)
{
	struct lwp l;
	long r;

	if (n > FILES_MAX)
		return -EINVAL;
	kernel_enter(&l, p);
	r = do_poll(p, polls, n, timeout < 0 ? FOREVER : timeout == 0 ? 0 : so_deadline((uint64_t)timeout));
	kernel_leave(&l);
	return r;
}
