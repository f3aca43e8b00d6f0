/*
 * Building a component: capability table, address space, program, stacks, information, files.
 */
#include <lib/string.h>

#include "booter.h"

static struct built built[COMPS_MAX + 1]; /* by component id */

struct built *
comp_built(u32 id)
{
	if (id > COMPS_MAX || !built[id].comp)
		die("the manifest names component %u, which does not exist", id);
	return &built[id];
}

static void
must(int err, const struct built *b, const char *what)
{
	if (err)
		die("%s: %s failed with error %d", b->comp->name, what, err);
}

/* From stack number first on. The lowest pages of each stride stay unmapped: the guard. */
static void
map_stacks(struct built *b, u32 first)
{
	for (u32 i = first; i < b->info->stacks; i++) {
		u64 top = STACK_VA + (i + 1) * STACK_STRIDE;

		for (u32 page = 1; page <= b->info->stack_pages; page++) {
			u64 n = alloc_frame();

			must(frame_to_user(all_frames, n), b, "a stack page");
			space_map(b->pgtbl, n, top - page * PAGE_SIZE, MAP_READ | MAP_WRITE);
		}
	}
}

/* A copy: the booter writes into it what it alone knows. */
static void
map_info(struct built *b)
{
	const char *from = (const char *)b->info;

	for (u64 at = 0; at < b->info->size; at += PAGE_SIZE) {
		u64 n = alloc_frame(), left = b->info->size - at;

		must(frame_to_user(all_frames, n), b, "an information page");
		memcpy(window_open(n), from + at, left < PAGE_SIZE ? left : PAGE_SIZE);
		window_close();
		space_map(b->pgtbl, n, INFO_VA + at, MAP_READ);
	}
}

/* The frames of the boot image themselves. */
static void
map_file(struct built *b, const struct manifest_file *f)
{
	u64 first = image_frames(f->offset, f->bytes);
	word_t prot = f->flags & FILE_WRITABLE ? MAP_READ | MAP_WRITE : MAP_READ;

	for (u64 at = 0; at < f->bytes; at += PAGE_SIZE)
		space_map(b->pgtbl, first + at / PAGE_SIZE, f->va + at, prot);
}

static void
map_files(struct built *b)
{
	const struct manifest *m = image_manifest();
	const struct manifest_file *f = image_array(m->files, m->nfiles, sizeof(*f));

	for (u32 i = 0; i < m->nfiles; i++) {
		if (f[i].comp != b->comp->id)
			continue;
		map_file(b, &f[i]);
	}
}

static void
make_captbl(struct built *b)
{
	b->captbl.slot = slot_take();
	must(frame_make_captbl(all_frames, alloc_frame(), b->captbl.slot), b, "its capability table");
	for (slot_t end = SLOTS_FIRST_FRAME; end < b->comp->captbl_slots; end += SLOTS_PER_FRAME)
		must(captbl_extend(b->captbl, all_frames, alloc_frame(), end), b, "its capability table");
}

static void
adopt_booter(struct built *b)
{
	b->captbl = own_captbl;
	b->pgtbl = own_pgtbl;
	b->cap.slot = SLOT_BOOT_COMP;
}

const struct comp_info *
comp_find_info(const char *file)
{
	u64 size;
	const struct comp_info *i = image_file(file, &size);

	if (size < sizeof(*i) || i->magic != INFO_MAGIC || i->size > size || i->stacks > STACKS_MAX ||
	    i->stack_pages >= STACK_STRIDE / PAGE_SIZE || i->grants > i->size ||
	    i->ngrants > (i->size - i->grants) / sizeof(struct info_grant))
		die("%s is damaged", file);
	return i;
}

void
comp_map_own_stacks(const struct comp_info *info)
{
	static const struct manifest_comp self = {.name = "booter"};
	struct built b = {.comp = &self, .info = info, .pgtbl = own_pgtbl};

	map_stacks(&b, 1);
}

void
comp_build(const struct manifest_comp *c)
{
	struct built *b;
	u64 entry;

	if (c->id == 0 || c->id > COMPS_MAX || built[c->id].comp)
		die("the manifest gives component id %u twice, or it is out of range", c->id);
	b = &built[c->id];
	b->comp = c;
	b->info = comp_find_info(c->info);
	if (c->flags & COMP_BOOTER) {
		adopt_booter(b);
		return;
	}
	make_captbl(b);
	b->pgtbl.slot = slot_take();
	must(frame_make_pgtbl(all_frames, alloc_frame(), b->pgtbl.slot), b, "its address space");
	entry = load_program(b->pgtbl, c->program);
	map_stacks(b, 0);
	map_info(b);
	map_files(b);
	b->cap.slot = slot_take();
	must(frame_make_comp(all_frames, alloc_frame(), b->cap.slot, b->captbl, b->pgtbl, entry), b, "the component");
}

void
comp_put(struct built *b, slot_t to, slot_t from, word_t rights)
{
	must(captbl_copy(b->captbl, to, from, rights), b, "a capability");
}
