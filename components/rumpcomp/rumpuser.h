/*
 * rumpuser(3), version 17: what a rump kernel asks of its host, with NetBSD's names, numbers and
 * semantics, so that NetBSD's archives link against the same functions. Declarations only, for
 * any host and any kernel.
 *
 * Results of type int are NetBSD's errno (0 = success). A hypercall is entered on a rump CPU and
 * left on one. Marks behind a function: [U] gives the rump CPU up when it waits
 * (hyp_backend_unschedule, hyp_backend_schedule); [-] never does; [0] may come without one.
 */
#ifndef RUMPUSER_H
#define RUMPUSER_H

#include <stddef.h>
#include <stdint.h>

#define RUMPUSER_VERSION 17

struct lwp;         /* the kernel's; opaque */
struct rumpuser_mtx; /* the host's; opaque */
struct rumpuser_rw;
struct rumpuser_cv;
struct modinfo;
struct rump_component;

/* What the host may call in the kernel. */
struct rumpuser_hyperup {
	void (*hyp_schedule)(void);   /* takes an lwp, a temporary one if the thread has none, and a rump CPU */
	void (*hyp_unschedule)(void);
	/* nlocks 0 = the giant lock, as deep as it is held */
	void (*hyp_backend_unschedule)(int nlocks, int *countp, void *interlock);
	void (*hyp_backend_schedule)(int nlocks, void *interlock);
	void (*hyp_lwproc_switch)(struct lwp *);
	void (*hyp_lwproc_release)(void);
	int (*hyp_lwproc_rfork)(void *, int, const char *);
	/* makes an lwp in process pid (0 = kernel, 1 = init) and switches to it */
	int (*hyp_lwproc_newlwp)(int32_t pid);
	struct lwp *(*hyp_lwproc_curlwp)(void);
	int (*hyp_syscall)(int, void *, long *);
	void (*hyp_lwpexit)(void);
	void (*hyp_execnotify)(const char *);
	int32_t (*hyp_getpid)(void);
	void *hyp__extra[8];
};

_Static_assert(sizeof(struct rumpuser_hyperup) == 168, "rumpuser_hyperup layout");

/* Base. init refuses any other version. */
#define RUMPUSER_PARAM_NCPU     "_RUMPUSER_NCPU"
#define RUMPUSER_PARAM_HOSTNAME "_RUMPUSER_HOSTNAME"
#define RUMPUSER_PANIC          (-1)
#define RUMPUSER_PID_SELF       ((int64_t)-1)
#define RUMPUSER_RANDOM_HARD    1
#define RUMPUSER_RANDOM_NOWAIT  2

int  rumpuser_init(int version, const struct rumpuser_hyperup *);
int  rumpuser_getparam(const char *name, void *buf, size_t buflen); /* [-] a string */
void rumpuser_seterrno(int);                                        /* [0] */
int  rumpuser_kill(int64_t pid, int signo);
void rumpuser_exit(int status) __attribute__((__noreturn__));
void rumpuser_putchar(int);                                         /* [-] */
void rumpuser_dprintf(const char *format, ...) __attribute__((format(printf, 1, 2))); /* [-] */
int  rumpuser_getrandom(void *, size_t, int flags, size_t *retp);   /* at least one byte, or an error */

/* Memory. align 0 = that of a pointer; len of free = len of malloc. */
int  rumpuser_malloc(size_t len, int align, void **memp);           /* [-] */
void rumpuser_free(void *, size_t len);
int  rumpuser_anonmmap(void *prefaddr, size_t, int alignbit, int exec, void **memp);
void rumpuser_unmap(void *, size_t);

/* Clocks. RELWALL sleeps for a duration, ABSMONO until a moment. */
enum rumpclock { RUMPUSER_CLOCK_RELWALL = 0, RUMPUSER_CLOCK_ABSMONO = 1 };

int rumpuser_clock_gettime(int clk, int64_t *sec, long *nsec);      /* [-] */
int rumpuser_clock_sleep(int clk, int64_t sec, long nsec);          /* [U] */

/* Files: names are the host's own. */
#define RUMPUSER_OPEN_RDONLY  0
#define RUMPUSER_OPEN_WRONLY  1
#define RUMPUSER_OPEN_RDWR    2
#define RUMPUSER_OPEN_ACCMODE 3
#define RUMPUSER_OPEN_CREATE  4
#define RUMPUSER_OPEN_EXCL    8
#define RUMPUSER_OPEN_BIO     0x10

#define RUMPUSER_FT_OTHER 0
#define RUMPUSER_FT_DIR   1
#define RUMPUSER_FT_REG   2
#define RUMPUSER_FT_BLK   3
#define RUMPUSER_FT_CHR   4

#define RUMPUSER_BIO_READ  1
#define RUMPUSER_BIO_WRITE 2
#define RUMPUSER_BIO_SYNC  4 /* with WRITE: on stable storage before done is called */

#define RUMPUSER_IOV_NOSEEK (-1)

#define RUMPUSER_SYNCFD_READ    1
#define RUMPUSER_SYNCFD_WRITE   2
#define RUMPUSER_SYNCFD_BOTH    3
#define RUMPUSER_SYNCFD_BARRIER 4
#define RUMPUSER_SYNCFD_SYNC    8

struct rumpuser_iovec {
	void *iov_base;
	size_t iov_len;
};

typedef void (*rump_biodone_fn)(void *donearg, size_t bytes, int error);

