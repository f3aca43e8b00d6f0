/*
 * Capability tables.
 */
#include "test.h"

static int
copy(void)
{
	CHECK_EQ(captbl_copy(own_captbl, T0, SLOT_BOOT_TCAP, RIGHT_READ), EOK);
	struct kresult q = captbl_query(own_captbl, T0);

	CHECK_EQ(q.r1, CAP_TCAP);
	CHECK_EQ(q.r2, RIGHT_READ);
	CHECK_EQ(tcap_query((struct tcap_cap){T0}).err, EOK);
	CHECK_EQ(tcap_transfer((struct tcap_cap){T0}, own_tcap, 1, 0), EACCES);
	CHECK_EQ(captbl_copy(own_captbl, T0 + 1, T0, RIGHT_ALL), EOK);
	CHECK_EQ(captbl_query(own_captbl, T0 + 1).r2, RIGHT_READ);
	slot_clear(T0);
	slot_clear(T0 + 1);
	return 1;
}

static int
copy_taken(void)
{
	CHECK_EQ(captbl_copy(own_captbl, SLOT_BOOT_RCV, SLOT_BOOT_TCAP, RIGHT_ALL), EEXIST);
	return 1;
}

static int
copy_empty(void)
{
	CHECK_EQ(captbl_copy(own_captbl, T0, T0 + 1, RIGHT_ALL), EBADCAP);
	return 1;
}

static int
copy_outside(void)
{
	CHECK_EQ(captbl_copy(own_captbl, 200, SLOT_BOOT_TCAP, RIGHT_ALL), EBADCAP);
	CHECK_EQ(captbl_copy(own_captbl, 7, SLOT_BOOT_TCAP, RIGHT_ALL), EBADCAP);
	CHECK_EQ(captbl_copy(own_captbl, SLOT_LIMIT, SLOT_BOOT_TCAP, RIGHT_ALL), EBADCAP);
	CHECK_EQ(captbl_copy(own_captbl, ~0u, SLOT_BOOT_TCAP, RIGHT_ALL), EBADCAP);
	CHECK_EQ(captbl_copy(own_captbl, T0, ~0u, RIGHT_ALL), EBADCAP);
	return 1;
}

static int
copy_rights(void)
{
	CHECK_EQ(captbl_copy(own_captbl, T0, SLOT_BOOT_CAPTBL, RIGHT_ALL & ~RIGHT_MODIFY), EOK);
	CHECK_EQ(captbl_copy((struct captbl_cap){T0}, T0 + 1, SLOT_BOOT_TCAP, RIGHT_ALL), EACCES);
	slot_clear(T0);
	return 1;
}

static int
remove_empty(void)
{
	CHECK_EQ(captbl_remove(own_captbl, T0), EBADCAP);
	CHECK_EQ(captbl_remove(own_captbl, 3), EBADCAP);
	return 1;
}

static int
query_outside(void)
{
	CHECK_EQ(captbl_query(own_captbl, 5).err, EBADCAP);
	CHECK_EQ(captbl_query(own_captbl, T0).r1, CAP_NONE);
	return 1;
}

static int
extend(void)
{
	u64 f = frame_take();

	CHECK_EQ(captbl_query(own_captbl, 130).err, EBADCAP);
	CHECK_EQ(captbl_extend(own_captbl, all_frames, f, 128), EOK);
	CHECK_EQ(captbl_copy(own_captbl, 255, SLOT_BOOT_TCAP, RIGHT_ALL), EOK);
	CHECK_EQ(tcap_query((struct tcap_cap){255}).err, EOK);
	CHECK_EQ(captbl_extend(own_captbl, all_frames, f, 128), EEXIST);
	CHECK_EQ(captbl_copy(own_captbl, 256, SLOT_BOOT_TCAP, RIGHT_ALL), EBADCAP);
	frame_back(f);
	CHECK_EQ(tcap_query((struct tcap_cap){255}).err, EBADCAP);
	return 1;
}

static int
extend_wrong(void)
{
	u64 f = frame_take(), u = user_frame();

	CHECK_EQ(captbl_extend(own_captbl, all_frames, f, 0), EINVAL);
	CHECK_EQ(captbl_extend(own_captbl, all_frames, f, 100), EINVAL);
	CHECK_EQ(captbl_extend(own_captbl, all_frames, f, SLOT_LIMIT), EINVAL);
	CHECK_EQ(captbl_extend(own_captbl, all_frames, u, 128), EFRAMETYPE);
	CHECK_EQ(captbl_extend(own_captbl, (struct frame_cap){T0}, f, 128), EBADCAP);
	frame_back(f);
	frame_back(u);
	return 1;
}

static int
bad_slots(void)
{
	for (slot_t s = 1; s < SLOT_FIRST; s++)
		CHECK_EQ(kcall(s, 0, 0, 0, 0, 0, 0).err, EBADCAP);
	CHECK_EQ(kcall(T0, 0, 0, 0, 0, 0, 0).err, EBADCAP);
	CHECK_EQ(kcall(SLOT_LIMIT - 1, 0, 0, 0, 0, 0, 0).err, EBADCAP);
	CHECK_EQ(kcall(~0u, 0, 0, 0, 0, 0, 0).err, EBADCAP);
	return 1;
}

static int
bad_ops(void)
{
	for (slot_t s = SLOT_BOOT_CAPTBL; s <= SLOT_BOOT_IOPORT; s++) {
		CHECK_EQ(kcall(s, 15, 0, 0, 0, 0, 0).err, ENOSYS);
		CHECK_EQ(kcall(s, 16, 0, 0, 0, 0, 0).err, ENOSYS);
		CHECK_EQ(kcall(s, ~0UL, 0, 0, 0, 0, 0).err, ENOSYS);
	}
	return 1;
}

const struct test captbl_tests[] = {
	{"captbl_copy", "a copy has the rights of the mask, and a copy of it no more", copy},
	{"captbl_copy_taken", "a slot that is taken is not overwritten", copy_taken},
	{"captbl_copy_empty", "an empty slot cannot be copied", copy_empty},
	{"captbl_copy_outside", "slots that do not exist are refused", copy_outside},
	{"captbl_copy_rights", "without the right to modify a table nothing goes in", copy_rights},
	{"captbl_remove_empty", "an empty slot cannot be emptied", remove_empty},
	{"captbl_query", "a query tells of empty slots and refuses those outside", query_outside},
	{"captbl_extend", "a table grows by 128 slots, which work and go with their frame", extend},
	{"captbl_extend_wrong", "a table grows only at multiples of 128, by untyped frames", extend_wrong},
	{"slots", "system calls on slots that are empty or do not exist are refused", bad_slots},
	{"operations", "operations that a kind does not have are refused", bad_ops},
	{0},
};
