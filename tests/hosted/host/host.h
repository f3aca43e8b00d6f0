/*
 * The POSIX host of a rump kernel, as its tests see it: devices are files, parameters are set
 * before rsys_init, and every hypercall is counted, so that a test can assert that what it is
 * about has really happened.
 */
#ifndef HOST_H
#define HOST_H

#include <stdint.h>
#include <stdio.h>

/* What is counted: every hypercall, then things that happen inside some of them. */
#define HOST_COUNTS(X) \
	X(init) X(malloc) X(free) X(anonmmap) X(unmap) \
	X(open) X(close) X(getfileinfo) X(bio) X(iovread) X(iovwrite) X(syncfd) \
	X(clock_gettime) X(clock_sleep) X(getparam) X(seterrno) X(kill) X(exit) X(putchar) X(dprintf) \
	X(getrandom) \
	X(thread_create) X(thread_exit) X(thread_join) X(curlwpop) X(curlwp) \
	X(mutex_init) X(mutex_enter) X(mutex_enter_nowrap) X(mutex_tryenter) X(mutex_exit) X(mutex_destroy) \
	X(mutex_owner) X(rw_init) X(rw_enter) X(rw_tryenter) X(rw_tryupgrade) X(rw_downgrade) X(rw_exit) \
	X(rw_destroy) X(rw_held) X(cv_init) X(cv_destroy) X(cv_wait) X(cv_wait_nowrap) X(cv_timedwait) \
	X(cv_signal) X(cv_broadcast) X(cv_has_waiters) \
	X(dl_bootstrap) X(daemonize_begin) X(daemonize_done) X(sp_init) \
	X(mutex_contended) X(mutex_spin_contended) X(rw_contended) X(cv_woken) X(cv_timed_out) \
	X(bio_sync) X(bio_done) X(bio_failed) \
	X(unscheduled)

enum host_count {
#define X(name) HOST_##name,
	HOST_COUNTS(X)
#undef X
	HOST_COUNT_KINDS
};

void     host_count(enum host_count);
uint64_t host_counted(enum host_count);
void     host_counts_print(FILE *);

/* Sets what rumpuser_getparam answers. Before rsys_init; at most 16. Exits with a sentence
 * when there are more. */
void host_param(const char *name, const char *value);

/* Makes a file known as a block device under a name, such as "disk0". Exits with a sentence if
 * it cannot be opened. */
void host_device(const char *name, const char *path, int readonly);

/* Makes a file known under a name as one that can be read and nothing else. */
void host_file(const char *name, const char *path);

/* The same, of memory that outlives the rump kernel: it can be written. */
void host_nvram(const char *name, const char *path);

/* What the rump kernel has set for the calling thread. */
int host_thread_errno(void);

/* A block request that breaks the contract is answered with an error; without this, it ends the process. */
void host_bio_refuse(void);

/* The first n block requests from the after-th on fail with EIO; n = 0 ends that. */
void host_bio_fail(uint64_t after, uint64_t n);

/* Requests are answered in an order of the host's choosing when seed is not 0. */
void host_bio_shuffle(uint32_t seed);

/* What the rump kernel prints goes there from now on; NULL = nowhere. At first: stderr. */
void host_print_to(FILE *);

/* Logs writes, flushes and marks from now on; see log.c. ignore_flushes: as if the device did. */
void host_log_open(const char *path, int ignore_flushes);
void host_log_mark(uint64_t number);

#endif
