/*
 * What the tests stand on: frames, a second component, threads, end points.
 */
#include <init/info.h>
#include <lib/stack.h>
#include <lib/string.h>

#include "test.h"

#define POOL 512

static u64 pool[POOL];
static u32 pooled;
static u64 next_frame;
word_t token;

u64
frame_take(void)
{
	const struct boot_info *b = (const struct boot_info *)BOOT_INFO_VA;

	if (pooled)
		return pool[--pooled];
	return b->region[0].first + next_frame++;
}

u64
frames_fresh(u64 count)
{
	next_frame += count;
	return ((const struct boot_info *)BOOT_INFO_VA)->region[0].first + next_frame - count;
}

void
frame_back(u64 frame)
{
	frame_reclaim(all_frames, frame);
	if (pooled < POOL)
		pool[pooled++] = frame;
}

u64
user_frame(void)
{
	u64 f = frame_take();

	frame_to_user(all_frames, f);
	return f;
}

void
slot_clear(slot_t s)
{
	captbl_remove(own_captbl, s);
}

/* Maps a page where no table may reach yet; tables are remembered. */
static int
share_page(struct child *c, u64 frame, u64 va, word_t prot)
{
	for (word_t level = 3; level >= 1; level--) {
		u64 f = frame_take();
		int e = pgtbl_attach(c->pgtbl, all_frames, f, va, level);

		if (e)
			frame_back(f);
		else
			c->tables[c->ntables++] = va | level; /* undone in the opposite order */
		if (e && e != EEXIST)
			return e;
	}
	return pgtbl_map(c->pgtbl, all_frames, frame, va, prot);
}

static int
share(struct child *c, u64 from, u64 to)
{
	for (u64 va = from; va < to; va += PAGE_SIZE) {
		struct kresult q = pgtbl_query(own_pgtbl, va);
		int e = q.err ? 0 : share_page(c, q.r1, va, q.r2);

		if (e)
			return e;
	}
	return 0;
}

extern char image_end[], _start[];
#define STACKS 24

int
child_make(struct child *c, slot_t s)
{
	*c = (struct child){{s}, {s + 1}, {s + 2}, {frame_take(), frame_take(), frame_take()}, {0}, 0};
	CHECK_EQ(frame_make_captbl(all_frames, c->frame[0], s), EOK);
	CHECK_EQ(frame_make_pgtbl(all_frames, c->frame[1], s + 1), EOK);
	CHECK_EQ(share(c, IMAGE_VA, (u64)image_end), 0);
	CHECK_EQ(share(c, STACK_VA, STACK_VA + STACKS * STACK_STRIDE), 0);
	CHECK_EQ(frame_make_comp(all_frames, c->frame[2], s + 2, c->captbl, c->pgtbl, (word_t)_start), EOK);
	return 1;
}

void
child_end(struct child *c)
{
	frame_back(c->frame[2]);
	for (u64 va = IMAGE_VA; va < (u64)image_end; va += PAGE_SIZE)
		pgtbl_unmap(c->pgtbl, va, 1);
	for (u64 va = STACK_VA; va < STACK_VA + STACKS * STACK_STRIDE; va += 512 * PAGE_SIZE)
		pgtbl_unmap(c->pgtbl, va, 512);
	for (u32 level = 1; level <= 3; level++)
		for (u32 i = 0; i < c->ntables; i++) {
			u64 va = c->tables[i] & -PAGE_SIZE;

			if ((c->tables[i] & 7) == level)
				pgtbl_detach(c->pgtbl, va, level);
		}
	frame_back(c->frame[1]);
	frame_back(c->frame[0]);
	for (slot_t s = c->captbl.slot; s <= c->comp.slot; s++)
		slot_clear(s);
}

int
thread_make(struct thread *t, slot_t s, struct comp_cap comp, thdid_t id, void (*fn)(void *), void *arg)
{
	t->cap.slot = s;
	t->frame = frame_take();
	t->start.fn = fn;
	t->start.arg = arg;
	CHECK_EQ(frame_make_thd(all_frames, t->frame, s, comp, id, (word_t)&t->start), EOK);
	CHECK_EQ(thd_bind(t->cap, own_rcv), EOK);
	return 1;
}

void
thread_end(struct thread *t)
{
	frame_back(t->frame);
	slot_clear(t->cap.slot);
}

int
run_until(struct thread *t, word_t prio, cycles_t timeout)
{
	return thd_dispatch(t->cap, (struct tcap_cap){0}, prio, timeout, ++token);
}

int
run(struct thread *t, word_t prio)
{
	return run_until(t, prio, CYCLES_INF);
}

void
back(void)
{
	thd_dispatch(own_thd, own_tcap, 100, CYCLES_INF, ++token);
}

u32
events_of(thdid_t id)
{
	struct kresult r;
	u32 bits = 0;

	while ((r = rcv_wait(own_rcv, WAIT_POLL, CYCLES_INF)).err == EOK)
		if (r.r2 == (id | 1UL << 32))
			bits |= r.r3 & 255;
	return bits;
}

int
endpoint_make(struct endpoint *e, slot_t s, struct thread *t, word_t prio)
{
	*e = (struct endpoint){{s}, {s + 1}, {s + 2}, {frame_take(), frame_take()}};
	CHECK_EQ(frame_make_tcap(all_frames, e->frame[0], s, prio), EOK);
	CHECK_EQ(tcap_transfer(own_tcap, e->tcap, CYCLES_INF, prio), EOK);
	CHECK_EQ(frame_make_rcv(all_frames, e->frame[1], s + 1, t->cap, e->tcap, 0), EOK);
	CHECK_EQ(rcv_make_snd(e->rcv, s + 2), EOK);
	return 1;
}

void
endpoint_end(struct endpoint *e)
{
	frame_back(e->frame[1]);
	frame_back(e->frame[0]);
	for (slot_t s = e->tcap.slot; s <= e->snd.slot; s++)
		slot_clear(s);
}

/* More stacks than the kernel made. Their page tables exist: all lie in the 2 MiB of the first. */
static const struct comp_info self = {.name = "kernel-test", .stacks = STACKS, .stack_pages = 2};
void cos_set_info(const struct comp_info *);
void cos_early(void);

void
cos_early(void)
{
	cos_set_info(&self);
	for (u32 i = 1; i < STACKS; i++)
		for (u32 page = 1; page <= self.stack_pages; page++)
			pgtbl_map(own_pgtbl, all_frames, user_frame(), STACK_VA + (i + 1) * STACK_STRIDE - page * PAGE_SIZE,
			          MAP_READ | MAP_WRITE);
}
