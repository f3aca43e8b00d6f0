/*
 * Memory that devices reach.
 */
#include "pci_dma.h"

#include <abi/err.h>

#include <rumpuser.h>

#include "bridge.h"

static size_t
whole_pages(size_t size)
{
	return (size + BRIDGE_PAGE - 1) & ~(BRIDGE_PAGE - 1);
}

int
rumpcomp_pci_dmalloc(size_t size, size_t align, unsigned long *pap, unsigned long *vap)
{
	size_t a = align < BRIDGE_PAGE ? BRIDGE_PAGE : align;
	void *mem;
	int e;

	if (size == 0 || size > SIZE_MAX - BRIDGE_PAGE || a > BRIDGE_DMA_ALIGN)
		return EINVAL;
	e = rumpuser_malloc(whole_pages(size), (int)a, &mem);
	if (e != 0)
		return e;
	if (!bridge_physical(mem, pap)) {
		rumpuser_free(mem, whole_pages(size));
		return ENOTSUP;
	}
	*vap = (unsigned long)mem;
	return 0;
}

void
rumpcomp_pci_dmafree(unsigned long va, size_t size)
{
	rumpuser_free((void *)va, whole_pages(size));
}

int
rumpcomp_pci_dmamem_map(struct rumpcomp_pci_dmaseg *seg, size_t nseg, size_t totlen, void **vap)
{
	unsigned long at = nseg > 0 ? seg[0].ds_vacookie : 0;

	for (size_t i = 0; i < nseg; i++) {
		if (seg[i].ds_vacookie != at)
			return EINVAL;
		at += seg[i].ds_len;
	}
	if (nseg == 0 || at - seg[0].ds_vacookie < totlen)
		return EINVAL;
	*vap = (void *)seg[0].ds_vacookie;
	return 0;
}

unsigned long
rumpcomp_pci_virt_to_mach(void *va)
{
	uint64_t phys;

	if (!bridge_physical(va, &phys))
		bridge_stop("a device is to reach memory that is not there for it");
	return phys;
}
