/*
 * Processes: what a client has in the rump kernel. And open files.
 */
#ifndef PROC_H
#define PROC_H

#include "lwp.h"
#include "vnode.h"

#define FILES_MAX 128

struct file {
	struct vnode *vnode;  /* referenced; constant */
	int flags;            /* as given to open; constant */
	int refs;             /* atomic: its descriptor, and system calls that use it */
	kmutex lock;          /* guards the rest; taken before the vnode's */
	uint64_t offset;
};

struct rsys_proc {
	uint32_t umask;    /* atomic */
	kmutex lock;       /* guards the rest */
	struct cred cred;
	struct vnode *cwd; /* referenced */
	struct file *files[FILES_MAX];
};

/* The open file of a descriptor, with a reference; NULL: EBADF. */
struct file *file_get(struct rsys_proc *, long fd);
void file_put(struct file *);

/*
 * Gives a vnode (and the reference to it) a descriptor. Result: it, or a negated errno, and then
 * the reference is still the caller's.
 */
long file_open(struct rsys_proc *, struct vnode *, int flags);

struct cred proc_cred(struct rsys_proc *);
uint32_t proc_mask(struct rsys_proc *, uint32_t mode); /* without the bits of the umask */

/* How a path is resolved. */
enum lookup_mode {
	LOOKUP_FOLLOW,        /* what it names, through symbolic links */
	LOOKUP_NOFOLLOW,      /* what it names; a symbolic link is itself, if no slash follows */
	LOOKUP_PARENT,        /* the directory of the last name, and that name */
	/* the same, but while the last name is a symbolic link, it is followed */
	LOOKUP_PARENT_FOLLOW,
};

struct lookup {
	struct vnode *v;       /* result: referenced */
	/* result of the PARENT modes: lies in text or in the caller's path */
	struct name name;
	int slash;             /* result of the PARENT modes: slashes follow the name */
	struct cred cred;
	unsigned links;
	char *text;            /* of the links so far with what follows them, or NULL */
};

/*
 * Resolves a path. Errors: ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG, EIO, ENOMEM; then there
 * is nothing to end. lookup_end frees what is in the struct lookup and releases the vnode.
 */
int  lookup(struct lookup *, struct rsys_proc *, const char *path, enum lookup_mode);
void lookup_end(struct lookup *);

/* The object of a name in a directory, not crossing into what is mounted on it. */
int  lookup_child(struct vnode *dir, const struct name *, struct vnode **);
int  lookup_child_locked(struct vnode *dir /* R or W */, const struct name *, struct vnode **);


/* All attributes. Locks the vnode for reading. */
void vnode_stat(struct vnode *, struct rsys_stat *);

#endif
