/*
 * The start order of the system.
 */
#include <lib/print.h>

#include "booter.h"

#define SCHED_THREAD 1 /* id of the scheduler's first thread */

enum { RECOVERY = 1, RESETS, DEATHS }; /* the booter's threads by number: composer/check.py */

static word_t token;   /* of the booter's dispatches */
static word_t started; /* component whose first thread the booter waits for; 0 = none */

static void
dispatch(struct thd_cap t, word_t priority)
{
	int e;

	do
		e = thd_dispatch(t, (struct tcap_cap){SLOT_BOOT_TCAP}, priority, CYCLES_INF, ++token);
	while (e == EBUSY || e == EAGAIN);
	if (e)
		die("dispatch failed with error %d", e);
}

static struct thd_cap
make_thread(struct built *b, thdid_t id)
{
	struct thd_cap t = {slot_take()};
	int e = frame_make_thd(all_frames, alloc_frame(), t.slot, b->cap, id, 0);

	if (!e)
		e = thd_bind(t, (struct rcv_cap){SLOT_BOOT_RCV});
	if (e)
		die("%s: its first thread failed with error %d", b->comp->name, e);
	return t;
}

/* Runs the first thread of a component that comes before the scheduler, until its init_done. */
static void
run_first(struct built *b)
{
	started = b->comp->id;
	dispatch(make_thread(b, 0), 0);
	started = 0;
}

/*
 * Whoever else asks would wake the booter's first life, for which the system is over when it goes
 * on.
 */
void
first_thread_done(word_t comp)
{
	if (comp == 0 || comp != started)
		return;
	dispatch((struct thd_cap){SLOT_BOOT_THD}, 0);
}

static const struct manifest_comp *
comps(u32 *n)
{
	*n = image_manifest()->ncomps;
	return image_array(image_manifest()->comps, *n, sizeof(struct manifest_comp));
}

static struct built *
find(u32 flag)
{
	u32 n;
	const struct manifest_comp *c = comps(&n);

	for (u32 i = 0; i < n; i++)
		if (c[i].flags & flag)
			return comp_built(c[i].id);
	return NULL;
}

/* A root scheduler of its own: the processor idles when it waits. */
static struct first_caps
make_sched_thread(struct built *sched)
{
	struct thd_cap t = make_thread(sched, SCHED_THREAD);
	struct first_caps f = {t.slot, slot_take()};
	int e = frame_make_rcv(all_frames, alloc_frame(), f.rcv, t, (struct tcap_cap){SLOT_BOOT_TCAP}, 1);

	if (e)
		die("the scheduler's end point failed with error %d", e);
	return f;
}

static void
build_all(void)
{
	u32 n;
	const struct manifest_comp *c = comps(&n);

	for (u32 i = 0; i < n; i++)
		if (c[i].flags & COMP_BOOTER)
			slots_init(c[i].captbl_slots > SLOT_BOOT_FREE ? c[i].captbl_slots : SLOT_BOOT_FREE);
	for (u32 i = 0; i < n; i++)
		comp_build(&c[i]);
}

void
cos_early(void)
{
	const struct boot_info *boot = (const struct boot_info *)BOOT_INFO_VA;

	print_set_sink(early_print);
	alloc_init(boot);
	image_init(boot);
	cos_set_info(comp_find_info("booter.info"));
	comp_map_own_stacks(cos_info());
}

void
cos_init(void)
{
	struct first_caps first = {0, 0};
	struct built *sched;
	u32 n;

	build_all();
	sched = find(COMP_SCHED);
	if (sched)
		first = make_sched_thread(sched);
	for (u32 i = 0; i < image_manifest()->ncomps; i++)
		grant_all(comp_built(comps(&n)[i].id), &first);
	grant_invocations();
	for (u32 i = 0; i < image_manifest()->ncomps; i++)
		grant_rest(comp_built(comps(&n)[i].id));
	for (u32 i = 0; i < image_manifest()->ncomps; i++) {
		struct built *b = comp_built(comps(&n)[i].id);

		if (b == sched)
			break;
		if (!(b->comp->flags & COMP_BOOTER))
			run_first(b);
	}
	if (!sched)
		die("there is no scheduler");
	dispatch((struct thd_cap){first.thd}, 0);
	die("the scheduler went away");
}

void
cos_thread(word_t number)
{
	switch (number) {
	case RECOVERY: fault_loop(); break;
	case RESETS: death_resets();
	default: death_announcements();
	}
}
