/*
 * Faults. The recovery thread waits on its end point, which the kernel tells of every fault in a
 * component that the system can do without. Such a component is marked down: its callers get
 * ECOMPDEAD, its neighbours go on.
 */
#include <lib/print.h>
#include <sched/sched.h>

#include "booter.h"

static const char *const causes[] = {
	[FAULT_PAGE] = "page fault", [FAULT_DIVIDE] = "division by zero", [FAULT_OPCODE] = "invalid instruction",
	[FAULT_GENERAL] = "protection fault", [FAULT_DEBUG] = "breakpoint", [FAULT_MATH] = "floating-point fault",
};

/* Every component but the trusted ones, whose faults the kernel takes for the end. */
static void
watch_all(struct snd_cap s)
{
	const struct manifest *m = image_manifest();
	const struct manifest_comp *c = image_array(m->comps, m->ncomps, sizeof(*c));

	for (u32 i = 0; i < m->ncomps; i++)
		if (!(c[i].flags & COMP_TRUSTED) && comp_set_fault(comp_built(c[i].id)->cap, s, c[i].id))
			die("%s cannot be watched", c[i].name);
}

static void
handle(word_t thread)
{
	const struct info_grant *g = cos_grant(GRANT_THREADS, 0);
	struct thd_cap t = {g->slot + thread};
	struct kresult f = thd_fault(t), where = thd_get_reg(t, REG_COMP);
	struct built *b;
	int e;

	if (thread >= g->b || f.err || where.err) {
		cos_printf("booter: thread %lu faulted, and is gone\n", thread);
		return;
	}
	b = comp_built(where.r1);
	cos_printf("booter: %s: thread %lu: %s at %lx (instruction %lx)\n", b->comp->name, thread, causes[f.r1], f.r2,
	           f.r3);
	e = comp_down(b->cap);
	if (e && e != EBUSY)
		die("%s cannot be marked down: error %d", b->comp->name, e);
	death_follows(b->comp->id, thread);
	if (b->comp->id == cos_param_number("verdict", 0))
		die("%s has died, and with it the verdict", b->comp->name);
}

void
fault_loop(void)
{
	const struct info_grant *g = cos_grant(GRANT_RCV, 0);
	struct rcv_cap r = {g->slot};
	struct snd_cap s = {slot_take()};

	if (rcv_make_snd(r, s.slot))
		die("the fault end point cannot be made");
	watch_all(s);
	for (;;) {
		struct kresult e = rcv_wait(r, 0, CYCLES_INF);

		if (e.err)
			die("waiting for faults failed with error %lu", e.err);
		if (e.r2 >> 32 && (e.r3 & EVENT_FAULT))
			handle((u32)e.r2);
	}
}
