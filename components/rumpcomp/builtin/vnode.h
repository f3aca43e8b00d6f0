/*
 * vnodes: files of any file system, in memory; and mounts.
 *
 * A vnode is found by mount and inode number. It is referenced, or idle (kept for the next time,
 * and the first to go), or dead: deleted on the disk, out of the table, freed with its last
 * reference.
 *
 *   vnode_get: absent --> LOADING --load--> referenced <--> idle --> freed
 *   referenced, last link gone --last vnode_release--> inactive() deletes it --> DEAD --> freed
 *
 * Who may write what: the fields under `lock` with the vnode's lock held for writing; `work`,
 * `refs` are atomic; the rest is the table's, under its lock. A vnode's type never changes.
 */
#ifndef VNODE_H
#define VNODE_H

#include <rsys.h>

#include "klib.h"
#include "sync.h"

#define NAME_LONGEST 255
#define PATH_LONGEST 1023

enum {
	S_IFMT = 0170000, S_IFDIR = 0040000, S_IFREG = 0100000, S_IFLNK = 0120000, S_IFSOCK = 0140000,
	S_ISUID = 04000, S_ISGID = 02000, S_ISVTX = 01000, S_IXALL = 0111,
};

enum vnode_work { /* what must be done before the vnode may become idle */
	VW_DELETE = 1, /* its last link is gone */
	VW_TIMES  = 2, /* a time changed that is not on the disk */
};

struct mount;
struct bdev;

#define GROUPS_MAX 16

struct cred {
	uint32_t uid, gid;
	uint32_t ngroups; /* supplementary ones */
	uint32_t groups[GROUPS_MAX];
};

enum vnode_protection { /* attributes of a file that bind root too */
	VP_IMMUTABLE = 1, /* nothing changes, names neither */
	VP_APPEND    = 2, /* it may only grow */
};

struct vnode {
	struct mount *mp;
	const struct vnode_ops *ops;
	uint32_t ino;
	int refs;               /* atomic; from 0 only with the table locked */
	int work;               /* atomic: enum vnode_work */
	/* atomic: inode number of the only directory that may name this one; 0: not known yet */
	uint32_t parent;
	/* atomic; what covers it. Written with the table locked, while it is referenced */
	struct mount *mounted;
	struct socket *socket;  /* bound to it; guarded by the sockets' lock */
	/* guarded by the table's lock */
	int loading;
	struct vnode *hash_next;
	struct link idle;
	/* guarded by lock */
	krw lock;
	int dead;
	uint32_t mode, uid, gid, nlink;
	uint32_t protection;    /* enum vnode_protection; constant */
	uint64_t size;
};

/* A name in a directory. */
struct name {
	const char *s;
	uint32_t len;
};

static inline int name_is_dot(const struct name *n) { return n->len == 1 && n->s[0] == '.'; }
static inline int name_is_dotdot(const struct name *n) { return n->len == 2 && n->s[0] == '.' && n->s[1] == '.'; }

/* What a new file shall be. */
struct vnode_new {
	uint32_t mode; /* type and permissions */
	const struct cred *cred;
	const char *target; /* of a symbolic link */
};

struct rename {
	struct vnode *fdir, *tdir; /* may be the same */
	const struct name *fname, *tname;
	struct vnode *file;        /* what fname names */
	struct vnode *victim;      /* what tname names, or NULL */
};

/*
 * What a file system does. Locks: R the vnode is locked for reading, W for writing. Directory
 * operations are only called on directories, with names that are neither "." nor ".." (lookup:
 * also those). Permissions, types and read-only mounts have been checked.
 */
struct vnode_ops {
	int (*lookup)(struct vnode *dir /* R */, const struct name *, uint32_t *inop);      /* ENOENT */
	/* W. Makes an object and its name; EEXIST. The result is referenced. */
	int (*make)(struct vnode *dir, const struct name *, const struct vnode_new *, struct vnode **);
	int (*link)(struct vnode *dir /* W */, const struct name *, struct vnode * /* W */); /* EEXIST */
	/* ENOTEMPTY for a directory */
	int (*remove)(struct vnode *dir /* W */, const struct name *, struct vnode * /* W */);
	/* all W */
	int (*rename)(struct rename *);
	int (*read)(struct vnode * /* R */, void *, size_t n, uint64_t off, size_t *donep);
	/* may end early with an error */
	int (*write)(struct vnode * /* W */, const void *, size_t n, uint64_t off, size_t *donep);
	int (*truncate)(struct vnode * /* W */, uint64_t size);
	/* EINVAL: n is too small */
	int (*readdir)(struct vnode * /* R */, void *, size_t n, uint64_t *offp, size_t *donep);
	int (*readlink)(struct vnode * /* R */, char *, size_t n, size_t *donep);
	void (*getattr)(struct vnode * /* R */, struct rsys_stat *);
	int (*update)(struct vnode * /* W */); /* mode, uid or gid were changed */
	/* W. A time that is NULL stays as it is. */
	int (*set_times)(struct vnode *, const struct ktime *atime, const struct ktime *mtime);
	int (*fsync)(struct vnode * /* R */);
	/*
	 * The only reference, not locked: does the pending work and clears it, whatever happens.
	 */
	void (*inactive)(struct vnode *);
};

