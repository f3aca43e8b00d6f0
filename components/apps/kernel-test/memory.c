/*
 * Frames and address spaces.
 */
#include "test.h"

static int
retype(void)
{
	u64 f = frame_take();
	struct kresult q;

	CHECK_EQ(frame_query(all_frames, f).r1, FRAME_UNTYPED);
	CHECK_EQ(frame_to_user(all_frames, f), EOK);
	q = frame_query(all_frames, f);
	CHECK_EQ(q.r1, FRAME_USER);
	CHECK_EQ(frame_to_user(all_frames, f), EFRAMETYPE);
	CHECK_EQ(frame_reclaim(all_frames, f), EOK);
	CHECK_EQ(frame_query(all_frames, f).r1, FRAME_UNTYPED);
	CHECK_EQ(frame_query(all_frames, f).r3, q.r3 + 1);
	CHECK_EQ(frame_reclaim(all_frames, f), EFRAMETYPE);
	frame_back(f);
	return 1;
}

static int
outside(void)
{
	u64 end = ((const struct boot_info *)BOOT_INFO_VA)->frames;

	CHECK_EQ(frame_to_user(all_frames, end), EINVAL);
	CHECK_EQ(frame_to_user(all_frames, ~0UL), EINVAL);
	CHECK_EQ(frame_reclaim(all_frames, end), EINVAL);
	CHECK_EQ(frame_query(all_frames, end).err, EINVAL);
	CHECK_EQ(frame_make_tcap(all_frames, end, T0, 0), EINVAL);
	return 1;
}

static int
reserved(void)
{
	u64 kernel = 0x100000 / PAGE_SIZE;

	CHECK_EQ(frame_query(all_frames, kernel).r1, FRAME_RESERVED);
	CHECK_EQ(frame_to_user(all_frames, kernel), EFRAMETYPE);
	CHECK_EQ(frame_reclaim(all_frames, kernel), EFRAMETYPE);
	CHECK_EQ(frame_reclaim(all_frames, 0), EFRAMETYPE);
	return 1;
}

static int
derive(void)
{
	u64 f = frame_take();

	CHECK_EQ(frame_derive(all_frames, T0, f, 1, RIGHT_ALL), EOK);
	CHECK_EQ(frame_to_user((struct frame_cap){T0}, 0), EOK);
	CHECK_EQ(frame_to_user((struct frame_cap){T0}, 1), EINVAL);
	CHECK_EQ(frame_derive((struct frame_cap){T0}, T0 + 1, 0, 2, RIGHT_ALL), EINVAL);
	CHECK_EQ(frame_derive((struct frame_cap){T0}, T0 + 1, 1, 1, RIGHT_ALL), EINVAL);
	CHECK_EQ(frame_derive((struct frame_cap){T0}, T0 + 1, 0, 0, RIGHT_ALL), EINVAL);
	CHECK_EQ(frame_derive((struct frame_cap){T0}, T0 + 1, ~0UL, 2, RIGHT_ALL), EINVAL);
	CHECK_EQ(frame_derive((struct frame_cap){T0}, T0 + 1, 0, 1, RIGHT_USE), EOK);
	CHECK_EQ(frame_reclaim((struct frame_cap){T0 + 1}, 0), EACCES);
	CHECK_EQ(frame_reclaim((struct frame_cap){T0}, 0), EOK);
	slot_clear(T0);
	slot_clear(T0 + 1);
	frame_back(f);
	return 1;
}

