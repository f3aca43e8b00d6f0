/*
 * Handing out capabilities: what the composition script grants, and the entry points (sinv) that
 * components invoke each other by.
 */
#include "booter.h"

/*
 * Makes one in a slot of the booter's own, copies it into the component's table, and forgets it.
 */
static void
put_derived(struct built *b, const struct info_grant *g, int err, slot_t temporary)
{
	if (err)
		die("%s: a grant failed with error %d", b->comp->name, err);
	comp_put(b, g->slot, temporary, RIGHT_ALL);
	slot_put_back(temporary);
}

static void
grant_ports(struct built *b, const struct info_grant *g)
{
	slot_t s = slot_take();

	put_derived(b, g, ioport_derive((struct ioport_cap){SLOT_BOOT_IOPORT}, s, g->a, g->b, RIGHT_ALL), s);
}

static void
grant_irqs(struct built *b, const struct info_grant *g)
{
	slot_t s = slot_take();

	put_derived(b, g, irq_derive((struct irq_cap){SLOT_BOOT_IRQ}, s, g->a, g->b, RIGHT_ALL), s);
}

static const struct info_grant *
grants_of(const struct built *b)
{
	return (const void *)((const char *)b->info + b->info->grants);
}

/* Where a range of device memory is mapped: behind those that the script names before it. */
static u64
device_va(const struct built *b, const struct info_grant *g)
{
	u64 va = DEVICES_VA;

	for (const struct info_grant *before = grants_of(b); before < g; before++)
		if (before->kind == GRANT_DEVICE)
			va += before->b;
	return va;
}

static void
grant_device(struct built *b, const struct info_grant *g)
{
	slot_t s = slot_take();
	struct frame_cap device = {SLOT_BOOT_DEVICE};
	u64 va = device_va(b, g);

	for (u64 at = 0; at < g->b; at += PAGE_SIZE)
		space_map_of(b->pgtbl, device, (g->a + at) / PAGE_SIZE, va + at, MAP_READ | MAP_WRITE | MAP_UNCACHED);
	put_derived(b, g, frame_derive(device, s, g->a / PAGE_SIZE, g->b / PAGE_SIZE, RIGHT_USE), s);
}

/* Writes a word of a grant in the component's own copy of its information. */
static void
tell(struct built *b, const u64 *word, u64 value)
{
	u64 at = (const char *)word - (const char *)b->info;
	struct kresult r = pgtbl_query(b->pgtbl, (INFO_VA + at) & -PAGE_SIZE);

	if (r.err)
		die("%s: its information is not mapped", b->comp->name);
	*(u64 *)((char *)window_open(r.r1) + at % PAGE_SIZE) = value;
	window_close();
}

static void
grant_frames(struct built *b, const struct info_grant *g)
{
	slot_t s = slot_take();
	u64 count = g->a;
	u64 first = count ? alloc_run(count) : alloc_rest(&count);

	put_derived(b, g, frame_derive(all_frames, s, first, count, RIGHT_ALL), s);
	tell(b, &g->a, count);
	tell(b, &g->b, first);
}

static void
grant_one(struct built *b, const struct info_grant *g, const struct first_caps *first)
{
	switch (g->kind) {
	case GRANT_IOPORT: grant_ports(b, g); break;
	case GRANT_IRQ: grant_irqs(b, g); break;
	case GRANT_DEVICE: grant_device(b, g); break;
	case GRANT_CAPTBL: comp_put(b, g->slot, comp_built(g->a)->captbl.slot, RIGHT_ALL); break;
	case GRANT_PGTBL: comp_put(b, g->slot, comp_built(g->a)->pgtbl.slot, RIGHT_ALL); break;
	case GRANT_COMP: comp_put(b, g->slot, comp_built(g->a)->cap.slot, RIGHT_ALL); break;
	case GRANT_TCAP: comp_put(b, g->slot, SLOT_BOOT_TCAP, RIGHT_ALL); break;
	case GRANT_FRAMES:
		if (g->a)
			grant_frames(b, g);
		break;
	case GRANT_CONTROL:
		comp_put(b, g->slot, first->thd, RIGHT_ALL);
		comp_put(b, g->slot + 1, first->rcv, RIGHT_ALL);
		break;
	case GRANT_RCV: case GRANT_SND: case GRANT_THREADS: case GRANT_FREE: case GRANT_DEATH: case GRANT_RESET:
		break; /* filled in later, by the scheduler or the component, or an entry point */
	default:
		die("%s: unknown grant %u", b->comp->name, g->kind);
	}
}

void
grant_all(struct built *b, const struct first_caps *first)
{
	for (u32 i = 0; i < b->info->ngrants; i++)
		grant_one(b, &grants_of(b)[i], first);
}

void
grant_rest(struct built *b)
{
	for (u32 i = 0; i < b->info->ngrants; i++)
		if (grants_of(b)[i].kind == GRANT_FRAMES && grants_of(b)[i].a == 0)
			grant_frames(b, &grants_of(b)[i]);
}

void
grant_invocations(void)
{
	const struct manifest *m = image_manifest();
	const struct manifest_sinv *v = image_array(m->sinvs, m->nsinvs, sizeof(*v));

	for (u32 i = 0; i < m->nsinvs; i++) {
		slot_t s = slot_take();
		int e = comp_make_sinv(comp_built(v[i].server)->cap, s, v[i].entry, v[i].badge);

		if (e)
			die("%s: entry %lx failed with error %d", comp_built(v[i].server)->comp->name, v[i].entry, e);
		comp_put(comp_built(v[i].client), v[i].slot, s, RIGHT_USE);
		slot_put_back(s);
	}
}
