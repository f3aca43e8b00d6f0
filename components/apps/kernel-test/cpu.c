/*
 * What follows a thread: its vector registers and thread-local storage.
 */
#include <lib/component.h>

#include "test.h"

int spin_with_vector(volatile word_t *stop);

static volatile word_t stop_a, stop_b, kept_a, kept_b;

static void
vector_a(void *arg)
{
	(void)arg;
	kept_a = spin_with_vector(&stop_a) + 1;
}

static void
vector_b(void *arg)
{
	(void)arg;
	kept_b = spin_with_vector(&stop_b) + 1;
}

static int
vectors(void)
{
	struct thread a, b;

	stop_a = stop_b = kept_a = kept_b = 0;
	CHECK(thread_make(&a, T0, own_comp, 7, vector_a, NULL));
	CHECK(thread_make(&b, T0 + 1, own_comp, 8, vector_b, NULL));
	for (u32 i = 0; i < 4; i++) {
		CHECK_EQ(run_until(&a, 10, cos_now() + 300000), EOK);
		CHECK_EQ(run_until(&b, 10, cos_now() + 300000), EOK);
	}
	stop_a = stop_b = 1;
	CHECK_EQ(run(&a, 10), EOK);
	CHECK_EQ(run(&b, 10), EOK);
	CHECK_EQ(kept_a, 2);
	CHECK_EQ(kept_b, 2);
	thread_end(&a);
	thread_end(&b);
	return 1;
}

static volatile word_t stop_spinning;

static void
spin(void *arg)
{
	(void)arg;
	while (!stop_spinning)
		;
}

#define BESIDE_VA 0x101f0000UL /* the stacks' page table reaches it */

static int
neighbour(void)
{
	volatile word_t *page = (word_t *)BESIDE_VA;
	u64 f = frames_fresh(2);
	struct thread t;

	stop_spinning = 0;
	CHECK_EQ(frame_to_user(all_frames, f), EOK);
	CHECK_EQ(pgtbl_map(own_pgtbl, all_frames, f, BESIDE_VA, MAP_READ | MAP_WRITE), EOK);
	for (u32 i = 0; i < PAGE_SIZE / 8; i++)
		page[i] = ~0UL;
	frame_back(f + 1); /* what thread_make takes */
	CHECK(thread_make(&t, T0, own_comp, 7, spin, NULL));
	CHECK_EQ(t.frame, f + 1);
	CHECK_EQ(run_until(&t, 10, cos_now() + 300000), EOK);
	for (u32 i = 0; i < PAGE_SIZE / 8; i++)
		CHECK_EQ(page[i], ~0UL);
	stop_spinning = 1;
	CHECK_EQ(run(&t, 10), EOK);
	CHECK_EQ(pgtbl_unmap(own_pgtbl, BESIDE_VA, 1).err, EOK);
	frame_back(f);
	thread_end(&t);
	return 1;
}

static int
fs_base(void)
{
	word_t before, after;

	asm volatile("rdfsbase %0" : "=r"(before));
	kcall(SLOT_BOOT_COMP, COMP_QUERY, 0, 0, 0, 0, 0);
	asm volatile("rdfsbase %0" : "=r"(after));
	CHECK_EQ(before, after);
	return 1;
}

static int
gs_base(void)
{
	word_t v = 0x1234, after;

	asm volatile("wrgsbase %0" : : "r"(v));
	kcall(SLOT_BOOT_COMP, COMP_QUERY, 0, 0, 0, 0, 0);
	asm volatile("rdgsbase %0" : "=r"(after));
	CHECK_EQ(after, 0);
	return 1;
}

static int
flags(void)
{
	word_t f;

	asm volatile("std");
	kcall(SLOT_BOOT_COMP, COMP_QUERY, 0, 0, 0, 0, 0);
	asm volatile("pushfq; popq %0; cld" : "=r"(f));
	CHECK_EQ(f & (1 << 10), 0);
	CHECK_EQ(f & (3 << 12), 0);
	return 1;
}

const struct test cpu_tests[] = {
	{"vectors", "two threads with values in the same vector register are preempted by turns and keep them", vectors},
	{"neighbour", "an interrupt writes to no frame beside the thread's", neighbour},
	{"fs_base", "a system call keeps the fs base", fs_base},
	{"gs_base", "the gs base is 0 after every system call", gs_base},
	{"flags", "flags are reset", flags},
	{0},
};
