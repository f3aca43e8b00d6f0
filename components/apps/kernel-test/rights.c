/*
 * What holds for every kind: rights that are missing, objects that are gone, arguments of another kind.
 */
#include <lib/component.h>

#include "test.h"

/* The operations of each kind, a bit for each. */
static const u32 operations[CAP_KINDS] = {
	[CAP_CAPTBL] = 0xf, [CAP_PGTBL] = 0x3f, [CAP_COMP] = 0x1f, [CAP_THD] = 0xff,
	[CAP_TCAP] = 0x7, [CAP_RCV] = 0x7, [CAP_SND] = 0x1,
	[CAP_IRQ] = 0xf, [CAP_IOPORT] = 0xb, [CAP_FRAME] = 0x3ff8,
};

/* Every operation of the capability in a slot gives this error, and what is no operation ENOSYS. */
static int
all_give(slot_t s, word_t error)
{
	u32 ops = operations[captbl_query(own_captbl, s).r1];

	for (word_t op = 0; op < 18; op++)
		CHECK_EQ(kcall(s, op, 0, 0, 0, 0, 0).err, ops >> op & 1 ? error : ENOSYS);
	return 1;
}

/* One object of each kind, in slots from T0 on. */
enum { TABLE = T0, SPACE, COMP, THD, TCAP, RCV, SND, SINV, LAST = SINV };
static u64 object[RCV - TABLE + 1];

static int
make_each(void)
{
	for (u32 i = 0; i <= RCV - TABLE; i++)
		object[i] = frame_take();
	CHECK_EQ(frame_make_captbl(all_frames, object[0], TABLE), EOK);
	CHECK_EQ(frame_make_pgtbl(all_frames, object[1], SPACE), EOK);
	CHECK_EQ(frame_make_comp(all_frames, object[2], COMP, (struct captbl_cap){TABLE},
	                         (struct pgtbl_cap){SPACE}, 0x400000),
	         EOK);
	CHECK_EQ(frame_make_thd(all_frames, object[3], THD, (struct comp_cap){COMP}, 3, 0), EOK);
	CHECK_EQ(frame_make_tcap(all_frames, object[4], TCAP, 9), EOK);
	CHECK_EQ(frame_make_rcv(all_frames, object[5], RCV, (struct thd_cap){THD}, (struct tcap_cap){TCAP}, 0), EOK);
	CHECK_EQ(rcv_make_snd((struct rcv_cap){RCV}, SND), EOK);
	CHECK_EQ(comp_make_sinv((struct comp_cap){COMP}, SINV, 0x400000, 0), EOK);
	return 1;
}

/* Last made, first reclaimed: parts of a component go after it. */
static int
reclaim_each(void)
{
	for (u32 i = RCV - TABLE + 1; i-- > 0;)
		CHECK_EQ(frame_reclaim(all_frames, object[i]), EOK);
	return 1;
}

static void
clear_each(void)
{
	for (slot_t s = TABLE; s <= LAST; s++)
		slot_clear(s);
	for (u32 i = 0; i <= RCV - TABLE; i++)
		frame_back(object[i]);
}

static int
no_right(void)
{
	CHECK(make_each());
	CHECK_EQ(captbl_copy(own_captbl, T0 + 20, SND, 0), EOK);
	CHECK(all_give(T0 + 20, EACCES));
	slot_clear(T0 + 20);
	for (slot_t s = SLOT_BOOT_CAPTBL; s <= SLOT_BOOT_IOPORT; s++) {
		CHECK_EQ(captbl_copy(own_captbl, T0 + 20, s, 0), EOK);
		CHECK(all_give(T0 + 20, EACCES));
		slot_clear(T0 + 20);
	}
	CHECK(reclaim_each());
	clear_each();
	return 1;
}

static int
no_right_to_invoke(void)
{
	CHECK(make_each());
	CHECK_EQ(captbl_copy(own_captbl, T0 + 20, SINV, RIGHT_ALL & ~RIGHT_USE), EOK);
	CHECK_EQ(kcall(T0 + 20, 0, 0, 0, 0, 0, 0).err, EACCES);
	slot_clear(T0 + 20);
	CHECK(reclaim_each());
	clear_each();
	return 1;
}