static int
user_memory_is_zero(void)
{
	u64 f = frame_take(), tables[3] = {frame_take(), frame_take(), frame_take()};
	u64 *p = (u64 *)SCRATCH_VA;

	for (word_t level = 3; level >= 1; level--)
		CHECK(pgtbl_attach(own_pgtbl, all_frames, tables[level - 1], SCRATCH_VA, level) != ENOENT);
	for (u32 round = 0; round < 2; round++) {
		CHECK_EQ(frame_to_user(all_frames, f), EOK);
		CHECK_EQ(pgtbl_map(own_pgtbl, all_frames, f, SCRATCH_VA, MAP_READ | MAP_WRITE), EOK);
		for (u32 i = 0; i < 512; i++) {
			CHECK_EQ(p[i], 0);
			p[i] = ~0UL;
		}
		CHECK_EQ(frame_reclaim(all_frames, f), EBUSY);
		CHECK_EQ(pgtbl_unmap(own_pgtbl, SCRATCH_VA, 1).r1, 1);
		CHECK_EQ(frame_reclaim(all_frames, f), EOK);
	}
	for (word_t level = 1; level <= 3; level++)
		pgtbl_detach(own_pgtbl, SCRATCH_VA, level);
	for (u32 i = 0; i < 3; i++)
		frame_back(tables[i]);
	frame_back(f);
	return 1;
}

static int
stale(void)
{
	u64 f = frame_take();

	CHECK_EQ(frame_make_tcap(all_frames, f, T0, 3), EOK);
	CHECK_EQ(captbl_copy(own_captbl, T0 + 1, T0, RIGHT_ALL), EOK);
	CHECK_EQ(frame_reclaim(all_frames, f), EOK);
	CHECK_EQ(tcap_query((struct tcap_cap){T0}).err, EDEADCAP);
	CHECK_EQ(tcap_query((struct tcap_cap){T0 + 1}).err, EDEADCAP);
	CHECK_EQ(frame_make_tcap(all_frames, f, T0 + 2, 3), EOK);
	CHECK_EQ(tcap_query((struct tcap_cap){T0}).err, EDEADCAP);
	CHECK_EQ(captbl_copy(own_captbl, T0 + 3, T0, RIGHT_ALL), EDEADCAP);
	for (slot_t s = T0; s < T0 + 3; s++)
		slot_clear(s);
	frame_back(f);
	return 1;
}

static int
make_refused(void)
{
	u64 f = frame_take(), u = user_frame();

	CHECK_EQ(frame_make_captbl(all_frames, u, T0), EFRAMETYPE);
	CHECK_EQ(frame_make_pgtbl(all_frames, f, SLOT_BOOT_RCV), EEXIST);
	CHECK_EQ(frame_make_tcap(all_frames, f, T0, PRIO_LOWEST + 1), EINVAL);
	CHECK_EQ(frame_make_comp(all_frames, f, T0, own_captbl, own_pgtbl, 1UL << 47), EINVAL);
	CHECK_EQ(frame_make_comp(all_frames, f, T0, (struct captbl_cap){SLOT_BOOT_RCV}, own_pgtbl, 0), EBADCAP);
	CHECK_EQ(frame_make_thd(all_frames, f, T0, (struct comp_cap){T0}, 1, 0), EBADCAP);
	CHECK_EQ(frame_make_rcv(all_frames, f, T0, own_thd, own_tcap, 0), EBUSY);
	CHECK_EQ(frame_make_rcv(all_frames, f, T0, own_thd, own_tcap, 2), EINVAL);
	CHECK_EQ(frame_query(all_frames, f).r1, FRAME_UNTYPED);
	frame_back(u);
	frame_back(f);
	return 1;
}

static int
in_use(void)
{
	struct kresult q = frame_counts(all_frames);
	u32 busy = 0;

	for (u64 f = 0; f < ((const struct boot_info *)BOOT_INFO_VA)->frames; f++)
		if ((frame_query(all_frames, f).r1 & 255) == FRAME_KERNEL) {
			u64 kind = frame_query(all_frames, f).r1 >> 8;

			if (kind == CAP_CAPTBL || kind == CAP_PGTBL || kind == CAP_COMP || kind == CAP_THD || kind == CAP_TCAP) {
				CHECK_EQ(frame_reclaim(all_frames, f), EBUSY);
				busy++;
			}
		}
	CHECK(busy >= 6 && busy <= q.r3);
	return 1;
}

