/*
 * mem: pages of a component's own.
 */
#include <lib/component.h>
#include <mem/mem.h>

#include "memmgr.h"

void
cos_init(void)
{
	frames_init();
	space_init();
	frames_begin();
}

/*
 * Addresses and charges belong to pages one by one, since a component may free a page before the
 * call that made it is over: then whoever unmapped it gives back what it held, and nobody else.
 */
static u64
va_of(u64 page)
{
	return HEAP_VA + page * PAGE_SIZE;
}

static void
unreserve(struct space *s, u64 page, u64 pages)
{
	bitmap_give(&s->heap, page, pages);
	space_discharge(s, pages);
}

/* Addresses, charged. Result: the first page's index in the heap, or BITMAP_NONE. */
static u64
reserve(struct space *s, u64 pages, u64 align)
{
	u64 page;

	if (!space_charge(s, pages))
		return BITMAP_NONE;
	page = bitmap_take(&s->heap, pages, align);
	if (page == BITMAP_NONE)
		space_discharge(s, pages);
	return page;
}

static void
free_page(struct space *s, u64 page)
{
	u64 f = space_free(s, page);

	if (f == BITMAP_NONE)
		return;
	frames_give(f, 1);
	unreserve(s, page, 1);
}

/* Maps pages; first: adjacent frames, taken already, or BITMAP_NONE: one by one. On failure
 * all is given back. */
static int
fill(struct space *s, u64 page, u64 pages, u64 first)
{
	int adjacent = first != BITMAP_NONE;

	for (u64 i = 0; i < pages; i++) {
		u64 f = adjacent ? first + i : frames_take(1, 1);
		int e = f == BITMAP_NONE ? ENOMEM : space_map(s, f, va_of(page + i), 1);

		if (!e)
			continue;
		if (f != BITMAP_NONE)
			frames_give(f, adjacent ? pages - i : 1);
		unreserve(s, page + i, pages - i);
		while (i--)
			free_page(s, page + i);
		return e;
	}
	return EOK;
}

long
mem_alloc(word_t pages, word_t *out_va)
{
	struct space *s = space_of(cos_badge());
	u64 page;
	int e;

	if (!s || pages == 0 || pages > HEAP_PAGES)
		return -EINVAL;
	page = reserve(s, pages, 1);
	if (page == BITMAP_NONE)
		return -ENOMEM;
	e = fill(s, page, pages, BITMAP_NONE);
	if (!e)
		*out_va = va_of(page);
	return -e;
}

long
mem_alloc_contiguous(word_t pages, word_t align, word_t *out_va, word_t *out_phys)
{
	struct space *s = space_of(cos_badge());
	u64 page, f;
	int e;

	if (!s || pages == 0 || pages > HEAP_PAGES || align == 0 || align & (align - 1) ||
	    align > HEAP_PAGES)
		return -EINVAL;
	if (!s->dma)
		return -EPERM;
	page = reserve(s, pages, align);
	if (page == BITMAP_NONE)
		return -ENOMEM;
	f = frames_take(pages, align);
	if (f == BITMAP_NONE) {
		unreserve(s, page, pages);
		return -ENOMEM;
	}
	e = fill(s, page, pages, f);
	if (!e) {
		*out_va = va_of(page);
		*out_phys = (frames_base() + f) << PAGE_SHIFT;
	}
	return -e;
}

long
mem_physical(word_t va, word_t *out_phys)
{
	struct space *s = space_of(cos_badge());
	struct kresult q;

	if (!s || !s->dma)
		return -EPERM;
	q = pgtbl_query(s->pgtbl, va & ~(PAGE_SIZE - 1));
	if (q.err)
		return -EINVAL;
	*out_phys = q.r1 << PAGE_SHIFT | va % PAGE_SIZE;
	return 0;
}

static int
all_mapped(struct space *s, u64 va, u64 pages)
{
	for (u64 i = 0; i < pages; i++)
		if (pgtbl_query(s->pgtbl, va + i * PAGE_SIZE).err)
			return 0;
	return 1;
}

/* A page that another thread frees meanwhile is that one's. */
long
mem_free(word_t va, word_t pages)
{
	struct space *s = space_of(cos_badge());

	if (!s || va % PAGE_SIZE || va < HEAP_VA || pages == 0 || pages > s->heap.bits ||
	    (va - HEAP_VA) / PAGE_SIZE > s->heap.bits - pages || !all_mapped(s, va, pages))
		return -EINVAL;
	for (u64 i = 0; i < pages; i++)
		free_page(s, (va - HEAP_VA) / PAGE_SIZE + i);
	return 0;
}

long
mem_usage(word_t *out_limit)
{
	word_t most;

	return mem_usage_of(cos_badge(), out_limit, &most);
}

long
mem_usage_of(word_t comp, word_t *out_limit, word_t *out_most)
{
	struct space *s = space_of(comp);

	*out_limit = s ? s->limit : 0;
	*out_most = s ? __atomic_load_n(&s->most, __ATOMIC_RELAXED) : 0;
	return s ? (long)__atomic_load_n(&s->used, __ATOMIC_RELAXED) : -EINVAL;
}

long
mem_machine(word_t *out_user, word_t *out_kernel)
{
	struct kresult r = frame_counts(frames_cap());

	*out_user = r.r2;
	*out_kernel = r.r3;
	return frames_left();
}
