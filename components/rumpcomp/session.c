/*
 * Sessions and processes of clients.
 */
#include "session.h"

#include <abi/err.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <mem/mem.h>

#include "rumpuser/qlock.h"
#include "rumpuser/waitq.h"

#define SESSIONS 128 /* for the threads that can be inside, of which each has a stack, one for each interface */
#define CLIENTS  32

static struct qlock lock; /* guards everything below */
static struct session sessions[SESSIONS];
static struct client {
	word_t id;              /* 0 = none */
	struct rsys_proc *proc; /* of a dead one: NULL when it has ended */
	enum { ALIVE, DEAD, ABANDONED } state; /* ABANDONED: whoever is the last inside ends the process */
} clients[CLIENTS];
static int abandoned;      /* how many of them are */
static int admitted;
static struct waitq early; /* who came before that */

void
session_admit(void)
{
	struct waiter *all;

	qlock_enter(&lock);
	admitted = 1;
	all = waitq_take_all(&early);
	qlock_exit(&lock);
	waiter_wake_list(all);
}

static void
wait_for_admission(void)
{
	struct waiter w;
	int wait;

	qlock_enter(&lock);
	wait = !admitted;
	if (wait)
		waitq_add(&early, &w, 0);
	qlock_exit(&lock);
	if (wait)
		waiter_wait(&w, BRIDGE_FOREVER);
}

/* A number, and the character behind it. */
static u32
take_number(const char **text)
{
	u32 n = 0;

	while (**text >= '0' && **text <= '9')
		n = n * 10 + (u32)(*(*text)++ - '0');
	return n;
}

/* As whom a client comes: the composer has checked what the script says, "uid:gid,group,...". */
static long
become_user(struct rsys_proc *p, word_t client)
{
	struct rsys_cred c = {0};
	const char *text;
	char key[NAME_LEN];

	cos_snprintf(key, sizeof(key), "user.%lu", client);
	text = cos_param(key);
	if (text == NULL)
		return -EACCES;
	c.uid = take_number(&text);
	text++;
	c.gid = take_number(&text);
	while (*text++ != 0 && c.ngroups < RSYS_GROUPS_MAX)
		c.groups[c.ngroups++] = take_number(&text);
	return rsys_proc_setcred(p, &c);
}

static struct rsys_proc *
proc_create(word_t client)
{
	struct rsys_proc *p = rsys_proc_create();

	if (p != NULL && become_user(p, client) < 0) {
		rsys_proc_destroy(p);
		return NULL;
	}
	return p;
}

/* The place of a client's process, or of none (0). NULL: there is no such place. */
static struct client *
find_client(word_t client)
{
	for (int i = 0; i < CLIENTS; i++) {
		if (clients[i].id == client)
			return &clients[i];
	}
	return NULL;
}

static struct rsys_proc *
proc_of(word_t client)
{
	struct client *c = find_client(client);

	if (c != NULL)
		return c->state == ALIVE ? c->proc : NULL;
	c = find_client(0);
	if (c == NULL)
		return NULL;
	c->proc = proc_create(client);
	if (c->proc != NULL)
		c->id = client;
	return c->proc;
}

static struct session *
find_thread(word_t client, word_t thread, enum session_kind kind)
{
	for (int i = 0; i < SESSIONS; i++) {
		struct session *s = &sessions[i];

		if (s->client == client && s->thread == thread && s->kind == kind)
			return s;
	}
	return NULL;
}

static struct session *
find_free(void)
{
	for (int i = 0; i < SESSIONS; i++) {
		if (sessions[i].client == 0)
			return &sessions[i];
	}
	return NULL;
}

static struct session *
find_id(word_t client, word_t id)
{
	for (int i = 0; i < SESSIONS; i++) {
		if (sessions[i].client == client && sessions[i].id == id)
			return &sessions[i];
	}
	return NULL;
}