static int
device(void)
{
	struct frame_cap d = {SLOT_BOOT_DEVICE};

	CHECK_EQ(frame_query(d, 0xb8).r1, FRAME_DEVICE);
	CHECK_EQ(frame_to_user(d, 0xb8), EFRAMETYPE);
	CHECK_EQ(frame_reclaim(d, 0xb8), EFRAMETYPE);
	CHECK_EQ(frame_query(d, 0xfee00).r1, FRAME_DEVICE);
	CHECK_EQ(frame_make_tcap(d, 0xfee00, T0, 0), EFRAMETYPE);
	return 1;
}

const struct test frame_tests[] = {
	{"frame_retype", "untyped, user, untyped: the epoch grows and double moves are refused", retype},
	{"frame_outside", "indices past the range are refused by every operation", outside},
	{"frame_reserved", "the kernel's own frames cannot be had", reserved},
	{"frame_derive", "a range derives narrower ranges only, with fewer rights", derive},
	{"frame_zero", "user memory is zero also after it was used before", user_memory_is_zero},
	{"frame_stale", "reclaiming kills all capabilities, also after the frame is used again", stale},
	{"frame_make_refused", "objects are made only of untyped frames, into empty slots, with sound arguments", make_refused},
	{"frame_in_use", "what the running component stands on cannot be reclaimed", in_use},
	{"frame_device", "device memory can be neither typed nor reclaimed", device},
	{0},
};

static u64 table[3], top;

static int
space(slot_t s)
{
	for (u32 i = 0; i < 3; i++)
		table[i] = frame_take();
	top = frame_take();
	CHECK_EQ(frame_make_pgtbl(all_frames, top, s), EOK);
	return 1;
}

static int
space_end(slot_t s)
{
	struct pgtbl_cap p = {s};

	for (word_t level = 1; level <= 3; level++)
		pgtbl_detach(p, SCRATCH_VA, level);
	for (u32 i = 0; i < 3; i++)
		frame_back(table[i]);
	frame_back(top);
	slot_clear(s);
	return 1;
}

static int
attach_order(void)
{
	struct pgtbl_cap p = {T0};

	CHECK(space(T0));
	CHECK_EQ(pgtbl_attach(p, all_frames, table[0], SCRATCH_VA, 1), ENOENT);
	CHECK_EQ(pgtbl_attach(p, all_frames, table[2], SCRATCH_VA, 3), EOK);
	CHECK_EQ(pgtbl_attach(p, all_frames, table[0], SCRATCH_VA, 3), EEXIST);
	CHECK_EQ(pgtbl_attach(p, all_frames, table[0], SCRATCH_VA, 1), ENOENT);
	CHECK_EQ(pgtbl_attach(p, all_frames, table[2], SCRATCH_VA, 2), EFRAMETYPE);
	CHECK_EQ(pgtbl_attach(p, all_frames, table[1], SCRATCH_VA, 2), EOK);
	CHECK_EQ(pgtbl_attach(p, all_frames, table[0], SCRATCH_VA, 0), EINVAL);
	CHECK_EQ(pgtbl_attach(p, all_frames, table[0], SCRATCH_VA, 4), EINVAL);
	CHECK_EQ(pgtbl_attach(p, all_frames, table[0], 1UL << 47, 1), EINVAL);
	CHECK_EQ(pgtbl_detach(p, SCRATCH_VA, 3), EBUSY);
	CHECK_EQ(frame_reclaim(all_frames, table[1]), EBUSY);
	return space_end(T0);
}

static int
with_tables(slot_t s)
{
	CHECK(space(s));
	for (word_t level = 3; level >= 1; level--)
		CHECK_EQ(pgtbl_attach((struct pgtbl_cap){s}, all_frames, table[level - 1], SCRATCH_VA, level), EOK);
	return 1;
}

