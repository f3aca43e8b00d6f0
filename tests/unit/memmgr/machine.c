/*
 * The machine. Kernel calls are atomic: a signal that comes within one waits (machine_in).
 */
#include "machine.h"

#include <init/info.h>
#include <lib/component.h>
#include <lib/kcall.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HEAP   65536UL
#define SHARED 8192UL
#define OWN_BYTES (64UL * PAGE_SIZE)
#define SLOT_FRAMES 20
#define SLOT_PGTBL  30 /* + component id */

volatile u64 machine_wrong, machine_calls;
void (*machine_preempt)(void);

static u8 type[MACHINE_FRAMES];
static u32 mapped[MACHINE_FRAMES];
static u8 heap_mapped[MACHINE_FRAMES];
static u32 heap[MACHINE_OWN + 1][HEAP], shared[MACHINE_OWN + 1][SHARED]; /* frame + 1 */
static u8 tables[MACHINE_OWN + 1][3]
		[512]; /* level 1: one for each 2 MiB of the two ranges; and above */
static word_t badge;

static const struct info_grant frames_grant = {GRANT_FRAMES, SLOT_FRAMES, MACHINE_FRAMES,
					       MACHINE_BASE};
static const struct info_grant pgtbls[] = {{GRANT_PGTBL, SLOT_PGTBL + 1, 1, 0},
					   {GRANT_PGTBL, SLOT_PGTBL + 2, 2, 0},
					   {GRANT_PGTBL, SLOT_PGTBL + 3, 3, 0},
					   {GRANT_PGTBL, SLOT_PGTBL + MACHINE_OWN, MACHINE_OWN, 0}};
static const struct comp_info info = {.id = MACHINE_OWN};
static const struct info_comp comps[MACHINE_COMPS] = {
	{.id = 1, .memory_pages = MACHINE_LIMIT},
	{.id = 2, .memory_pages = MACHINE_LIMIT},
	{.id = 3, .memory_pages = MACHINE_LIMIT},
};

const struct info_grant *
cos_grant(enum grant_kind kind, u32 nth)
{
	if (kind == GRANT_FRAMES)
		return nth ? NULL : &frames_grant;
	return kind == GRANT_PGTBL && nth < MACHINE_OWN ? &pgtbls[nth] : NULL;
}

const struct comp_info *
cos_info(void)
{
	return &info;
}

const struct info_comp *
cos_comps(u32 *n)
{
	*n = MACHINE_COMPS;
	return comps;
}

/* Components 1 and 2 may have memory for devices. */
u64
cos_param_number(const char *key, u64 otherwise)
{
	return strcmp(key, "dma_components") == 0 ? 6 : otherwise;
}

void
cos_panic(const char *fmt, ...)
{
	(void)fmt;
	abort();
}

/* Component 3 is the booter. */
word_t
cos_provider(const char *interface)
{
	return strcmp(interface, "init") == 0 ? 3 : 0;
}

word_t
cos_badge(void)
{
	return badge;
}

void
machine_badge(word_t comp)
{
	badge = comp;
}

word_t
machine_caller(void)
{
	return badge;
}

void
machine_init(void)
{
	if (mmap((void *)HEAP_VA, OWN_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
	         0) != (void *)HEAP_VA)
		abort();
	machine_reset();
}

void
machine_reset(void)
{
	memset(type, FRAME_UNTYPED, sizeof(type));
	memset(mapped, 0, sizeof(mapped));
	memset(heap_mapped, 0, sizeof(heap_mapped));
	memset(heap, 0, sizeof(heap));
	memset(shared, 0, sizeof(shared));
	memset(tables, 0, sizeof(tables));
	machine_wrong = 0;
}

/* The entry for an address; NULL outside the two ranges. */
static u32 *
entry(word_t comp, u64 va)
{
	if (va >= HEAP_VA && va < HEAP_VA + HEAP * PAGE_SIZE)
		return &heap[comp][(va - HEAP_VA) / PAGE_SIZE];
	if (va >= SHARED_VA && va < SHARED_VA + SHARED * PAGE_SIZE)
		return &shared[comp][(va - SHARED_VA) / PAGE_SIZE];
	return NULL;
}

/* Which table of a level serves an address: the two ranges lie far apart. */
static u8 *
table(word_t comp, u64 va, word_t level)
{
	u64 side = va >= SHARED_VA;
	u64 within = va - (side ? SHARED_VA : HEAP_VA);

	if (level == 1)
		return &tables[comp][0][side * 256 + within / (512 * PAGE_SIZE)];
	return level == 2 ? &tables[comp][1][side] : &tables[comp][2][0];
}

