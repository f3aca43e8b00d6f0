/*
 * Processes: what a client has in the rump kernel. And open files.
 */
#ifndef PROC_H
#define PROC_H

#include "lwp.h"
#include "vnode.h"

#define FILES_MAX  128
#define OFFSET_MAX INT64_MAX /* no file is longer */

struct file;
struct socket;

/* What a descriptor stands for: vfile.c has files and directories, socket.c sockets. */
struct file_ops {
	long (*read)(struct file *, void *, size_t n); /* at its own position, which moves */
	long (*write)(struct file *, const void *, size_t n);
	void (*stat)(struct file *, struct rsys_stat *);
	int  (*events)(struct file *); /* enum rsys_event, those that are. The sockets' lock is held */
	void (*close)(struct file *);  /* its descriptor is gone; calls that use it may be going on */
	void (*free)(struct file *);   /* nobody uses it any more: what it stands for */
};

struct file {
	const struct file_ops *ops; /* constant, as vnode, flags and socket */
	int refs;              /* atomic: its descriptor, and system calls that use it */
	struct socket *socket; /* referenced; or NULL, and the rest is there */
	struct vnode *vnode;   /* referenced */
	int flags;             /* as given to open */
	kmutex lock;           /* guards the rest; taken before the vnode's */
	uint64_t offset;
};

/*
 * socket_memory.c. Whose memory sockets take: there as long as the process or one of its sockets. NULL: no memory.
 */
struct account;
struct account *account_create(void);
void account_ref(struct account *);
void account_put(struct account *);

struct rsys_proc {
	struct account *account; /* constant */
	uint32_t umask;    /* atomic */
	/* guarded by sockets_lock */
	struct link polls; /* of struct watch: its calls that poll */
	int abandoned;     /* and none of them waits any more */
	kmutex lock;       /* guards the rest */
	struct cred cred;
	struct vnode *cwd; /* referenced */
	struct file *files[FILES_MAX];
};

/* The open file of a descriptor, with a reference; NULL: EBADF. */
struct file *file_get(struct rsys_proc *, long fd);
void file_put(struct file *);

/* The same, if it has a vnode. Result: 0; EBADF; error, if it is a socket. */
int  file_get_vnode(struct rsys_proc *, long fd, int error, struct file **);

/*
 * The lowest free descriptor is taken, and stands for nothing (EBADF) until it gets a file with a reference to it, or
 * NULL: then it is free again. Result: it, or -EMFILE.
 */
long file_reserve(struct rsys_proc *);
void file_fill(struct rsys_proc *, long fd, struct file *);

/* The descriptor is free. Result: its file, which is the caller's to close; NULL: EBADF. */
struct file *file_remove(struct rsys_proc *, long fd);
void file_close(struct file *); /* gives back the reference of a descriptor that is gone */

/*
 * vfile.c. Opens a vnode (whose reference it takes over). Result: descriptor, or a negated errno, and then the
 * reference is still the caller's.
 */
long vfile_open(struct rsys_proc *, struct vnode *, int flags);
int  vfile_may(const struct file *, int access); /* enum access: was it opened for that? */
int  vfile_access(int flags);                    /* what opening with these flags asks for */
long vfile_pread(struct file *, void *, size_t n, uint64_t off);
long vfile_pwrite(struct file *, const void *, size_t n, uint64_t off);

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

/*
 * rsys_path.c. Makes a directory, a symbolic link to target, or a socket. The vnode is referenced. EEXIST, and the
 * errors of lookup.
 */
int  path_make(struct rsys_proc *, const char *path, uint32_t mode, const char *target, struct vnode **);

/* All attributes. Locks the vnode for reading. */
void vnode_stat(struct vnode *, struct rsys_stat *);

#endif
