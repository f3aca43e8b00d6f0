/*
 * The memory manager: bitmaps, memory, sessions, and what holds when threads preempt each
 * other inside it.
 */
#include <abi/err.h>
#include <init/info.h>
#include <mem/mem.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "memmgr.h"
#include "test.h"

void cos_init(void);

#define NESTING 3
#define HELD 12

static u64 rnd_state = 88172645463325252UL;

static u64
rnd(u64 below)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return rnd_state % below;
}

static int
test_bitmap(void)
{
	static u64 words[4];
	static u8 taken[256];
	struct bitmap b = {words, 250, 0};

	for (u32 i = 0; i < 20000; i++) {
		u64 n = 1 + rnd(9), align = 1UL << rnd(4), at;

		if (rnd(2)) {
			at = rnd(250);
			for (n = 0; at + n < 250 && n < 8 && taken[at + n]; n++)
				taken[at + n] = 0;
			bitmap_give(&b, at, n);
			continue;
		}
		at = bitmap_take(&b, n, align);
		if (at == BITMAP_NONE) {
			u64 room = 0;

			for (u64 k = 0; k + n <= 250; k += align) {
				for (room = 0; room < n && !taken[k + room]; room++)
					;
				CHECK(room < n);
			}
			continue;
		}
		CHECK(at % align == 0 && at + n <= 250);
		for (u64 k = at; k < at + n; k++) {
			CHECK(!taken[k]);
			taken[k] = 1;
		}
	}
	return 1;
}

static int
test_alloc(void)
{
	word_t va, second, limit;

	machine_badge(1);
	CHECK(mem_alloc(0, &va) == -EINVAL && mem_alloc(1UL << 40, &va) == -EINVAL);
	CHECK(mem_alloc(3, &va) == 0 && va >= HEAP_VA && va % PAGE_SIZE == 0);
	CHECK(mem_alloc(600, &second) == 0); /* more than one page table */
	for (u64 i = 0; i < 3; i++)
		CHECK(machine_mapped(1, va + i * PAGE_SIZE) != ~0UL);
	CHECK(mem_usage(&limit) == 603 && limit == MACHINE_LIMIT);
	CHECK(mem_alloc(98, &va) == -ENOMEM);
	CHECK(mem_free(second + PAGE_SIZE, 599) == 0); /* any part */
	CHECK(mem_usage(&limit) == 4);
	machine_badge(2);
	CHECK(mem_free(second, 1) == -EINVAL); /* another's */
	CHECK(mem_usage(&limit) == 0);
	return machine_wrong == 0;
}

static int
test_free(void)
{
	word_t va, limit;

	machine_badge(1);
	CHECK(mem_alloc(4, &va) == 0);
	CHECK(mem_free(va + 1, 1) == -EINVAL && mem_free(va, 5) == -EINVAL &&
	      mem_free(va, 0) == -EINVAL);
	CHECK(mem_free(0, 1) == -EINVAL && mem_free(HEAP_VA_END, 1) == -EINVAL &&
	      mem_free(va, ~0UL) == -EINVAL);
	CHECK(mem_free(~0UL - 4095, 1) == -EINVAL && mem_free(SHARED_VA, 1) == -EINVAL);
	CHECK(mem_usage(&limit) == 4);
	CHECK(mem_free(va, 4) == 0 && mem_free(va, 4) == -EINVAL);
	CHECK(mem_usage(&limit) == 0 && machine_user_frames() == 0);
	return machine_wrong == 0;
}

static int
test_contiguous(void)
{
	word_t va, phys, again;

	machine_badge(3); /* which has no dma */
	CHECK(mem_alloc_contiguous(4, 1, &va, &phys) == -EPERM);
	CHECK(mem_alloc(1, &va) == 0 && mem_physical(va, &phys) == -EPERM);
	machine_badge(1);
	CHECK(mem_physical(va, &phys) == -EINVAL);
	CHECK(mem_alloc_contiguous(4, 3, &va, &phys) == -EINVAL &&
	      mem_alloc_contiguous(4, 0, &va, &phys) == -EINVAL);
	for (word_t align = 1; align <= 64; align *= 2) {
		CHECK(mem_alloc_contiguous(5, align, &va, &phys) == 0);
		CHECK(phys / PAGE_SIZE % align == 0 && va / PAGE_SIZE % align == 0);
		for (u64 i = 0; i < 5; i++)
			CHECK(machine_mapped(1, va + i * PAGE_SIZE) + MACHINE_BASE ==
			      phys / PAGE_SIZE + i);
		CHECK(mem_physical(va + 4 * PAGE_SIZE + 9, &again) == 0 && again == phys + 4 * PAGE_SIZE + 9);
	}
	return machine_wrong == 0;
}

