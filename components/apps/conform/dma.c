/*
 * Memory that devices reach: the script gives this component dma.
 */
#include "own.h"

#include <abi/err.h>

#include "../../rumpcomp/rumpuser/bridge.h"
#include "../../rumpcomp/rumpuser/pci_dma.h"

#define BLOCKS 256

/* Is memory adjacent for devices, and aligned for both? */
static int
in_one_piece(const void *mem, size_t len, size_t align)
{
	uint64_t first, at;

	if (!bridge_physical(mem, &first) || first % align != 0 || (uintptr_t)mem % align != 0)
		return 0;
	for (size_t off = 0; off < len; off += BRIDGE_PAGE) {
		if (!bridge_physical((const uint8_t *)mem + off, &at) || at != first + off)
			return 0;
	}
	return 1;
}

const char *
dma_contiguous(void)
{
	static const size_t lengths[] = {100, 4096, 5000, 20000, 65536, 131072, 200000, 700000};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		for (size_t align = 16; align <= BRIDGE_DMA_ALIGN; align *= 2) {
			void *mem, *beside;

			HOLDS(rumpuser_malloc(lengths[i], (int)align, &mem) == 0, "no memory");
			HOLDS(rumpuser_malloc(4096, 4096, &beside) == 0, "no memory");
			HOLDS(in_one_piece(mem, lengths[i], align), "it is in several pieces, or not aligned");
			rumpuser_free(mem, lengths[i]);
			rumpuser_free(beside, 4096);
		}
	}
	return NULL;
}

/* Takes all memory there is in blocks. Result: how many. */
static size_t
take_all(unsigned long va[BLOCKS], size_t each)
{
	unsigned long pa;
	size_t n = 0;
	int e = 0;

	while (n < BLOCKS && (e = rumpcomp_pci_dmalloc(each, 0, &pa, &va[n])) == 0)
		n++;
	return e == ENOMEM ? n : 0;
}

const char *
dma_budget(void)
{
	unsigned long va[BLOCKS], pa;
	size_t first = take_all(va, 65536), again;

	HOLDS(first > 10, "there is hardly any memory, or no end of it");
	for (size_t i = 0; i < first; i++)
		rumpcomp_pci_dmafree(va[i], 65536);
	again = take_all(va, 65536);
	for (size_t i = 0; i < again; i++)
		rumpcomp_pci_dmafree(va[i], 65536);
	HOLDS(again == first, "not all that was given back came again");
	HOLDS(rumpcomp_pci_dmalloc((size_t)1 << 30, 0, &pa, va) == ENOMEM, "there was more than the budget");
	return NULL;
}

const char *
dma_mapped(void)
{
	struct rumpcomp_pci_dmaseg seg[2];
	unsigned long pa, va;
	void *mem;

	HOLDS(rumpcomp_pci_dmalloc(3 * 4096 + 1, 16384, &pa, &va) == 0, "no memory");
	HOLDS(pa % 16384 == 0 && in_one_piece((void *)va, 4 * 4096, 16384), "it is in several pieces, or not aligned");
	HOLDS(rumpcomp_pci_virt_to_mach((uint8_t *)va + 5000) == pa + 5000, "the same memory is somewhere else");
	seg[0] = (struct rumpcomp_pci_dmaseg){pa, 8192, va};
	seg[1] = (struct rumpcomp_pci_dmaseg){pa + 8192, 8192, va + 8192};
	HOLDS(rumpcomp_pci_dmamem_map(seg, 2, 16384, &mem) == 0 && mem == (void *)va, "adjacent segments are no memory");
	HOLDS(rumpcomp_pci_dmamem_map(seg, 1, 16384, &mem) == EINVAL, "a segment is longer than it is");
	seg[1].ds_vacookie += 4096;
	HOLDS(rumpcomp_pci_dmamem_map(seg, 2, 12288, &mem) == EINVAL, "a gap is memory");
	HOLDS(rumpcomp_pci_dmalloc(4096, 131072, &pa, &va) == EINVAL, "more than 64 KiB can be an alignment");
	HOLDS(rumpcomp_pci_dmalloc(4096, 4096 * 3, &pa, &va) == EINVAL, "an alignment need be no power of two");
	rumpcomp_pci_dmafree(seg[0].ds_vacookie, 3 * 4096 + 1);
	return NULL;
}
