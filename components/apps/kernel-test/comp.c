/*
 * Components, invocation, return.
 */
#include <lib/component.h>
#include <lib/stack.h>

#include "test.h"

word_t test_answer(word_t a, word_t b, word_t c, word_t d, word_t e, word_t f);
long test_reenter(word_t depth);
extern char __entry_test_answer[], __entry_test_reenter[];
void invoke_loaded(slot_t, word_t *back);
u64 seen_registers[20];

word_t
test_answer(word_t a, word_t b, word_t c, word_t d, word_t e, word_t f)
{
	return a + 10 * b + 100 * c + 1000 * d + 10000 * e + 100000 * f + 1000000 * cos_badge();
}

long
test_reenter(word_t depth)
{
	return depth ? (long)stub_reenter(depth - 1) : 77;
}

static int
invoke(void)
{
	struct child c;

	CHECK(child_make(&c, T0));
	CHECK_EQ(comp_make_sinv(c.comp, SLOT_ANSWER, (word_t)__entry_test_answer, 7), EOK);
	CHECK_EQ(stub_answer(1, 2, 3, 4, 5, 6), 7654321);
	CHECK_EQ(stub_answer(0, 0, 0, 0, 0, 0), 7000000);
	slot_clear(SLOT_ANSWER);
	child_end(&c);
	return 1;
}

static int
sinv_rights(void)
{
	CHECK_EQ(comp_make_sinv(own_comp, T0, 1UL << 47, 0), EINVAL);
	CHECK_EQ(comp_make_sinv(own_comp, SLOT_BOOT_RCV, 0x400000, 0), EEXIST);
	CHECK_EQ(comp_make_sinv(own_comp, 3, 0x400000, 0), EBADCAP);
	CHECK_EQ(captbl_copy(own_captbl, T0, SLOT_BOOT_COMP, RIGHT_READ), EOK);
	CHECK_EQ(comp_make_sinv((struct comp_cap){T0}, T0 + 1, 0x400000, 0), EACCES);
	CHECK_EQ(comp_down((struct comp_cap){T0}), EACCES);
	CHECK_EQ(comp_up((struct comp_cap){T0}), EACCES);
	slot_clear(T0);
	return 1;
}

static int
far_sinv(void)
{
	struct child c;
	u64 f = frame_take();
	struct kresult r;

	CHECK(child_make(&c, T0));
	CHECK_EQ(captbl_extend(own_captbl, all_frames, f, 128), EOK);
	CHECK_EQ(comp_make_sinv(c.comp, 150, (word_t)__entry_test_answer, 3), EOK);
	r = kcall(150, 1, 2, 3, 4, 5, 6);
	CHECK_EQ(r.err, EOK);
	CHECK_EQ(r.r1, 3654321);
	frame_back(f);
	child_end(&c);
	return 1;
}

static int
reentry(void)
{
	CHECK_EQ(comp_make_sinv(own_comp, SLOT_REENTER, (word_t)__entry_test_reenter, 1), EOK);
	CHECK_EQ(stub_reenter(0), 77);
	CHECK_EQ(stub_reenter(15), 77);
	slot_clear(SLOT_REENTER);
	return 1;
}

/* The main thread's first component takes one place; depth + 1 invocations are open in the innermost. */
static int
depth(void)
{
	CHECK_EQ(comp_make_sinv(own_comp, SLOT_REENTER, (word_t)__entry_test_reenter, 1), EOK);
	CHECK_EQ(stub_reenter(INVSTK_DEPTH - 2), 77);
	CHECK_EQ(stub_reenter(INVSTK_DEPTH - 1), (word_t)-EDEPTH);
	slot_clear(SLOT_REENTER);
	return 1;
}

static int
no_stack(void)
{
	u64 pool = __atomic_exchange_n(&stack_pool, 0, __ATOMIC_SEQ_CST);

	CHECK_EQ(comp_make_sinv(own_comp, SLOT_REENTER, (word_t)__entry_test_reenter, 1), EOK);
	CHECK_EQ(stub_reenter(0), (word_t)-ENOSTACK);
	__atomic_store_n(&stack_pool, pool, __ATOMIC_SEQ_CST);
	CHECK_EQ(stub_reenter(0), 77);
	slot_clear(SLOT_REENTER);
	return 1;
}