static int
map(void)
{
	struct pgtbl_cap p = {T0};
	u64 f = user_frame();
	struct kresult q;

	CHECK(with_tables(T0));
	CHECK_EQ(pgtbl_map(p, all_frames, f, SCRATCH_VA, MAP_READ | MAP_WRITE), EOK);
	q = pgtbl_query(p, SCRATCH_VA);
	CHECK_EQ(q.r1, f);
	CHECK_EQ(q.r2, MAP_READ | MAP_WRITE);
	CHECK_EQ(pgtbl_map(p, all_frames, f, SCRATCH_VA, MAP_READ), EEXIST);
	CHECK_EQ(pgtbl_map(p, all_frames, f, SCRATCH_VA + PAGE_SIZE, MAP_READ | MAP_EXEC), EOK);
	CHECK_EQ(frame_query(all_frames, f).r2, 2);
	CHECK_EQ(pgtbl_unmap(p, SCRATCH_VA, 512).r1, 2);
	CHECK_EQ(frame_query(all_frames, f).r2, 0);
	CHECK_EQ(pgtbl_query(p, SCRATCH_VA).err, ENOENT);
	frame_back(f);
	return space_end(T0);
}

static int
map_refused(void)
{
	struct pgtbl_cap p = {T0};
	u64 f = user_frame(), k = frame_take();

	CHECK(with_tables(T0));
	CHECK_EQ(pgtbl_map(p, all_frames, f, SCRATCH_VA, MAP_READ | MAP_WRITE | MAP_EXEC), EACCES);
	CHECK_EQ(pgtbl_map(p, all_frames, f, SCRATCH_VA, 0), EINVAL);
	CHECK_EQ(pgtbl_map(p, all_frames, f, SCRATCH_VA, MAP_WRITE), EINVAL);
	CHECK_EQ(pgtbl_map(p, all_frames, f, SCRATCH_VA, 64 | MAP_READ), EINVAL);
	CHECK_EQ(pgtbl_map(p, all_frames, f, SCRATCH_VA + 8, MAP_READ), EINVAL);
	CHECK_EQ(pgtbl_map(p, all_frames, f, 1UL << 47, MAP_READ), EINVAL);
	CHECK_EQ(pgtbl_map(p, all_frames, f, (1UL << 47) - PAGE_SIZE, MAP_READ), EINVAL);
	CHECK_EQ(pgtbl_map(p, all_frames, f, 0xffff800000000000, MAP_READ), EINVAL);
	CHECK_EQ(pgtbl_map(p, all_frames, k, SCRATCH_VA, MAP_READ), EFRAMETYPE);
	CHECK_EQ(pgtbl_map(p, all_frames, 0x100, SCRATCH_VA, MAP_READ), EFRAMETYPE);
	CHECK_EQ(pgtbl_map(p, all_frames, f, SCRATCH_VA + (1UL << 30), MAP_READ), ENOENT);
	CHECK_EQ(frame_make_tcap(all_frames, k, T0 + 5, 0), EOK);
	CHECK_EQ(pgtbl_map(p, all_frames, k, SCRATCH_VA, MAP_READ), EFRAMETYPE);
	CHECK_EQ(captbl_copy(own_captbl, T0 + 6, SLOT_BOOT_FRAME, RIGHT_READ), EOK);
	CHECK_EQ(pgtbl_map(p, (struct frame_cap){T0 + 6}, f, SCRATCH_VA, MAP_READ), EACCES);
	slot_clear(T0 + 6);
	slot_clear(T0 + 5);
	frame_back(k);
	frame_back(f);
	return space_end(T0);
}

static int
unmap_refused(void)
{
	struct pgtbl_cap p = {T0};

	CHECK(with_tables(T0));
	CHECK_EQ(pgtbl_unmap(p, SCRATCH_VA, 0).err, EINVAL);
	CHECK_EQ(pgtbl_unmap(p, SCRATCH_VA, 513).err, EINVAL);
	CHECK_EQ(pgtbl_unmap(p, SCRATCH_VA + PAGE_SIZE, 512).err, EINVAL);
	CHECK_EQ(pgtbl_unmap(p, SCRATCH_VA + 1, 1).err, EINVAL);
	CHECK_EQ(pgtbl_unmap(p, SCRATCH_VA + (1UL << 30), 1).err, ENOENT);
	CHECK_EQ(pgtbl_unmap(p, SCRATCH_VA, 1).r1, 0);
	return space_end(T0);
}

