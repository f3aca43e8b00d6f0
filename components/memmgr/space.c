/*
 * Address spaces of components: what is mapped where, and what it may cost.
 */
#include <lib/component.h>

#include "memmgr.h"

static struct space spaces[COMPS];

struct pgtbl_cap
space_pgtbl(u32 comp)
{
	const struct info_grant *g;

	for (u32 i = 0; (g = cos_grant(GRANT_PGTBL, i)); i++)
		if (g->a == comp)
			return (struct pgtbl_cap){g->slot};
	return (struct pgtbl_cap){0};
}

/* Whole words. */
static u64
heap_pages(u64 limit)
{
	u64 pages = (limit * HEAP_TIMES + 63) & -64UL;

	if (pages < HEAP_LEAST)
		return HEAP_LEAST;
	return pages < HEAP_PAGES ? pages : HEAP_PAGES;
}

static struct space
make_space(const struct info_comp *c, int dma)
{
	u64 heap = heap_pages(c->memory_pages);

	return (struct space){
		.comp = c->id,
		.pgtbl = space_pgtbl(c->id),
		.limit = c->memory_pages,
		.dma = dma,
		.heap = {own_memory(heap / 8), heap, 0},
		.shared = {own_memory(SHARED_PAGES / 8), SHARED_PAGES, 0},
		.freeing = own_memory(heap / 8),
	};
}

void
space_init(void)
{
	u64 dma = cos_param_number("dma_components", 0);
	u32 n;
	const struct info_comp *c = cos_comps(&n);

	if (n > COMPS)
		cos_panic("%u components are more than %u", n, COMPS);
	for (u32 i = 0; i < n; i++)
		spaces[i] = make_space(&c[i], dma >> c[i].id & 1);
}

struct space *
space_of(word_t comp)
{
	for (u32 i = 0; i < COMPS && comp; i++)
		if (spaces[i].comp == comp)
			return &spaces[i];
	return NULL;
}

int
space_charge(struct space *s, u64 pages)
{
	u64 used = __atomic_add_fetch(&s->used, pages, __ATOMIC_SEQ_CST);
	u64 most = __atomic_load_n(&s->most, __ATOMIC_RELAXED);

	if (used > s->limit) {
		space_discharge(s, pages);
		return 0;
	}
	while (most < used && !__atomic_compare_exchange_n(&s->most, &most, used, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	return 1;
}

void
space_discharge(struct space *s, u64 pages)
{
	__atomic_sub_fetch(&s->used, pages, __ATOMIC_SEQ_CST);
}

/* Page tables are added as needed and stay; if another thread adds one first, the kernel
 * says so. */
static int
add_tables(struct space *s, u64 va)
{
	for (word_t level = 3; level >= 1; level--) {
		u64 f = frames_take_untyped();
		int e;

		if (f == BITMAP_NONE)
			return ENOMEM;
		e = pgtbl_attach(s->pgtbl, frames_cap(), f, va, level);
		if (e)
			frames_give_untyped(f);
		if (e && e != EEXIST)
			return e;
	}
	return EOK;
}

static int
map_one(struct space *s, u64 frame, u64 va)
{
	int e = pgtbl_map(s->pgtbl, frames_cap(), frame, va, MAP_READ | MAP_WRITE);

	if (e != ENOENT)
		return e;
	e = add_tables(s, va);
	return e ? e : pgtbl_map(s->pgtbl, frames_cap(), frame, va, MAP_READ | MAP_WRITE);
}

int
space_map(struct space *s, u64 frame, u64 va, u64 count)
{
	for (u64 i = 0; i < count; i++) {
		int e = map_one(s, frame + i, va + i * PAGE_SIZE);

		if (!e)
			continue;
		space_unmap(s, va, i);
		return e;
	}
	return EOK;
}

void
space_unmap(struct space *s, u64 va, u64 count)
{
	while (count) {
		u64 left = 512 - va / PAGE_SIZE % 512; /* of this table */
		u64 n = count < left ? count : left;

		pgtbl_unmap(s->pgtbl, va, n);
		va += n * PAGE_SIZE;
		count -= n;
	}
}

static u64
take_out(struct space *s, u64 va)
{
	struct kresult q = pgtbl_query(s->pgtbl, va);

	return !q.err && pgtbl_unmap(s->pgtbl, va, 1).r1 == 1 ? q.r1 - frames_base() : BITMAP_NONE;
}

/* Between the question what is mapped and the unmapping, the page's bit keeps others from freeing
 * it, and so from mapping another frame there. */
u64
space_free(struct space *s, u64 page)
{
	u64 bit = 1UL << page % 64, f;

	if (__atomic_fetch_or(&s->freeing[page / 64], bit, __ATOMIC_ACQ_REL) & bit)
		return BITMAP_NONE;
	f = take_out(s, HEAP_VA + page * PAGE_SIZE);
	__atomic_fetch_and(&s->freeing[page / 64], ~bit, __ATOMIC_ACQ_REL);
	return f;
}