/* The machine has less than the three budgets together; and none of memmgr's own tables is given away. */
static int
test_exhausted(void)
{
	word_t va, limit;

	for (word_t comp = 1; comp <= 2; comp++) {
		machine_badge(comp);
		CHECK(mem_alloc(MACHINE_LIMIT, &va) == 0);
	}
	machine_badge(3);
	CHECK(mem_alloc(MACHINE_LIMIT, &va) == -ENOMEM);
	machine_badge(2);
	CHECK(mem_alloc_contiguous(1, 1, &va, &va) == -ENOMEM);
	machine_badge(3);
	CHECK(mem_usage(&limit) == 0 && machine_user_frames() == 2 * MACHINE_LIMIT);
	CHECK(mem_alloc(600, &va) == 0);
	for (word_t comp = 1; comp <= 3; comp++)
		for (u64 at = HEAP_VA; machine_mapped(comp, at) != ~0UL; at += PAGE_SIZE)
			CHECK(machine_mapped(comp, at) >= own_frames());
	CHECK(own_frames() > 0);
	return machine_wrong == 0;
}

static int
test_session(void)
{
	word_t c, s, other;
	long id;

	machine_badge(1);
	CHECK(mem_session_open(9, 1, &c) == -EINVAL && mem_session_open(1, 1, &c) == -EINVAL);
	CHECK(mem_session_open(2, 0, &c) == -EINVAL && mem_session_open(2, 4097, &c) == -EINVAL);
	CHECK(mem_session_open(2, MACHINE_LIMIT + 1, &c) == -ENOMEM);
	id = mem_session_open(2, 20, &c);
	CHECK(id > 0 && c >= SHARED_VA);
	CHECK(mem_session_accept(id, 1, &other) == -ENOENT); /* not the server */
	machine_badge(3);
	CHECK(mem_session_accept(id, 1, &other) == -ENOENT && mem_session_close(id) == -ENOENT);
	machine_badge(2);
	CHECK(mem_session_accept(id, 3, &other) == -ENOENT &&
	      mem_session_accept(0, 1, &other) == -ENOENT);
	CHECK(mem_session_accept(id, 1, &s) == 20);
	CHECK(mem_session_accept(id, 1, &other) == -EBUSY);
	for (u64 i = 0; i < 20; i++)
		CHECK(machine_mapped(1, c + i * PAGE_SIZE) == machine_mapped(2, s + i * PAGE_SIZE));
	CHECK(machine_mapped(2, s + 20 * PAGE_SIZE) == ~0UL);
	return machine_wrong == 0;
}

static int
test_session_life(void)
{
	word_t c, s, limit;
	long id;

	machine_badge(1);
	id = mem_session_open(2, 5, &c);
	machine_badge(2);
	CHECK(mem_session_accept(id, 1, &s) == 5);
	machine_badge(1);
	CHECK(mem_session_close(id) == 0 && mem_session_close(id) == -ENOENT);
	CHECK(machine_mapped(1, c) == ~0UL && machine_mapped(2, s) != ~0UL);
	CHECK(mem_usage(&limit) == 5 &&
	      machine_user_frames() == 5); /* as long as the server has it */
	machine_badge(2);
	CHECK(mem_session_accept(id, 1, &s) != 5);
	CHECK(mem_session_close(id) == 0 && mem_session_close(id) == -ENOENT);
	machine_badge(1);
	CHECK(mem_usage(&limit) == 0 && machine_user_frames() == 0);
	id = mem_session_open(2, 5, &c);
	CHECK(mem_session_close(id) == 0 && machine_user_frames() == 0); /* nobody accepted it */
	return machine_wrong == 0;
}

