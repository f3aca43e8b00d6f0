/*
 * What every invocation that the component answers has in common. Each begins with serve_begin and
 * returns the result of serve_end; in between the thread is as urgent as the most urgent one that
 * can be inside: it may hold a rump CPU, and others wait for that.
 *
 * Everything that comes from a client is checked: a name is copied out of the shared buffer before
 * it is looked at, offsets and lengths must lie inside the buffer, structures are made here and
 * copied out whole. File data alone is moved straight from and to the buffer: whatever is in it
 * means nothing to the server.
 */
#ifndef SERVE_H
#define SERVE_H

#include <abi/types.h>

#include "session.h"

#define SERVE_INT_MAX 0x7fffffffUL

/* Takes the calling thread's session for an interface. Result: 0; -EBADF it has none. */
long serve_begin(enum session_kind, struct session **);
/* The same for a call on a descriptor; -EBADF also if no descriptor has that number. */
long serve_begin_fd(enum session_kind, word_t fd, struct session **);
long serve_end(struct session *, long result); /* result: what it is given */

/* The client's thread that is inside, as the rump kernel knows it. */
u64  serve_thread(void);

/* Do n bytes at an offset lie in the buffer? */
int  serve_inside(const struct session *, word_t off, word_t n);

/* Copies a name that lies at off. to has room for FS_PATH_MAX + 1 bytes. -ENAMETOOLONG, -EINVAL. */
long serve_take_name(const struct session *, word_t off, word_t length, char *to);

/* Copies a structure in from, or out to, the buffer's beginning. -EINVAL: it is too small. */
long serve_take(const struct session *, void *to, word_t n);
long serve_give(struct session *, const void *from, word_t n);

/* The word, or the error if it is above what an int holds. */
long serve_int(word_t, long error);

/* A client has died, says the booter: else -EPERM. */
long serve_gone(word_t comp);

#endif
