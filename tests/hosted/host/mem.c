/*
 * Memory. Freed with the wrong length it would not come back in a component, so lengths are
 * checked here, where a test sees it.
 */
#include <stdlib.h>
#include <string.h>
#include <malloc.h>

#include "internal.h"

int
rumpuser_malloc(size_t len, int align, void **memp)
{
	size_t a = align == 0 ? sizeof(void *) : (size_t)align;

	host_count(HOST_malloc);
	if ((a & (a - 1)) != 0)
		host_die("malloc: alignment %d is no power of two", align);
	if (a < sizeof(void *))
		a = sizeof(void *);
	return posix_memalign(memp, a, len == 0 ? 1 : len) == 0 ? 0 : 12; /* ENOMEM */
}

void
rumpuser_free(void *mem, size_t len)
{
	host_count(HOST_free);
	if (mem != NULL && malloc_usable_size(mem) < len)
		host_die("free: %zu bytes at %p were never that many", len, mem);
	free(mem);
}

int
rumpuser_anonmmap(void *prefaddr, size_t size, int alignbit, int exec, void **memp)
{
	int e;

	(void)prefaddr;
	host_count(HOST_anonmmap);
	if (exec)
		return 86; /* ENOTSUP */
	if (size == 0 || alignbit < 0 || alignbit > 16)
		return 22; /* EINVAL */
	e = rumpuser_malloc(size, alignbit < 12 ? 4096 : 1 << alignbit, memp);
	if (e == 0)
		memset(*memp, 0, size);
	return e;
}

void
rumpuser_unmap(void *mem, size_t size)
{
	host_count(HOST_unmap);
	rumpuser_free(mem, size);
}
