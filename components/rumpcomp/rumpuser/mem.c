/*
 * Memory.
 */
#include <abi/err.h>
#include <lib/string.h>

#include <rumpuser.h>

#include "heap.h"

int
rumpuser_malloc(size_t len, int align, void **memp)
{
	size_t a = align == 0 ? sizeof(void *) : (size_t)align;

	if ((a & (a - 1)) != 0 || a > HEAP_ALIGN_MAX)
		return EINVAL;
	*memp = heap_alloc(len, a);
	return *memp != NULL ? 0 : ENOMEM;
}

void
rumpuser_free(void *mem, size_t len)
{
	if (mem != NULL)
		heap_free(mem, len);
}

/* Zeroed pages, aligned to 1 << alignbit bytes; where, the caller may wish but not say. Nothing that can be written is ever executable. */
int
rumpuser_anonmmap(void *prefaddr, size_t size, int alignbit, int exec, void **memp)
{
	int e;

	(void)prefaddr;
	if (exec)
		return ENOTSUP;
	if (size == 0 || alignbit < 0 || alignbit > 16)
		return EINVAL;
	e = rumpuser_malloc(size, 1 << (alignbit < 12 ? 12 : alignbit), memp);
	if (e == 0)
		memset(*memp, 0, size);
	return e;
}

void
rumpuser_unmap(void *mem, size_t size)
{
	rumpuser_free(mem, size);
}