static int
dead(void)
{
	CHECK(make_each());
	CHECK(reclaim_each());
	for (slot_t s = TABLE; s <= SND; s++)
		CHECK(all_give(s, EDEADCAP));
	CHECK_EQ(kcall(SINV, 0, 0, 0, 0, 0, 0).err, EDEADCAP);
	clear_each();
	return 1;
}

static int
dead_arguments(void)
{
	struct captbl_cap table = {TABLE};
	struct pgtbl_cap space = {SPACE};
	struct tcap_cap tcap = {TCAP};
	struct thd_cap thd = {THD};
	struct snd_cap snd = {SND};
	u64 f = frame_take();

	CHECK(make_each());
	CHECK(reclaim_each());
	CHECK_EQ(frame_make_comp(all_frames, f, T0 + 20, table, own_pgtbl, 0), EDEADCAP);
	CHECK_EQ(frame_make_comp(all_frames, f, T0 + 20, own_captbl, space, 0), EDEADCAP);
	CHECK_EQ(frame_make_thd(all_frames, f, T0 + 20, (struct comp_cap){COMP}, 1, 0), EDEADCAP);
	CHECK_EQ(frame_make_rcv(all_frames, f, T0 + 20, thd, own_tcap, 0), EDEADCAP);
	CHECK_EQ(thd_bind(own_thd, (struct rcv_cap){RCV}), EDEADCAP);
	CHECK_EQ(thd_dispatch(own_thd, tcap, 100, CYCLES_INF, ++token), EDEADCAP);
	CHECK_EQ(tcap_transfer(own_tcap, tcap, 1, 5), EDEADCAP);
	CHECK_EQ(tcap_delegate(own_tcap, snd, 1, 5), EDEADCAP);
	CHECK_EQ(comp_set_fault(own_comp, snd, 0), EDEADCAP);
	CHECK_EQ(irq_attach(all_irqs, 5, snd), EDEADCAP);
	CHECK_EQ(frame_query(all_frames, f).r1, FRAME_UNTYPED);
	frame_back(f);
	clear_each();
	return 1;
}

/* Every argument that names a slot: SLOT_BOOT_IOPORT holds none of what is asked for. */
static int
wrong_kind(void)
{
	const slot_t w = SLOT_BOOT_IOPORT;
	u64 f = frame_take();

	CHECK_EQ(pgtbl_attach(own_pgtbl, (struct frame_cap){w}, f, SCRATCH_VA, 2), EBADCAP);
	CHECK_EQ(pgtbl_map(own_pgtbl, (struct frame_cap){w}, f, 0x400000, MAP_READ), EBADCAP);
	CHECK_EQ(frame_make_comp(all_frames, f, T0, own_captbl, (struct pgtbl_cap){w}, 0), EBADCAP);
	CHECK_EQ(frame_make_thd(all_frames, f, T0, (struct comp_cap){w}, 1, 0), EBADCAP);
	CHECK_EQ(frame_make_rcv(all_frames, f, T0, (struct thd_cap){w}, own_tcap, 0), EBADCAP);
	CHECK_EQ(tcap_delegate(own_tcap, (struct snd_cap){w}, 1, 5), EBADCAP);
	CHECK_EQ(irq_attach(all_irqs, 5, (struct snd_cap){w}), EBADCAP);
	CHECK_EQ(thd_bind(own_thd, (struct rcv_cap){w}), EBADCAP);
	frame_back(f);
	return 1;
}

