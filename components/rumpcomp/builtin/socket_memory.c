/*
 * The memory of sockets: how much there is for all, and whose sockets have it.
 */
#include "socket.h"

#define SHARES 4 /* of all memory that a process may have one of */

static struct {
	size_t used; /* atomic */
	size_t limit;
} memory;

struct account {
	int refs;    /* atomic, as used */
	size_t used;
};

void
so_memory_init(void)
{
	memory.limit = kparam("RUMP_SOCKETS_KB", 4096, 64, 1u << 20) * 1024;
}

struct account *
account_create(void)
{
	struct account *a = kmem_zalloc(sizeof(*a));

	if (a != NULL)
		a->refs = 1;
	return a;
}

void
account_ref(struct account *a)
{
	__atomic_fetch_add(&a->refs, 1, __ATOMIC_RELAXED);
}

void
account_put(struct account *a)
{
	if (__atomic_sub_fetch(&a->refs, 1, __ATOMIC_ACQ_REL) == 0)
		kmem_free(a, sizeof(*a));
}

static void
give_back(struct account *a, size_t size)
{
	__atomic_fetch_sub(&a->used, size, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&memory.used, size, __ATOMIC_RELAXED);
}

void *
so_alloc(struct account *a, size_t size)
{
	size_t own = __atomic_add_fetch(&a->used, size, __ATOMIC_RELAXED);
	size_t all = __atomic_add_fetch(&memory.used, size, __ATOMIC_RELAXED);
	void *p = own <= memory.limit / SHARES && all <= memory.limit ? kmem_alloc(size) : NULL;

	if (p == NULL)
		give_back(a, size);
	return p;
}

void
so_free(struct account *a, void *p, size_t size)
{
	kmem_free(p, size);
	give_back(a, size);
}