/* Component 1 dies as a client of 2, of which nobody else has heard, and as a server of it. */
static int
test_session_gone(void)
{
	word_t c, s, own, limit;
	long id, other, unseen;

	machine_badge(1);
	id = mem_session_open(2, 5, &c);
	unseen = mem_session_open(2, 3, &own);
	machine_badge(2);
	CHECK(mem_session_accept(id, 1, &s) == 5);
	other = mem_session_open(1, 2, &own);
	machine_badge(1);
	CHECK(mem_session_accept(other, 2, &own) == 2);
	CHECK(mem_gone(1) == -EPERM);
	machine_badge(3);
	CHECK(mem_gone(MACHINE_COMPS + 1) == -EINVAL);
	CHECK(mem_gone(1) == 0 && mem_gone(1) == 0);
	CHECK(machine_mapped(1, c) == ~0UL && machine_mapped(1, own) == ~0UL);
	CHECK(machine_mapped(2, s) != ~0UL && machine_user_frames() == 5 + 2); /* the other's sides */
	machine_badge(2);
	CHECK(mem_session_accept(unseen, 1, &c) == -ENOENT);
	CHECK(mem_session_close(id) == 0 && mem_session_close(other) == 0 && machine_user_frames() == 0);
	CHECK(mem_usage(&limit) == 0);
	return machine_wrong == 0;
}

/*
 * Preemption. A thread of a random component makes a call; at a kernel call or an atomic
 * operation within it, others may run to their end. What they hold is in one
 * list for each component, shared by its threads, and entries may be stale: threads of one
 * component that free the same memory at once are its own
 * fault, but may not harm anybody else.
 */
static struct {
	word_t va[HELD];
	u64 pages[HELD];
} held[MACHINE_COMPS + 1];
static long opened[HELD];
static u32 opened_by[HELD];
static int depth,
    races; /* races: few places, so that threads meet, and what is freed may be freed again */

static void
memory_call(word_t comp)
{
	u64 i = rnd(races ? 2 : HELD), pages = 1 + rnd(races ? 2 : 20);
	word_t va, phys;

	if (held[comp].pages[i]) {
		va = held[comp].va[i];
		pages = held[comp].pages[i];
		if (!races || rnd(2))
			held[comp].pages[i] = 0;
		mem_free(va, pages);
		return;
	}
	if ((rnd(3) ? mem_alloc(pages, &va)
		    : mem_alloc_contiguous(pages, 1UL << rnd(4), &va, &phys)) == 0) {
		if (held[comp].pages[i])
			mem_free(va, pages);
		else
			held[comp].va[i] = va, held[comp].pages[i] = pages;
	}
}

static void
session_call(word_t comp)
{
	u64 i = rnd(races ? 2 : HELD);
	word_t va;

	if (opened[i] == 0 && rnd(2)) {
		long id = mem_session_open(1 + rnd(MACHINE_COMPS), 1 + rnd(10), &va);

		if (id > 0)
			opened[i] = id, opened_by[i] = comp;
	} else if (rnd(2)) {
		mem_session_accept(opened[i], opened_by[i], &va);
	} else if (mem_session_close(races ? 1 + (long)rnd(2) : opened[i]) == 0 &&
		   opened_by[i] == comp) {
		opened[i] = 0;
	}
}

static void
one_call(void)
{
	word_t before = machine_caller(), comp = 1 + rnd(MACHINE_COMPS);

	machine_badge(comp);
	if (rnd(2))
		memory_call(comp);
	else
		session_call(comp);
	machine_badge(before);
}

static void
preempt(void)
{
	if (depth >= NESTING || rnd(races ? 40 : 60))
		return;
	depth++;
	for (u64 n = 1 + rnd(races ? 8 : 2); n; n--)
		one_call();
	depth--;
}

/* Everybody gives back all there can be. */
static void
give_all_back(void)
{
	machine_preempt = NULL;
	for (word_t comp = 1; comp <= MACHINE_COMPS; comp++) {
		machine_badge(comp);
		for (u64 page = 0; page < 65536; page++)
			if (machine_mapped(comp, HEAP_VA + page * PAGE_SIZE) != ~0UL)
				mem_free(HEAP_VA + page * PAGE_SIZE, 1);
		for (u32 id = 1; id <= 256; id++)
			while (mem_session_close(id) == 0)
				;
	}
}

static int
all_is_back(void)
{
	word_t va, limit;

	CHECK(machine_wrong == 0);
	CHECK(machine_user_frames() == 0);
	for (word_t comp = 1; comp <= MACHINE_COMPS; comp++) {
		machine_badge(comp);
		CHECK(mem_usage(&limit) == 0);
		CHECK(mem_alloc(MACHINE_LIMIT, &va) == 0 && mem_free(va, MACHINE_LIMIT) == 0);
	}
	return 1;
}