struct mount_ops {
	/* a zeroed vnode of this file system with its ops; NULL */
	struct vnode *(*alloc)(struct mount *);
	void (*free)(struct vnode *);
	int (*load)(struct vnode *);            /* fills it in from the disk; nobody else has it */
	int (*sync)(struct mount *);
	/*
	 * The mount becomes read-only (readonly is set, nobody is changing anything any more; after an
	 * error it is for the file system to say whether it can be writable again) or writable (nobody
	 * can yet write). EROFS
	 */
	int (*remount)(struct mount *, int readonly);
	/* nobody uses it: writes everything back and frees the mount, also after an error */
	int (*unmount)(struct mount *);
	void (*statfs)(struct mount *, struct rsys_statfs *);
};

struct mount {
	const struct mount_ops *ops;
	int readonly;           /* atomic */
	int writers;            /* atomic: files that are open for writing */
	struct bdev *dev;
	/* guarded by the table's lock */
	struct vnode *root;     /* referenced by the mount */
	struct vnode *covered;  /* referenced by the mount; NULL: the first root */
	struct mount *next;
	int users;              /* syncs that are going on */
};

void vnode_init(void);

/* The vnode of an inode, referenced. Errors: those of load, ENOMEM. */
int  vnode_get(struct mount *, uint32_t ino, struct vnode **);

/*
 * For an inode that was just made: a vnode nobody else gets before vnode_ready. EIO if the inode
 * was in use after all.
 */
int  vnode_fresh(struct mount *, uint32_t ino, struct vnode **);
void vnode_ready(struct vnode *);
void vnode_abandon(struct vnode *); /* instead of vnode_ready */

void vnode_ref(struct vnode *); /* by somebody who has a reference */
/* may delete the file: not inside an operation, no lock of this vnode held */
void vnode_release(struct vnode *);
void vnode_unhash(struct vnode *); /* referenced: it is dead, its number may be given to another */

static inline void
vnode_add_work(struct vnode *v, int work)
{
	__atomic_fetch_or(&v->work, work, __ATOMIC_RELAXED);
}

static inline int vnode_is_dir(const struct vnode *v) { return (v->mode & S_IFMT) == S_IFDIR; }

/* Referenced, not locked: type bits never change, so they may be read without the lock. */
static inline uint32_t vnode_type(const struct vnode *v) { return __atomic_load_n(&v->mode, __ATOMIC_RELAXED) & S_IFMT; }

enum { ACCESS_READ = 4, ACCESS_WRITE = 2, ACCESS_EXEC = 1 };

/*
 * access.c. The vnodes are locked, R at least.
 *
 * EACCES if the credentials do not allow all that is wanted; for writing also EROFS on a read-only
 * mount, EPERM if it is immutable.
 */
int  vnode_access(struct vnode *, const struct cred *, int want);
/* May the name of a file be taken out of a directory, in which names may be changed? EPERM. */
int  vnode_may_remove(const struct vnode *dir, const struct vnode *, const struct cred *);
/* May its attributes be changed by its owner and root only? EPERM, EROFS. */
int  vnode_may_change(const struct vnode *, const struct cred *);
int  cred_has_group(const struct cred *, uint32_t gid);

static inline int mount_readonly(const struct mount *mp) { return __atomic_load_n(&mp->readonly, __ATOMIC_RELAXED); }

/* mount.c */
int  mount_root(void);
struct vnode *mount_root_vnode(void);  /* of the name space, referenced */
/* of the file system in memory, also if it is covered; referenced */
struct vnode *mount_first_vnode(void);
int  mount_add(struct mount *, struct vnode *covered); /* takes over both references; EBUSY */
/* takes the reference over; EBUSY, EINVAL if it is no mount's root */
int  mount_unmount(struct vnode *root);
int  mount_sync_all(void);
/*
 * Changes whether a mount is read-only. EBUSY: files are open for writing or deleted but open;
 * EINVAL: it is no mount's root; EROFS.
 */
int  mount_remount(struct vnode *root, int readonly);
int  mount_begin_writer(struct mount *); /* a file is open for writing: EROFS */
void mount_end_writer(struct mount *);
int  mount_claim(struct bdev *);                       /* EBUSY if it is mounted */
void mount_unclaim(struct bdev *);

/*
 * Up from a covered directory to what covers it, and down from a root to what it covers; takes and
 * gives a reference.
 */
struct vnode *mount_cross_up(struct vnode *);
struct vnode *mount_cross_down(struct vnode *);

/* The table of vnodes, for mount.c. */
void vnode_table_lock(void);
void vnode_table_unlock(void);
void vnode_table_wait(kcond);            /* locked, and again after the wait */
/* locked: somebody has a vnode of it, beside the mount its root */
int  vnode_table_busy(struct mount *);
void vnode_table_purge(struct mount *);  /* locked: frees the idle ones */
/*
 * Locks every vnode of a mount once, so that whoever saw it writable is done. EBUSY if a deleted file is still open.
 */
int  vnode_table_settle(struct mount *);
void vnode_ref_locked(struct vnode *);

/* Makes the first file system, in memory. */
struct mount *rootfs_create(void);

/*
 * Mounts an ext2; messages say why not. EINVAL: it is none, or its features are unknown; EIO,
 * ENOMEM.
 */
int ext2_mount(struct bdev *, int readonly, struct mount **);

#endif
