/*
 * Sessions of clients, and what is left of one that has died, whenever its threads come.
 */
#include <abi/err.h>
#include <lib/component.h>
#include <mem/mem.h>

#include "session.h"
#include "test.h"

#include "rumpuser/qlock.h"
#include "rumpuser/waitq.h"

/* Who is inside, and what there is. */
static word_t client, thread, comes_when_closed;
static int processes, buffers;

word_t cos_badge(void) { return client; }
word_t cos_thdid(void) { return thread; }
const char *cos_param(const char *key) { return (void)key, "0:0"; }

long
mem_session_accept(word_t id, word_t of, word_t *va)
{
	(void)id;
	(void)of;
	buffers++;
	*va = PAGE_SIZE;
	return 1;
}

long
mem_session_close(word_t id)
{
	(void)id;
	buffers--;
	return 0;
}

struct rsys_proc *
rsys_proc_create(void)
{
	static char something;

	processes++;
	return (struct rsys_proc *)&something;
}

int rsys_proc_setcred(struct rsys_proc *p, const struct rsys_cred *c) { return (void)p, (void)c, 0; }
void rsys_proc_destroy(struct rsys_proc *p) { (void)p, processes--; }

static void
comes_as(word_t comp, word_t thd)
{
	client = comp;
	thread = thd;
}

/* While its descriptors are closed, a thread of the dead one comes. */
void
rsys_proc_abandon(struct rsys_proc *p)
{
	(void)p;
	if (!comes_when_closed)
		return;
	comes_as(comes_when_closed, 99);
	session_bind(SESSION_FS, 99);
}

/* One thread: nobody waits. */
void qlock_enter_slow(struct qlock *q) { (void)q, __builtin_trap(); }
void qlock_exit_slow(struct qlock *q) { (void)q, __builtin_trap(); }
void waiter_wake_list(struct waiter *w) { if (w) __builtin_trap(); }
int waiter_wait(struct waiter *w, uint64_t until) { return (void)w, (void)until, __builtin_trap(), 0; }
uint32_t bridge_self(void) { return 1; }

static int
test_binding(void)
{
	struct session *s;

	comes_as(5, 1);
	CHECK(session_take(SESSION_FS) == NULL);
	CHECK(session_bind(SESSION_FS, 10) == 0 && processes == 1 && buffers == 1);
	s = session_take(SESSION_FS);
	CHECK(s != NULL && s->bytes == PAGE_SIZE);
	CHECK(session_take(SESSION_FS) == NULL);
	CHECK(session_take(SESSION_SOCKET) == NULL);
	comes_as(5, 2);
	CHECK(session_bind(SESSION_FS, 10) == -EBUSY);
	session_put(s);
	CHECK(session_bind(SESSION_FS, 10) == 0 && session_take(SESSION_FS) == s);
	session_put(s);
	comes_as(6, 1);
	CHECK(session_bind(SESSION_FS, 11) == 0 && processes == 2 && buffers == 2);
	return 1;
}

static int
test_death(void)
{
	comes_when_closed = 5;
	session_gone(5);
	CHECK(processes == 1 && buffers == 1);
	session_gone(5);
	CHECK(processes == 1 && buffers == 1);
	comes_as(6, 1);
	CHECK(session_take(SESSION_FS) != NULL);
	return 1;
}

static int
test_late(void)
{
	comes_as(5, 2);
	CHECK(session_take(SESSION_FS) == NULL);
	CHECK(session_bind(SESSION_FS, 12) < 0 && processes == 1 && buffers == 1);
	session_gone(7);
	comes_as(7, 1);
	CHECK(session_bind(SESSION_FS, 13) < 0 && processes == 1 && buffers == 1);
	return 1;
}

/* Its thread waits for something that its descriptors' end does not end. */
static int
test_inside(void)
{
	struct session *s;

	comes_when_closed = 0;
	comes_as(8, 1);
	CHECK(session_bind(SESSION_FS, 14) == 0 && processes == 2 && buffers == 2);
	s = session_take(SESSION_FS);
	session_gone(8);
	CHECK(processes == 2 && buffers == 2);
	CHECK(session_bind(SESSION_SOCKET, 15) < 0);
	session_put(s);
	CHECK(processes == 1 && buffers == 1);
	return 1;
}

static const struct test tests[] = {
	{"session_binding", "a buffer belongs to one thread of one client, and one operation uses it", test_binding},
	{"session_death", "of a client that died nothing is left, and another keeps what it has", test_death},
	{"session_inside", "a dead client's process ends when its last thread has left, and nobody waits for that", test_inside},
	{"session_late", "a dead client's thread that was on its way in gets nothing", test_late},
};

int
main(void)
{
	session_admit();
	return RUN_TESTS(tests);
}
