/*
 * What every file of the built-in kernel may use: NetBSD's errno values, panic, lists, and the few
 * functions of memory and strings that the host provides (the compiler calls them too). Functions
 * here return 0 or a positive errno unless they say otherwise; only the rsys functions negate it.
 */
#ifndef KLIB_H
#define KLIB_H

#include <stddef.h>
#include <stdint.h>

#include <rumpuser.h>

enum {
	EPERM = 1, ENOENT = 2, EIO = 5, ENXIO = 6, EBADF = 9, ENOMEM = 12, EACCES = 13, EBUSY = 16, EEXIST = 17, EXDEV = 18,
	ENODEV = 19, ENOTDIR = 20, EISDIR = 21, EINVAL = 22, EMFILE = 24, EFBIG = 27, ENOSPC = 28, ESPIPE = 29, EROFS = 30,
	EMLINK = 31, EPIPE = 32, ERANGE = 34, EAGAIN = 35, ENOTSOCK = 38, EDESTADDRREQ = 39, EMSGSIZE = 40, EPROTOTYPE = 41,
	ENOPROTOOPT = 42, EOPNOTSUPP = 45, EAFNOSUPPORT = 47, EADDRINUSE = 48, ECONNRESET = 54, ENOBUFS = 55, EISCONN = 56,
	ENOTCONN = 57, ECONNREFUSED = 61, ELOOP = 62, ENAMETOOLONG = 63, ENOTEMPTY = 66,
};

void  *memcpy(void *restrict, const void *restrict, size_t);
void  *memmove(void *, const void *, size_t);
void  *memset(void *, int, size_t);
int    memcmp(const void *, const void *, size_t);
size_t strlen(const char *);

static inline int
streq(const char *a, const char *b)
{
	size_t n = strlen(a);

	return n == strlen(b) && memcmp(a, b, n) == 0;
}

/*
 * Prints a sentence and stops the kernel: for its own faults only, never for what came from a user
 * or a disk.
 */
void panic(const char *what) __attribute__((__noreturn__));

static inline void
kassert(int holds, const char *what)
{
	if (__builtin_expect(!holds, 0))
		panic(what);
}

#define kprintf rumpuser_dprintf

#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))

/* A doubly linked ring: an element that is in no list points to itself. */
struct link {
	struct link *next, *prev;
};

static inline void
link_init(struct link *l)
{
	l->next = l->prev = l;
}

static inline int
link_empty(const struct link *l)
{
	return l->next == l;
}

/* Inserts l at the end of the list whose head is given. */
static inline void
link_append(struct link *head, struct link *l)
{
	l->prev = head->prev;
	l->next = head;
	head->prev->next = l;
	head->prev = l;
}

static inline void
link_remove(struct link *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	link_init(l);
}

static inline uint64_t
min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Seconds and nanoseconds since 1970, as far as the host knows. */
struct ktime {
	int64_t sec;
	uint32_t nsec;
};

struct ktime ktime_now(void);

/* Nanoseconds since some moment, never going back; FOREVER is a moment that does not come. */
uint64_t kmono(void);
#define FOREVER UINT64_MAX

/*
 * Memory from the host; NULL if there is none. Zeroed by kmem_zalloc. size of free = size of
 * alloc.
 */
void *kmem_alloc(size_t size);
void *kmem_zalloc(size_t size);
void  kmem_free(void *, size_t size);

/*
 * A decimal parameter of the host, or the default if it is not set or no number; limited to
 * low..high.
 */
unsigned long kparam(const char *name, unsigned long standard, unsigned long low, unsigned long high);

#endif
