/*
 * Memory that devices reach: the PCI hypercalls of a rump kernel's drivers (librumpdev_pci) that are about memory. The script must
 * give the component dma: then all memory of rumpuser_malloc is contiguous for devices wherever it is so for the kernel.
 */
#ifndef PCI_DMA_H
#define PCI_DMA_H

#include <stddef.h>

struct rumpcomp_pci_dmaseg {
	unsigned long ds_pa, ds_len, ds_vacookie;
};

/* Whole pages for size bytes, at an address for devices (*pap) and one for the kernel (*vap), both aligned to align bytes, a power of two
 * up to 64 KiB. Result: 0; EINVAL; ENOMEM the component's budget is used up; ENOTSUP it has no dma. */
int  rumpcomp_pci_dmalloc(size_t size, size_t align, unsigned long *pap, unsigned long *vap);
void rumpcomp_pci_dmafree(unsigned long va, size_t size);

/* Segments as one piece of memory. Result: 0; EINVAL they are not adjacent, or not so long. */
int  rumpcomp_pci_dmamem_map(struct rumpcomp_pci_dmaseg *, size_t nseg, size_t totlen, void **vap);

/* The address for devices of any memory of the kernel's. */
unsigned long rumpcomp_pci_virt_to_mach(void *va);

#endif
