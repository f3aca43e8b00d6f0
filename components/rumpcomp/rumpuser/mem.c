/*
 * Memory.
 */
#include <abi/err.h>

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
