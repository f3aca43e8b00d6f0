/*
 * Operations from bytes, on a process of the rump kernel.
 */
#ifndef OPS_H
#define OPS_H

#include <stdint.h>

#include <rsys.h>

#define OPS_FILES 6

struct cursor {
	const uint8_t *at, *end;
};

/* The next byte; 0 at the end. A path that it stands for. */
uint8_t cursor_byte(struct cursor *);
const char *cursor_path(struct cursor *);

struct ops {
	struct rsys_proc *proc;
	long fd[OPS_FILES]; /* below 0: none */
	int readonly, explain;
	int crashed;  /* once at least */
	int sound;    /* the disk is, and does not fail */
	int promised; /* the last operation was a sync that went well */
};

/* Mounts the disk, which is written meanwhile only if it may or its journal must be, on "/" for a new process. Result: 0 or -errno; then there is no process. */
long ops_mount(struct ops *);

/* Reads an operation and does it. Result: what it said. */
long ops_one(struct ops *, struct cursor *);

/* Ends the process and unmounts; whatever still holds the file system is a finding. Result: 0 or
 * -errno, with the file system gone all the same. */
long ops_unmount(struct ops *);

#define OPS_PATHS 32

/* One of the paths that inputs use. */
const char *ops_path(unsigned i);

/* promise.c: all that is there now must be there after a crash; o->proc: a new process, whose disk it is. */
void promise_make(struct ops *);
void promise_check(struct ops *);

/* mounts.c: operations on the whole disk. */
long op_mount(struct ops *, struct cursor *);
long op_remount(struct ops *, struct cursor *);
long op_update(struct ops *, struct cursor *);
long op_crash(struct ops *, struct cursor *);

#endif
