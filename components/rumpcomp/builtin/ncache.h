/*
 * The name cache: what was found, or not found, under names of directories. It remembers the last few hundred names and forgets
 * any of them when it likes; what it says is true. A file system asks it and tells it with the directory locked, and has it forget
 * a name before the directory's lock is given back by whoever changed it.
 */
#ifndef NCACHE_H
#define NCACHE_H

#include "vnode.h"

void ncache_init(void);

/* Result: 1 and *inop, which is 0 if there is no such name; 0: nothing is known. */
int  ncache_find(const struct mount *, uint32_t dir, const struct name *, uint32_t *inop);

/* ino 0: there is no such name. Long names are not remembered. */
void ncache_enter(const struct mount *, uint32_t dir, const struct name *, uint32_t ino);
void ncache_forget(const struct mount *, uint32_t dir, const struct name *);

/* Everything of a mount. */
void ncache_purge(const struct mount *);

#endif