static word_t
attach(word_t comp, word_t f, word_t va, word_t level)
{
	u8 *t = table(comp, va, level);

	if (level < 3 && !*table(comp, va, level + 1))
		return ENOENT;
	if (*t)
		return EEXIST;
	if (type[f] != FRAME_UNTYPED)
		return EFRAMETYPE;
	type[f] = FRAME_KERNEL;
	*t = 1;
	return EOK;
}

static word_t
map(word_t comp, word_t f, word_t va, word_t prot)
{
	u32 *e = entry(comp, va);
	int own = va < SHARED_VA;

	if (!e || f >= MACHINE_FRAMES || prot & MAP_EXEC) {
		machine_wrong++;
		return EINVAL;
	}
	if (type[f] != FRAME_USER)
		return EFRAMETYPE;
	if (!*table(comp, va, 1))
		return ENOENT;
	if (*e)
		return EEXIST;
	if (own ? mapped[f] != 0 : heap_mapped[f] || mapped[f] > 1)
		machine_wrong++;
	*e = f + 1;
	mapped[f]++;
	heap_mapped[f] = own;
	return EOK;
}

static word_t
unmap(word_t comp, word_t va, word_t n, word_t *count)
{
	if (n > 512 - va / PAGE_SIZE % 512)
		return EINVAL;
	if (!entry(comp, va) || !*table(comp, va, 1))
		return ENOENT;
	for (word_t i = 0; i < n; i++) {
		u32 *e = entry(comp, va + i * PAGE_SIZE);

		if (!*e)
			continue;
		mapped[*e - 1]--;
		heap_mapped[*e - 1] = 0;
		*e = 0;
		++*count;
	}
	return EOK;
}

static word_t
retype(word_t op, word_t f)
{
	if (f >= MACHINE_FRAMES) {
		machine_wrong++;
		return EINVAL;
	}
	if (op == FRAME_TO_USER) {
		machine_wrong += type[f] != FRAME_UNTYPED;
		type[f] = FRAME_USER;
		return EOK;
	}
	if (mapped[f])
		return EBUSY;
	if (type[f] != FRAME_USER) {
		machine_wrong++;
		return EFRAMETYPE;
	}
	type[f] = FRAME_UNTYPED;
	return EOK;
}

static void
count_frames(struct kresult *r)
{
	for (u32 f = 0; f < MACHINE_FRAMES; f++) {
		r->r1 += type[f] == FRAME_UNTYPED;
		r->r2 += type[f] == FRAME_USER;
		r->r3 += type[f] == FRAME_KERNEL;
	}
}

static struct kresult
call(slot_t slot, word_t op, word_t a1, word_t a2, word_t a3, word_t a4)
{
	struct kresult r = {0, 0, 0, 0};
	word_t comp = slot - SLOT_PGTBL;

	if (slot == SLOT_FRAMES && op == FRAME_COUNTS)
		count_frames(&r);
	else if (slot == SLOT_FRAMES)
		r.err = retype(op, a1);
	else if (op == PGTBL_ATTACH)
		r.err = attach(comp, a2, a3, a4);
	else if (op == PGTBL_MAP)
		r.err = map(comp, a2, a3, a4);
	else if (op == PGTBL_UNMAP)
		r.err = unmap(comp, a1, a2, &r.r1);
	else if (!entry(comp, a1) || !*entry(comp, a1))
		r.err = ENOENT;
	else
		r.r1 = *entry(comp, a1) - 1 + MACHINE_BASE;
	return r;
}

struct kresult
kcall(slot_t slot, word_t op, word_t a1, word_t a2, word_t a3, word_t a4, word_t a5)
{
	struct kresult r;

	(void)a5;
	if (machine_preempt)
		machine_preempt();
	machine_calls++;
	r = call(slot, op, a1, a2, a3, a4);
	if (machine_preempt)
		machine_preempt();
	return r;
}

u64
machine_mapped(word_t comp, u64 va)
{
	u32 *e = entry(comp, va);

	return e && *e ? *e - 1 : ~0UL;
}

u64
machine_user_frames(void)
{
	u64 n = 0;

	for (u32 f = 0; f < MACHINE_FRAMES; f++)
		n += type[f] == FRAME_USER;
	return n;
}