int  rumpuser_open(const char *, int flags, int *fdp);              /* [U] */
int  rumpuser_close(int fd);                                        /* [U] */
int  rumpuser_getfileinfo(const char *, uint64_t *sizep, int *typep); /* either may be NULL */
/* [U] Asynchronous; whole sectors of 512 bytes. done is called on a rump CPU, on any thread,
 * perhaps before bio returns. */
void rumpuser_bio(int fd, int op, void *data, size_t len, int64_t off, rump_biodone_fn, void *donearg);
int  rumpuser_iovread(int fd, struct rumpuser_iovec *, size_t n, int64_t off, size_t *retp);        /* [U] */
int  rumpuser_iovwrite(int fd, const struct rumpuser_iovec *, size_t n, int64_t off, size_t *retp); /* [U] */
int  rumpuser_syncfd(int fd, int flags, uint64_t start, uint64_t len); /* [U] READ or WRITE, or both; len 0 = all */

/* Threads. f never returns. */
enum rumplwpop { RUMPUSER_LWP_CREATE = 0, RUMPUSER_LWP_DESTROY = 1, RUMPUSER_LWP_SET = 2, RUMPUSER_LWP_CLEAR = 3 };

int  rumpuser_thread_create(void *(*f)(void *), void *arg, const char *name, int mustjoin, int prio, int cpuidx,
                            void **cookie);
void rumpuser_thread_exit(void) __attribute__((__noreturn__));          /* [0] */
int  rumpuser_thread_join(void *cookie);                            /* [U] */
void rumpuser_curlwpop(int op, struct lwp *);                       /* [0] */
struct lwp *rumpuser_curlwp(void);                                  /* [0] */

/* Mutexes. A KMUTEX knows the lwp that holds it; SPIN keeps the rump CPU while it waits. At
 * least one is set. */
#define RUMPUSER_MTX_SPIN   1
#define RUMPUSER_MTX_KMUTEX 2

void rumpuser_mutex_init(struct rumpuser_mtx **, int flags);
void rumpuser_mutex_enter(struct rumpuser_mtx *);                   /* [U], SPIN: [-] */
void rumpuser_mutex_enter_nowrap(struct rumpuser_mtx *);            /* [0] */
int  rumpuser_mutex_tryenter(struct rumpuser_mtx *);                /* 0, or non-zero if it is taken */
void rumpuser_mutex_exit(struct rumpuser_mtx *);
void rumpuser_mutex_destroy(struct rumpuser_mtx *);
void rumpuser_mutex_owner(struct rumpuser_mtx *, struct lwp **);    /* KMUTEX only */

enum rumprwlock { RUMPUSER_RW_READER = 0, RUMPUSER_RW_WRITER = 1 };

void rumpuser_rw_init(struct rumpuser_rw **);
void rumpuser_rw_enter(int lk, struct rumpuser_rw *);               /* [U] */
int  rumpuser_rw_tryenter(int lk, struct rumpuser_rw *);
int  rumpuser_rw_tryupgrade(struct rumpuser_rw *);
void rumpuser_rw_downgrade(struct rumpuser_rw *);                   /* no writer comes in between */
void rumpuser_rw_exit(struct rumpuser_rw *);
void rumpuser_rw_destroy(struct rumpuser_rw *);
void rumpuser_rw_held(int lk, struct rumpuser_rw *, int *heldp);

/* Condition variables. timedwait: relative; 0 if signalled, non-zero after the time. */
void rumpuser_cv_init(struct rumpuser_cv **);
void rumpuser_cv_destroy(struct rumpuser_cv *);
void rumpuser_cv_wait(struct rumpuser_cv *, struct rumpuser_mtx *);        /* [U] */
void rumpuser_cv_wait_nowrap(struct rumpuser_cv *, struct rumpuser_mtx *); /* [0] */
int  rumpuser_cv_timedwait(struct rumpuser_cv *, struct rumpuser_mtx *, int64_t sec, int64_t nsec); /* [U] */
void rumpuser_cv_signal(struct rumpuser_cv *);                             /* [-] */
void rumpuser_cv_broadcast(struct rumpuser_cv *);                          /* [-] */
void rumpuser_cv_has_waiters(struct rumpuser_cv *, int *);

/* What a host with static components may leave undone. */
typedef void (*rump_modinit_fn)(const struct modinfo *const *, size_t);
typedef int (*rump_symload_fn)(void *, uint64_t, char *, uint64_t);
typedef void (*rump_compload_fn)(const struct rump_component *);

void rumpuser_dl_bootstrap(rump_modinit_fn, rump_symload_fn, rump_compload_fn);
int  rumpuser_daemonize_begin(void);
int  rumpuser_daemonize_done(int error);

/* The system-call proxy, for clients in other processes. A host without one refuses to start it. */
int  rumpuser_sp_init(const char *url, const char *ostype, const char *osrelease, const char *machine);
int  rumpuser_sp_copyin(void *client, const void *from, void *to, size_t len);
int  rumpuser_sp_copyinstr(void *client, const void *from, void *to, size_t *len);
int  rumpuser_sp_copyout(void *client, const void *from, void *to, size_t len);
int  rumpuser_sp_copyoutstr(void *client, const void *from, void *to, size_t *len);
int  rumpuser_sp_anonmmap(void *client, size_t len, void **memp);
int  rumpuser_sp_raise(void *client, int signo);
void rumpuser_sp_fini(void *client);

#endif