static int
protect(void)
{
	struct pgtbl_cap p = {T0};
	u64 f = user_frame();

	CHECK(with_tables(T0));
	CHECK_EQ(pgtbl_protect(p, SCRATCH_VA, MAP_READ), ENOENT);
	CHECK_EQ(pgtbl_map(p, all_frames, f, SCRATCH_VA, MAP_READ | MAP_WRITE), EOK);
	CHECK_EQ(pgtbl_protect(p, SCRATCH_VA, MAP_READ | MAP_WRITE | MAP_EXEC), EACCES);
	CHECK_EQ(pgtbl_protect(p, SCRATCH_VA, MAP_READ), EOK);
	CHECK_EQ(pgtbl_query(p, SCRATCH_VA).r2, MAP_READ);
	CHECK_EQ(pgtbl_protect(p, SCRATCH_VA + 3, MAP_READ), EINVAL);
	CHECK_EQ(pgtbl_detach(p, SCRATCH_VA, 1), EBUSY);
	CHECK_EQ(pgtbl_unmap(p, SCRATCH_VA, 1).r1, 1);
	frame_back(f);
	return space_end(T0);
}

static int
detach_refused(void)
{
	struct pgtbl_cap p = {T0};

	CHECK(with_tables(T0));
	CHECK_EQ(pgtbl_detach(p, SCRATCH_VA, 0), EINVAL);
	CHECK_EQ(pgtbl_detach(p, SCRATCH_VA, 4), EINVAL);
	CHECK_EQ(pgtbl_detach(p, 1UL << 47, 1), EINVAL);
	CHECK_EQ(pgtbl_detach(p, SCRATCH_VA + (1UL << 30), 1), ENOENT);
	CHECK_EQ(pgtbl_detach(p, SCRATCH_VA, 1), EOK);
	CHECK_EQ(pgtbl_detach(p, SCRATCH_VA, 1), ENOENT);
	return space_end(T0);
}

static int
device_uncached(void)
{
	struct pgtbl_cap p = {T0};

	CHECK(with_tables(T0));
	CHECK_EQ(pgtbl_map(p, (struct frame_cap){SLOT_BOOT_DEVICE}, 0xb8, SCRATCH_VA, MAP_READ | MAP_WRITE), EOK);
	CHECK_EQ(pgtbl_query(p, SCRATCH_VA).r2, MAP_READ | MAP_WRITE | MAP_UNCACHED);
	CHECK_EQ(pgtbl_unmap(p, SCRATCH_VA, 1).r1, 1);
	return space_end(T0);
}

static int
rights(void)
{
	CHECK_EQ(captbl_copy(own_captbl, T0, SLOT_BOOT_PGTBL, RIGHT_READ), EOK);
	struct pgtbl_cap p = {T0};
	u64 f = user_frame();

	CHECK_EQ(pgtbl_query(p, 0x400000).err, EOK);
	CHECK_EQ(pgtbl_map(p, all_frames, f, 0x400000, MAP_READ), EACCES);
	CHECK_EQ(pgtbl_unmap(p, 0x400000, 1).err, EACCES);
	CHECK_EQ(pgtbl_protect(p, 0x400000, MAP_READ), EACCES);
	CHECK_EQ(pgtbl_detach(p, 0x400000, 1), EACCES);
	CHECK_EQ(pgtbl_attach(p, all_frames, f, SCRATCH_VA, 3), EACCES);
	slot_clear(T0);
	frame_back(f);
	return 1;
}

const struct test pgtbl_tests[] = {
	{"pgtbl_attach", "tables are attached from the top down, once, with sound arguments", attach_order},
	{"pgtbl_map", "pages are mapped, counted, found and unmapped", map},
	{"pgtbl_map_refused", "W and X together, kernel addresses, wrong frames and missing tables are refused", map_refused},
	{"pgtbl_unmap_refused", "unmapping stays within one table", unmap_refused},
	{"pgtbl_protect", "a page's protection changes, but never to W and X", protect},
	{"pgtbl_detach_refused", "only a table that is there and empty comes out", detach_refused},
	{"pgtbl_device", "device memory is mapped uncached", device_uncached},
	{"pgtbl_rights", "a capability to look does not let change", rights},
	{0},
};
