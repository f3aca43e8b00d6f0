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
}

/* Frames one by one: they need not be adjacent. On failure nothing stays. */
static int
fill(struct space *s, u64 va, u64 pages)
{
	for (u64 i = 0; i < pages; i++) {
		u64 f = frames_take(1, 1);
		int e = f == BITMAP_NONE ? ENOMEM : space_map(s, f, va + i * PAGE_SIZE, 1);

		if (!e)
			continue;
		if (f != BITMAP_NONE)
			frames_give(f, 1);
		while (i--)
			frames_give(space_unmap(s, va + i * PAGE_SIZE), 1);
		return e;
	}
	return EOK;
}

/* Addresses, charged. Result: the first page's index in the heap, or BITMAP_NONE. */
static u64
reserve(struct space *s, u64 pages)
{
	u64 at;

	if (!space_charge(s, pages))
		return BITMAP_NONE;
	at = bitmap_take(&s->heap, pages, 1);
	if (at == BITMAP_NONE)
		space_discharge(s, pages);
	return at;
}

static void
unreserve(struct space *s, u64 at, u64 pages)
{
	bitmap_give(&s->heap, at, pages);
	space_discharge(s, pages);
}

long
mem_alloc(word_t pages, word_t *out_va)
{
	struct space *s = space_of(cos_badge());
	u64 at;
	int e;

	if (!s || pages == 0 || pages > HEAP_PAGES)
		return -EINVAL;
	at = reserve(s, pages);
	if (at == BITMAP_NONE)
		return -ENOMEM;
	e = fill(s, HEAP_VA + at * PAGE_SIZE, pages);
	if (e) {
		unreserve(s, at, pages);
		return -e;
	}
	*out_va = HEAP_VA + at * PAGE_SIZE;
	return 0;
}

long
mem_alloc_contiguous(word_t pages, word_t align, word_t *out_va, word_t *out_phys)
{
	struct space *s = space_of(cos_badge());
	u64 at, f;
	int e = ENOMEM;

	if (!s || pages == 0 || pages > HEAP_PAGES || align == 0 || align & (align - 1) || align > HEAP_PAGES)
		return -EINVAL;
	at = reserve(s, pages);
	if (at == BITMAP_NONE)
		return -ENOMEM;
	f = frames_take(pages, align);
	if (f != BITMAP_NONE)
		e = space_map(s, f, HEAP_VA + at * PAGE_SIZE, pages);
	if (e) {
		if (f != BITMAP_NONE)
			frames_give(f, pages);
		unreserve(s, at, pages);
		return -e;
	}
	*out_va = HEAP_VA + at * PAGE_SIZE;
	*out_phys = (frames_base() + f) << PAGE_SHIFT;
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

long
mem_free(word_t va, word_t pages)
{
	struct space *s = space_of(cos_badge());
	u64 f;

	if (!s || va % PAGE_SIZE || va < HEAP_VA || pages == 0 || pages > HEAP_PAGES ||
	    (va - HEAP_VA) / PAGE_SIZE > HEAP_PAGES - pages || !all_mapped(s, va, pages))
		return -EINVAL;
	for (u64 i = 0; i < pages; i++) {
		f = space_unmap(s, va + i * PAGE_SIZE);
		if (f == BITMAP_NONE)
			continue; /* another thread frees the same page */
		frames_give(f, 1);
		unreserve(s, (va - HEAP_VA) / PAGE_SIZE + i, 1);
	}
	return 0;
}

long
mem_usage(word_t *out_limit)
{
	struct space *s = space_of(cos_badge());

	*out_limit = s ? s->limit : 0;
	return s ? s->used : 0;
}
