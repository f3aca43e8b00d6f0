/*
 * What the files of the POSIX host share.
 */
#ifndef HOST_INTERNAL_H
#define HOST_INTERNAL_H

#include <time.h>

#include <rumpuser.h>

#include "host.h"

extern struct rumpuser_hyperup host_up;

/* Linux's errno as NetBSD's. */
int host_errno(int linux_errno);

/* Ends the process with a sentence: the caller of the host has broken the contract. */
void host_die(const char *format, ...) __attribute__((__noreturn__, format(printf, 1, 2)));

/* Gives the rump CPU up before something that may block, and takes one again. Result of the
 * first: what the second needs. */
int  host_unschedule(void *interlock);
void host_schedule(int nlocks, void *interlock);

/* Gives the calling host thread an lwp of its own in the rump kernel. It is off the rump CPU
 * before and after. */
void host_adopt_thread(void);

/* Monotonic time so far from now. */
struct timespec host_deadline(int64_t sec, int64_t nsec);

void host_log_write(const void *, size_t n, int64_t off);
void host_log_nvram(const void *, size_t n, int64_t off);
void host_log_flush(void);

#endif
