/*
 * Address spaces: attach and detach tables, map and unmap pages. What an entry looks like is the machine's business (hal.h).
 */
#include "pgtbl.h"

#include "mem.h"

static struct frame *
table_of(const pte_t *entry)
{
	return &frames[frame_of(entry)];
}

static int
va_is_page(u64 va)
{
	return va < USER_END && va % PAGE_SIZE == 0;
}

/* The record of a frame that counts its mappings; NULL for device memory. */
static inline struct frame *
counted(u64 n)
{
	return n < nframes && frames[n].type == FRAME_USER ? &frames[n] : NULL;
}

/* For each enum map_prot: EOK, or what is wrong with it. */
static const u8 prot_error[16] = {
	EINVAL, EOK, EINVAL, EOK, EINVAL, EOK, EINVAL, EACCES, EINVAL, EOK, EINVAL, EOK, EINVAL, EOK, EINVAL, EACCES,
};

static inline word_t
prot_check(word_t prot)
{
	return prot < 16 ? prot_error[prot] : EINVAL;
}

static inline int
is_loaded(const void *top)
{
	return hal_space_loaded() == frame_of(top) << PAGE_SHIFT;
}

void
pgtbl_attach(pte_t *entry, u64 table)
{
	*entry = hal_pte_table(table);
	frames[table].refs = 1;
	table_of(entry)->used++;
}

void
pgtbl_map(pte_t *entry, u64 n, word_t prot)
{
	struct frame *f = counted(n);

	*entry = hal_pte_page(n, f ? prot : prot | MAP_UNCACHED);
	if (f)
		f->refs++;
	table_of(entry)->used++;
}

static inline void
pgtbl_clear(pte_t *entry)
{
	struct frame *f = counted(hal_pte_frame(*entry));

	*entry = 0;
	if (f)
		f->refs--;
}

word_t
pgtbl_op_make(struct cap *c, struct args *a)
{
	struct cap *to;
	void *top;
	u64 n;
	word_t e;

	if ((e = frame_untyped_at(c, a->a1, &n)) || (e = cap_slot_free(a->a2, &to)))
		return e;
	top = frame_retype(n, CAP_PGTBL);
	hal_pgtbl_init(top);
	cap_set(to, CAP_PGTBL, top);
	return EOK;
}

word_t
pgtbl_op_attach(struct cap *c, struct args *a)
{
	pte_t *entry;
	u64 n;
	word_t e;

	if (a->a3 >= USER_END || a->a4 < 1 || a->a4 > 3)
		return EINVAL;
	entry = hal_pte(cap_obj(c), a->a3, a->a4 + 1);
	if (!entry)
		return ENOENT;
	if (hal_pte_present(*entry))
		return EEXIST;
	if ((e = frame_untyped_in(a->a1, a->a2, &n)))
		return e;
	frame_retype(n, CAP_PGTBL);
	pgtbl_attach(entry, n);
	return EOK;
}

word_t
pgtbl_op_map(struct cap *c, struct args *a)
{
	struct cap *f;
	pte_t *entry;
	u64 n;
	word_t e;

	if ((e = cap_find(a->a1, CAP_FRAME, RIGHT_USE, &f)))
		return e;
	if (a->a2 >= f->count || !va_is_page(a->a3))
		return EINVAL;
	if ((e = prot_check(a->a4)))
		return e;
	n = f->first + a->a2;
	if (n < nframes && frames[n].type != FRAME_USER && frames[n].type != FRAME_DEVICE)
		return EFRAMETYPE;
	entry = hal_pte(cap_obj(c), a->a3, 1);
	if (!entry)
		return ENOENT;
	if (hal_pte_present(*entry))
		return EEXIST;
	pgtbl_map(entry, n, a->a4);
	return EOK;
}

word_t
pgtbl_op_unmap(struct cap *c, struct args *a)
{
	u64 va = a->a1, first = (va >> PAGE_SHIFT) % 512, unmapped = 0;
	int loaded = is_loaded(cap_obj(c));
	pte_t *entry;

	if (!va_is_page(va) || a->a2 < 1 || a->a2 > 512 - first)
		return EINVAL;
	entry = hal_pte(cap_obj(c), va, 1);
	if (!entry)
		return ENOENT;
	for (u64 i = 0; i < a->a2; i++, entry++, va += PAGE_SIZE) {
		if (!hal_pte_present(*entry))
			continue;
		pgtbl_clear(entry);
		if (loaded)
			hal_tlb_forget(va);
		unmapped++;
	}
	table_of(entry - 1)->used -= unmapped;
	a->r[0] = unmapped;
	return EOK;
}

word_t
pgtbl_op_protect(struct cap *c, struct args *a)
{
	pte_t *entry;
	u64 n;
	word_t e;

	if (!va_is_page(a->a1))
		return EINVAL;
	if ((e = prot_check(a->a2)))
		return e;
	entry = hal_pte(cap_obj(c), a->a1, 1);
	if (!entry || !hal_pte_present(*entry))
		return ENOENT;
	n = hal_pte_frame(*entry);
	*entry = hal_pte_page(n, counted(n) ? a->a2 : a->a2 | MAP_UNCACHED);
	if (is_loaded(cap_obj(c)))
		hal_tlb_forget(a->a1);
	return EOK;
}

word_t
pgtbl_op_detach(struct cap *c, struct args *a)
{
	pte_t *entry;
	u64 n;

	if (a->a1 >= USER_END || a->a2 < 1 || a->a2 > 3)
		return EINVAL;
	entry = hal_pte(cap_obj(c), a->a1, a->a2 + 1);
	if (!entry || !hal_pte_present(*entry))
		return ENOENT;
	n = hal_pte_frame(*entry);
	if (frames[n].used)
		return EBUSY;
	*entry = 0;
	if (is_loaded(cap_obj(c)))
		hal_tlb_forget(a->a1);
	table_of(entry)->used--;
	frame_untype(n);
	return EOK;
}

word_t
pgtbl_op_query(struct cap *c, struct args *a)
{
	pte_t *entry;

	if (a->a1 >= USER_END)
		return EINVAL;
	entry = hal_pte(cap_obj(c), a->a1, 1);
	if (!entry || !hal_pte_present(*entry))
		return ENOENT;
	a->r[0] = hal_pte_frame(*entry);
	a->r[1] = hal_pte_prot(*entry);
	return EOK;
}

word_t
pgtbl_retire(void *obj)
{
	struct frame *f = &frames[frame_of(obj)];

	return f->refs || f->used || is_loaded(obj) ? EBUSY : EOK;
}
