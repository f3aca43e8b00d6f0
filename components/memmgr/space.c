/*
 * Address spaces of components: what is mapped where, and what it may cost.
 */
#include <lib/component.h>

#include "memmgr.h"

static struct space spaces[COMPS];
static u64 heap_words[COMPS][HEAP_PAGES / 64], freeing[COMPS][HEAP_PAGES / 64];
static u64 shared_words[COMPS][SHARED_PAGES / 64];

static slot_t
pgtbl_slot(u32 comp)
{
	const struct info_grant *g;

	for (u32 i = 0; (g = cos_grant(GRANT_PGTBL, i)); i++)
		if (g->a == comp)
			return g->slot;
	return 0;
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
		spaces[i] = (struct space){
			.comp = c[i].id,
			.pgtbl = {pgtbl_slot(c[i].id)},
			.limit = c[i].memory_pages,
			.dma = dma >> c[i].id & 1,
			.heap = {heap_words[i], HEAP_PAGES, 0},
			.shared = {shared_words[i], SHARED_PAGES, 0},
			.freeing = freeing[i],
		};
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
	if (__atomic_add_fetch(&s->used, pages, __ATOMIC_SEQ_CST) <= s->limit)
		return 1;
	space_discharge(s, pages);
	return 0;
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