/* The thread gives up what it had before. */
static void
leave(struct session *s)
{
	if (s == NULL)
		return;
	mem_session_close(s->id);
	memset(s, 0, sizeof(*s));
}

/* A buffer that the thread opened; only then it gives up the old one. */
static long
accept(word_t client, enum session_kind kind, word_t id, struct session *old)
{
	struct session *s = find_free();
	struct rsys_proc *proc = proc_of(client);
	word_t va;
	long pages;

	if (s == NULL || proc == NULL)
		return -ENOMEM;
	pages = mem_session_accept(id, client, &va);
	if (pages < 0)
		return pages;
	leave(old);
	*s = (struct session){client, cos_thdid(), kind, id, (char *)va, (word_t)pages * PAGE_SIZE, proc, 0};
	return 0;
}

static long
bind_locked(word_t client, word_t thread, enum session_kind kind, word_t id)
{
	struct session *s = find_id(client, id), *old = find_thread(client, thread, kind);

	if (s != NULL && s == old)
		return 0;
	if (s != NULL && s->kind != kind)
		return -EINVAL;
	if (s != NULL && s->busy)
		return -EBUSY;
	if (old != NULL && old->busy)
		return -EBUSY;
	if (s == NULL)
		return accept(client, kind, id, old);
	leave(old);
	s->thread = thread;
	return 0;
}

long
session_bind(enum session_kind kind, word_t id)
{
	long e;

	wait_for_admission();
	qlock_enter(&lock);
	e = bind_locked(cos_badge(), cos_thdid(), kind, id);
	qlock_exit(&lock);
	return e;
}

struct session *
session_take(enum session_kind kind)
{
	struct session *s;

	qlock_enter(&lock);
	s = find_thread(cos_badge(), cos_thdid(), kind);
	if (s != NULL && s->busy)
		s = NULL;
	if (s != NULL)
		s->busy = 1;
	qlock_exit(&lock);
	return s;
}

/* The lock is held. Gives up the sessions that nobody is in. Result: whether there are others. */
static int
leave_all(word_t id)
{
	int busy = 0;

	for (int i = 0; i < SESSIONS; i++) {
		if (sessions[i].client == id && !sessions[i].busy)
			leave(&sessions[i]);
		busy |= sessions[i].client == id;
	}
	return busy;
}

/* The lock is held. A dead client's process, when nobody is inside for it any more: it is the caller's to destroy. */
static struct rsys_proc *
take_abandoned(struct client *c)
{
	struct rsys_proc *p = c->proc;

	if (c->state != ABANDONED || leave_all(c->id))
		return NULL;
	c->state = DEAD;
	c->proc = NULL;
	abandoned--;
	return p;
}

void
session_put(struct session *s)
{
	struct rsys_proc *p = NULL;

	qlock_enter(&lock);
	s->busy = 0;
	if (abandoned > 0)
		p = take_abandoned(find_client(s->client));
	qlock_exit(&lock);
	if (p != NULL)
		rsys_proc_destroy(p);
}

/*
 * The client's process, if it has one. From now on it gets no other: a thread that was on its way in when it died may come
 * yet.
 */
static struct client *
take_dead(word_t id)
{
	struct client *c;

	qlock_enter(&lock);
	c = find_client(id);
	if (c == NULL)
		c = find_client(0);
	if (c == NULL || c->state != ALIVE) {
		c = NULL;
	} else {
		c->id = id;
		c->state = DEAD;
	}
	qlock_exit(&lock);
	return c != NULL && c->proc != NULL ? c : NULL;
}

void
session_gone(word_t id)
{
	struct client *c = id == 0 ? NULL : take_dead(id);
	struct rsys_proc *p;

	if (c == NULL)
		return;
	rsys_proc_abandon(c->proc);
	qlock_enter(&lock);
	c->state = ABANDONED;
	abandoned++;
	p = take_abandoned(c);
	qlock_exit(&lock);
	if (p != NULL)
		rsys_proc_destroy(p);
}
