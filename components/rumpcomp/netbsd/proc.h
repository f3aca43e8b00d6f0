/*
 * Processes of clients, and the system calls that threads make in their name.
 *
 * An lwp of NetBSD's belongs to a process and runs on one thread at a time. Clients' threads
 * come and go, so a process keeps those of its lwps that nobody uses, and a thread takes one for
 * the length of a call: it becomes the kernel's current lwp of the thread without the kernel
 * being asked, as if the thread had had it since it was made.
 */
#ifndef NETBSD_PROC_H
#define NETBSD_PROC_H

#include "../rsys.h"
#include "rump.h"

#define PROC_LWPS  16 /* idle ones that are kept */
#define PROC_DIRS  16 /* folders read at once */

/* A folder that is being read. NetBSD says where a batch of entries begins, not where each
 * one does: a position for clients is the place of the batch, times DIR_BATCH, and the number
 * of the entry in it. */
struct dir {
	int fd; /* -1: free */
	int64_t batch;
	unsigned entry;
};

struct rsys_proc {
	struct rumpuser_mtx *lock; /* guards what follows, down to dir */
	int32_t pid;
	unsigned idle;
	struct lwp *lwp[PROC_LWPS];
	struct dir dir[PROC_DIRS];
	unsigned umask; /* atomic; kept here since NetBSD's also applies to symbolic links */
};

/*
 * Makes system call num with words of arguments. Result: what it returns, or a negated errno;
 * -ENOMEM also without memory for an lwp. Blocks as the call does.
 */
long proc_call(struct rsys_proc *, int num, uint64_t *args, size_t bytes);

#define CALL(p, num, ...) \
	proc_call(p, num, (uint64_t[]){__VA_ARGS__}, sizeof((uint64_t[]){__VA_ARGS__}))
#define WORD(pointer) ((uint64_t)(uintptr_t)(pointer))

/* The mode of a new file or folder, behind the process's mask. */
unsigned proc_mask(struct rsys_proc *, unsigned mode);

/* The reading state of a folder; take: NULL if there is none and, with make, no room. */
struct dir *proc_dir(struct rsys_proc *, int fd, int make);
void proc_dir_forget(struct rsys_proc *, int fd);

/* What has been written is stable when this returns, on every disk: NetBSD writes for fsync() and sync(), but never says that
 * it must stay. Result: 0 or a negated errno. Blocks. */
long disks_flush(void);

#endif