static int
registers_to_server(void)
{
	u64 backs[20];

	CHECK_EQ(comp_make_sinv(own_comp, T0, (word_t)entry_registers, 0x77), EOK);
	invoke_loaded(T0, backs);
	slot_clear(T0);
	CHECK_EQ(seen_registers[0], 0x77); /* rax: badge */
	CHECK_EQ(seen_registers[1], 0);    /* rbx: thread id */
	for (u32 i = 3; i <= 10; i++)
		CHECK_EQ(seen_registers[i], 0);
	for (u32 i = 12; i < 16; i++)
		CHECK_EQ(seen_registers[i], 0); /* ymm5 */
	return 1;
}

static int
registers_to_client(void)
{
	static const u64 kept[] = {0x1b, 0x2b, 0x3c, 0x3d, 0x3e, 0x3f};
	u64 backs[20];

	CHECK_EQ(comp_make_sinv(own_comp, T0, (word_t)entry_registers, 0x77), EOK);
	invoke_loaded(T0, backs);
	slot_clear(T0);
	CHECK_EQ(backs[0], 0);
	CHECK_EQ(backs[1], 0x1111);
	CHECK_EQ(backs[2], 0x2222);
	CHECK_EQ(backs[3], 0x3333);
	for (u32 i = 4; i < 7; i++)
		CHECK_EQ(backs[i], 0); /* r8 to r10 */
	for (u32 i = 0; i < 6; i++)
		CHECK_EQ(backs[7 + i], kept[i]);
	for (u32 i = 13; i < 17; i++)
		CHECK_EQ(backs[i], 0); /* ymm5 */
	return 1;
}

static int
down(void)
{
	struct child c;

	CHECK(child_make(&c, T0));
	CHECK_EQ(comp_make_sinv(c.comp, SLOT_ANSWER, (word_t)__entry_test_answer, 0), EOK);
	CHECK_EQ(comp_query(c.comp).r1, 0);
	CHECK_EQ(comp_up(c.comp), EBUSY);
	CHECK_EQ(comp_down(c.comp), EOK);
	CHECK_EQ(comp_down(c.comp), EBUSY);
	CHECK_EQ(stub_answer(1, 0, 0, 0, 0, 0), (word_t)-ECOMPDEAD);
	CHECK_EQ(comp_query(c.comp).r2, 0);
	CHECK_EQ(comp_up(c.comp), EOK);
	CHECK_EQ(comp_query(c.comp).r1, 1);
	CHECK_EQ(stub_answer(1, 0, 0, 0, 0, 0), 1);
	slot_clear(SLOT_ANSWER);
	child_end(&c);
	return 1;
}

static int
down_own(void)
{
	CHECK_EQ(comp_down(own_comp), EBUSY);
	CHECK_EQ(comp_query(own_comp).r2, 1);
	return 1;
}

static int
destroyed(void)
{
	struct child c;

	CHECK(child_make(&c, T0));
	CHECK_EQ(comp_make_sinv(c.comp, SLOT_ANSWER, (word_t)__entry_test_answer, 0), EOK);
	CHECK_EQ(frame_reclaim(all_frames, c.frame[0]), EBUSY);
	CHECK_EQ(frame_reclaim(all_frames, c.frame[1]), EBUSY);
	child_end(&c);
	CHECK_EQ(stub_answer(1, 0, 0, 0, 0, 0), (word_t)-EDEADCAP);
	slot_clear(SLOT_ANSWER);
	return 1;
}

static int
set_fault_refused(void)
{
	CHECK_EQ(comp_set_fault(own_comp, (struct snd_cap){SLOT_BOOT_RCV}, 0), EBADCAP);
	CHECK_EQ(comp_set_fault(own_comp, (struct snd_cap){T0}, 0), EBADCAP);
	return 1;
}

const struct test comp_tests[] = {
	{"sinv_invoke", "six words and the badge arrive, the result comes back", invoke},
	{"sinv_make_refused", "entry points are made with the right to, into empty slots, in the user half", sinv_rights},
	{"sinv_far", "an entry point beyond the table's first frame works", far_sinv},
	{"sinv_reentry", "a component may be entered again by a thread that is in it, on a new stack", reentry},
	{"sinv_depth", "a full invocation stack is an error to the innermost caller", depth},
	{"sinv_no_stack", "an empty pool of stacks is an error to the caller", no_stack},
	{"sinv_registers_in", "a server sees no register but its arguments, badge and thread id", registers_to_server},
	{"sinv_registers_out", "a client sees no register but the results, and finds its own again", registers_to_client},
	{"comp_down", "a component that is down refuses invocations, and answers when it is up again", down},
	{"comp_down_own", "nobody marks the component down that he is in", down_own},
	{"comp_destroyed", "a destroyed component's entry points are dead; its parts go only after it", destroyed},
	{"comp_set_fault", "faults go to the sending side of an end point only", set_fault_refused},
	{0},
};
