/*
 * Does a host keep rumpuser(3)? A list of tests that use hypercalls and nothing else, so that the
 * same list runs in a Linux process and in a component. In place of a rump kernel stands a small
 * one of our own (kernel.c) with one CPU, which notes how it is called.
 */
#ifndef CONFORM_H
#define CONFORM_H

#include <rumpuser.h>

struct conform_test {
	const char *name, *sentence;    /* the sentence says what holds */
	const char *(*run)(void);       /* NULL, or what was wrong */
};

extern const struct conform_test conform_tests[];
extern const unsigned conform_ntests;

/* Parameters that whoever runs the list sets: name, value. Ends with a name of NULL. */
extern const struct conform_param {
	const char *name, *value;
} conform_params[];

/* What the host has of seterrno for the calling thread: hypercalls only set it, so whoever runs the list says. */
int conform_errno(void);

/* Before the tests: makes the calling thread one of the kernel's, on its CPU. NULL, or what
 * was wrong. */
const char *conform_begin(void);

/* Returns from a test with a sentence if something does not hold. */
#define HOLDS(condition, sentence) \
	do { \
		if (!(condition)) \
			return sentence; \
	} while (0)

/* The kernel. */
struct kernel_notes {
	int unscheduled;       /* calls of backend_unschedule by this thread */
	void *unsched_interlock, *sched_interlock; /* of this thread's last calls */
	int interlock_held;    /* whether somebody held the interlock when this thread was scheduled again */
};

extern __thread struct kernel_notes notes;
extern __thread int on_cpu;

/* Must schedule look at whether the interlock is held? Only with a mutex for which tryenter is
 * harmless. */
extern struct rumpuser_mtx *watched;

/* A thread of the kernel: runs body(arg) with an lwp, on the CPU, and can be joined. NULL if
 * there is none. */
struct kernel_thread;
struct kernel_thread *kernel_thread(void (*body)(void *), void *arg);
void kernel_join(struct kernel_thread *);

/* Off the CPU for a moment, so that others run. */
void kernel_pause(void);
void kernel_sleep_ms(int);
int64_t kernel_now_ns(void);

/* Tests, one file per family. */
const char *base_version(void), *base_param(void), *base_random(void), *base_errno(void), *base_params(void);
const char *base_random_hard(void), *base_errno_apart(void);
const char *mem_align(void), *mem_many(void), *mem_too_much(void);
const char *clock_forward(void), *clock_sleep_duration(void), *clock_sleep_until(void);
const char *clock_precise(void), *clock_precise_until(void);
const char *thread_join(void), *thread_join_waits(void), *thread_lwp(void), *thread_many(void);
const char *mutex_try(void), *mutex_owner(void), *mutex_free_keeps_cpu(void), *mutex_taken_gives_cpu(void);
const char *mutex_spin_keeps_cpu(void), *mutex_excludes(void), *mutex_order(void);
const char *rw_share(void), *rw_exclude(void), *rw_held(void), *rw_upgrade(void), *rw_downgrade(void);
const char *rw_gives_cpu(void), *rw_stress(void);
const char *cv_signal_one(void), *cv_broadcast_all(void), *cv_timeout(void), *cv_in_time(void), *cv_count(void);
const char *cv_ping_pong(void), *cv_interlock(void), *cv_spin_kmutex(void), *cv_nowrap(void), *cv_early_signal(void);
const char *cv_timeout_race(void);
const char *file_info(void), *file_missing(void), *bio_back(void), *bio_many(void), *bio_large(void), *bio_context(void);
const char *bio_sync(void), *bio_once(void), *bio_refused(void);

/* edge.c: of all of them. */
const char *base_random_spread(void), *base_text(void), *base_harmless(void), *mem_again(void), *mem_map(void);
const char *clock_wall(void), *clock_nothing(void), *thread_loose(void), *thread_lwp_again(void), *mutex_apart(void);
const char *rw_downgrade_shares(void), *rw_free(void), *cv_nobody(void), *cv_no_time(void), *file_twice(void);
const char *bio_last(void), *cv_long(void), *base_proxy(void);

/* two.c: two block devices. */
const char *bio_two(void);

/* io.c: bytes of files. */
const char *file_modes(void), *iov_back(void), *iov_end(void), *iov_refused(void), *iov_order(void), *iov_neighbours(void);
const char *iov_file(void), *sync_refused(void), *sync_barrier(void);

#endif