/* A capability argument that lacks what the operation needs of it. */
static int
argument_rights(void)
{
	struct frame_cap no_frames = {T0 + 20};
	u64 f = frame_take();

	CHECK_EQ(captbl_copy(own_captbl, T0 + 20, SLOT_BOOT_FRAME, RIGHT_ALL & ~RIGHT_CREATE), EOK);
	CHECK_EQ(captbl_copy(own_captbl, T0 + 21, SLOT_BOOT_RCV, RIGHT_ALL & ~RIGHT_MODIFY), EOK);
	CHECK_EQ(captbl_copy(own_captbl, T0 + 22, SLOT_BOOT_COMP, RIGHT_ALL & ~RIGHT_CREATE), EOK);
	CHECK_EQ(captbl_copy(own_captbl, T0 + 23, SLOT_BOOT_TCAP, RIGHT_ALL & ~RIGHT_USE), EOK);
	CHECK_EQ(captbl_copy(own_captbl, T0 + 24, SLOT_BOOT_THD, RIGHT_ALL & ~RIGHT_MODIFY), EOK);
	CHECK_EQ(captbl_extend(own_captbl, no_frames, f, 128), EACCES);
	CHECK_EQ(pgtbl_attach(own_pgtbl, no_frames, f, SCRATCH_VA, 1), ENOENT);
	CHECK_EQ(pgtbl_attach(own_pgtbl, no_frames, f, SCRATCH_VA, 2), EACCES);
	CHECK_EQ(thd_bind(own_thd, (struct rcv_cap){T0 + 21}), EACCES);
	CHECK_EQ(frame_make_thd(all_frames, f, T0, (struct comp_cap){T0 + 22}, 1, 0), EACCES);
	CHECK_EQ(thd_dispatch(own_thd, (struct tcap_cap){T0 + 23}, 100, CYCLES_INF, ++token), EACCES);
	CHECK_EQ(frame_make_rcv(all_frames, f, T0, (struct thd_cap){T0 + 24}, own_tcap, 0), EACCES);
	for (slot_t s = T0 + 20; s <= T0 + 24; s++)
		slot_clear(s);
	frame_back(f);
	return 1;
}

/* Every operation that fills a slot: taken, or outside. Nothing is made then. */
static int
new_slots(void)
{
	static const slot_t slot[] = {SLOT_BOOT_RCV, 3, SLOT_LIMIT};
	static const int error[] = {EEXIST, EBADCAP, EBADCAP};
	u64 f = frame_take(), g = frame_take();
	struct thd_cap t = {T0};

	CHECK_EQ(frame_make_thd(all_frames, g, T0, own_comp, 3, 0), EOK);
	for (u32 i = 0; i < 3; i++) {
		CHECK_EQ(frame_make_captbl(all_frames, f, slot[i]), error[i]);
		CHECK_EQ(frame_make_pgtbl(all_frames, f, slot[i]), error[i]);
		CHECK_EQ(frame_make_comp(all_frames, f, slot[i], own_captbl, own_pgtbl, 0), error[i]);
		CHECK_EQ(frame_make_thd(all_frames, f, slot[i], own_comp, 3, 0), error[i]);
		CHECK_EQ(frame_make_tcap(all_frames, f, slot[i], 0), error[i]);
		CHECK_EQ(frame_make_rcv(all_frames, f, slot[i], t, own_tcap, 0), error[i]);
		CHECK_EQ(frame_derive(all_frames, slot[i], 0, 1, RIGHT_ALL), error[i]);
		CHECK_EQ(irq_derive(all_irqs, slot[i], 0, 1, RIGHT_ALL), error[i]);
		CHECK_EQ(ioport_derive(all_ports, slot[i], 0, 1, RIGHT_ALL), error[i]);
		CHECK_EQ(rcv_make_snd(own_rcv, slot[i]), error[i]);
	}
	CHECK_EQ(frame_query(all_frames, f).r1, FRAME_UNTYPED);
	slot_clear(T0);
	frame_back(f);
	frame_back(g);
	return 1;
}

const struct test rights_tests[] = {
	{"rights", "without rights every operation of every kind is refused", no_right},
	{"rights_invoke", "invoking needs the right to", no_right_to_invoke},
	{"rights_arguments", "a capability argument needs its right too", argument_rights},
	{"dead", "every operation on an object that was reclaimed is refused, whatever its kind", dead},
	{"dead_arguments", "so is every argument that names such an object", dead_arguments},
	{"wrong_kind", "an argument that names a capability of another kind is refused", wrong_kind},
	{"new_slots", "a new capability goes only to an empty slot that exists; nothing is made otherwise", new_slots},
	{0},
};
