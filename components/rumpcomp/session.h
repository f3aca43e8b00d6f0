/*
 * Which session buffer and which process of the rump kernel belong to the thread that is inside.
 *
 * A session belongs to one thread of one client and to one interface, and one operation at a time uses it: it is taken
 * at the beginning and put back at the end, and while it is taken nobody can unmap it or bind it
 * to another thread. A process belongs to a client component: its badge, which the kernel
 * delivers, is the only way to it.
 */
#ifndef SESSION_H
#define SESSION_H

#include <abi/types.h>

#include "rsys.h"

/* For which interface: a thread has a buffer for each. */
enum session_kind { SESSION_FS, SESSION_SOCKET };

struct session {
	word_t client, thread; /* component id, 0 = free; thread id */
	enum session_kind kind;
	word_t id;
	char *at;              /* the buffer, shared with the client */
	word_t bytes;
	struct rsys_proc *proc;
	int busy;
};

/* Lets clients in, once, when the file systems are there. */
void session_admit(void);

/* Binds a session buffer of the calling client to the calling thread. Result: 0 or -errno.
 * Blocks until clients are let in. */
long session_bind(enum session_kind, word_t id);

/* The calling thread's session for an interface. NULL: it has none, or another thread uses it just now. */
struct session *session_take(enum session_kind);
void session_put(struct session *);

/*
 * Ends what a dead client has: its descriptors at once, and its process and sessions when its last thread has left, however long
 * that waits inside.
 */
void session_gone(word_t client);

#endif