static int
preempted(int may_race)
{
	memset(held, 0, sizeof(held));
	memset(opened, 0, sizeof(opened));
	races = may_race;
	machine_preempt = preempt;
	for (u32 i = 0; i < (may_race ? 150000 : 20000); i++)
		one_call();
	give_all_back();
	CHECK(machine_calls > 100000);
	return all_is_back();
}

static int
test_preempted(void)
{
	return preempted(0);
}

static int
test_races(void)
{
	return preempted(1);
}

/* At one moment of the server's accept, the session's place passes to two others. */
static long age_id, age_other;
static int age_moment;

static void
change_hands(void)
{
	word_t before = machine_caller(), va;

	if (age_moment-- != 0)
		return;
	machine_preempt = NULL;
	machine_badge(1);
	mem_session_close(age_id);
	machine_badge(3);
	age_other = mem_session_open(1, 2, &va);
	machine_badge(before);
}

static int
test_session_age(void)
{
	int same_place = 0;

	for (int moment = 0; moment < 12; moment++) {
		word_t va, c = 0;
		long pages;

		machine_badge(1);
		age_id = mem_session_open(2, 2, &c);
		age_moment = moment;
		age_other = 0;
		machine_badge(2);
		machine_preempt = change_hands;
		pages = mem_session_accept(age_id, 1, &va);
		machine_preempt = NULL;
		if (age_other == age_id) {
			same_place++;
			CHECK(pages < 0);
			machine_badge(1);
			CHECK(mem_session_accept(age_other, 3, &va) == 2);
		}
		give_all_back();
	}
	CHECK(same_place > 0);
	return machine_wrong == 0;
}

static int
test_usage(void)
{
	word_t va, limit, most, user, kernel;
	long left;

	machine_badge(1);
	left = mem_machine(&user, &kernel);
	CHECK(left > 100 && left <= MACHINE_FRAMES && user == 0 && kernel == 0);
	CHECK(mem_alloc(7, &va) == 0);
	CHECK(mem_session_open(2, 2, &va) > 0);
	machine_badge(3);
	CHECK(mem_usage_of(1, &limit, &most) == 9 && limit == MACHINE_LIMIT && most >= 9 && most <= MACHINE_LIMIT);
	CHECK(mem_usage_of(2, &limit, &most) == 0 && mem_usage_of(3, &limit, &most) == 0);
	CHECK(mem_usage_of(0, &limit, &most) == -EINVAL && limit == 0 && most == 0);
	CHECK(mem_usage_of(MACHINE_COMPS + 1, &limit, &most) == -EINVAL && mem_usage_of(~0UL, &limit, &most) == -EINVAL);
	left -= mem_machine(&user, &kernel);
	CHECK(user == 9 && kernel > 0 && left == (long)(user + kernel));
	machine_badge(1);
	CHECK(mem_alloc(MACHINE_LIMIT - 9, &va) == 0 && mem_free(va, MACHINE_LIMIT - 9) == 0);
	CHECK(mem_alloc(MACHINE_LIMIT, &va) == -ENOMEM);
	CHECK(mem_usage_of(1, &limit, &most) == 9 && most == MACHINE_LIMIT);
	return machine_wrong == 0;
}

static const struct test tests[] = {
    {"memmgr.bitmap", "runs are aligned, nobody else's, and found whenever there is one",
     test_bitmap},
    {"memmgr.alloc", "memory is mapped, within the budget, and freed in parts", test_alloc},
    {"memmgr.free", "only a component's own heap pages can be freed, once", test_free},
    {"memmgr.contiguous", "contiguous memory is adjacent and aligned in the machine",
     test_contiguous},
    {"memmgr.exhausted", "a machine without memory refuses, and loses nothing", test_exhausted},
    {"memmgr.usage", "what each component uses and what the machine has left is told", test_usage},
    {"memmgr.session", "a session is seen by its two sides and by nobody else", test_session},
    {"memmgr.session_life", "a session lives until both sides have left", test_session_life},
    {"memmgr.session_gone", "a dead component's sides are closed, and only the booter says so", test_session_gone},
    {"memmgr.session_age", "a server never gets a session that took the place of its own",
     test_session_age},
    {"memmgr.preempted", "threads that preempt each other lose and share nothing", test_preempted},
    {"memmgr.races", "a component that frees the same memory twice at once harms nobody",
     test_races},
};

int
main(void)
{
	int bad = 0;

	for (u32 i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		if (i == 0)
			machine_init(), cos_init();
		else
			machine_reset();
		bad |= run_tests(&tests[i], 1);
		give_all_back();
	}
	return bad;
}
