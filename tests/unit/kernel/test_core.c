/*
 * The machine-independent kernel on the host, under sanitizers: a list of named tests of single
 * operations, and a hostile one that makes random system calls and then compares the kernel's
 * counts with what it finds by looking at everything.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/captbl.h"
#include "core/comp.h"
#include "core/cpu.h"
#include "core/frame.h"
#include "core/pgtbl.h"
#include "core/rcv.h"
#include "core/sched.h"
#include "core/tcap.h"
#include "core/thd.h"
#include "machine.h"

#define FRAMES 4096UL
#define FIRST  16UL /* first untyped frame */

static struct args a;

#define CHECK(x) do { if (!(x)) { printf("%s:%d: %s\n", __FILE__, __LINE__, #x); return 0; } } while (0)

/* One system call of the running thread, as entry.S would make it, without the switch's register work. */
static word_t
op(slot_t slot, word_t o, word_t a1, word_t a2, word_t a3, word_t a4, word_t a5)
{
	struct cap *c = captbl_slot(boot_cpu.captbl, slot);
	word_t e;

	a = (struct args){.op = o, .a1 = a1, .a2 = a2, .a3 = a3, .a4 = a4, .a5 = a5};
	if (!c)
		return EBADCAP;
	if (c->kind == CAP_SINV)
		return EBADCAP;
	e = invoke_op(c, &a);
	boot_cpu.left = NULL;
	while (!boot_cpu.thd) {
		fake_now = fake_timer == CYCLES_INF ? fake_now + 1000 : fake_timer + 1;
		if (fake_timer == CYCLES_INF)
			((struct rcv *)boot_cpu.idle_root)->timeout = fake_now - 1; /* somebody pressed a key */
		tick();
	}
	fake_now += 50;
	return e;
}

static slot_t
frame_next(void)
{
	static u64 n = 64;

	while (frames[n].type != FRAME_UNTYPED)
		n = n + 1 < FRAMES ? n + 1 : 64;
	return n;
}

static void
set_range(struct cap *c, enum cap_kind kind, u64 count)
{
	cap_set(c, kind, frame_mem(0));
	c->count = count;
}

static void
setup(void)
{
	struct captbl *t;
	struct comp *comp;
	struct thd *thd;
	struct tcap *tcap;
	struct rcv *rcv;
	struct machine m = {.frames = FRAMES, .regions = 1, .region = {{FIRST, FRAMES - FIRST}}};
	void *top;

	memset((void *)PHYSMAP, 0, FRAMES * PAGE_SIZE);
	memset((void *)FRAMES_VA, 0, FRAMES * 16);
	memset(&boot_cpu, 0, sizeof(boot_cpu));
	frame_init(&m);
	t = frame_retype(16, CAP_CAPTBL);
	top = frame_retype(17, CAP_PGTBL);
	comp = frame_retype(18, CAP_COMP);
	thd = frame_retype(19, CAP_THD);
	tcap = frame_retype(20, CAP_TCAP);
	rcv = frame_retype(21, CAP_RCV);
	comp_init(comp, t, top, 0x400000);
	thd_init(thd, comp, 0, 0);
	thd->resume = RESUME_CALL;
	tcap->budget = CYCLES_INF;
	rcv_init(rcv, thd, tcap, 1);
	thd->tcap = weak_to(tcap);
	cap_set(captbl_slot(t, 8), CAP_CAPTBL, t);
	cap_set(captbl_slot(t, 9), CAP_PGTBL, top);
	cap_set(captbl_slot(t, 10), CAP_COMP, comp);
	cap_set(captbl_slot(t, 11), CAP_THD, thd);
	cap_set(captbl_slot(t, 12), CAP_TCAP, tcap);
	cap_set(captbl_slot(t, 13), CAP_RCV, rcv);
	set_range(captbl_slot(t, 14), CAP_FRAME, FRAMES);
	set_range(captbl_slot(t, 15), CAP_FRAME, 1 << 20);
	set_range(captbl_slot(t, 16), CAP_IRQ, 24);
	set_range(captbl_slot(t, 17), CAP_IOPORT, 65536);
	boot_cpu.deadline = CYCLES_INF;
	boot_cpu.tcap = tcap;
	thd_enter(&boot_cpu, thd);
}

static int
test_retype(void)
{
	u64 n = frame_next();

	CHECK(op(14, FRAME_TO_USER, n, 0, 0, 0, 0) == EOK);
	CHECK(op(14, FRAME_TO_USER, n, 0, 0, 0, 0) == EFRAMETYPE);
	CHECK(op(9, PGTBL_MAP, 14, n, 0x1000, MAP_READ, 0) == ENOENT);
	for (word_t level = 3; level >= 1; level--)
		CHECK(op(9, PGTBL_ATTACH, 14, 100 + level, 0x1000, level, 0) == EOK);
	CHECK(op(9, PGTBL_MAP, 14, n, 0x1000, MAP_READ | MAP_WRITE | MAP_EXEC, 0) == EACCES);
	CHECK(op(9, PGTBL_MAP, 14, n, 0x1000, MAP_READ | MAP_WRITE, 0) == EOK);
	CHECK(op(14, FRAME_RECLAIM, n, 0, 0, 0, 0) == EBUSY);
	CHECK(op(9, PGTBL_DETACH, 0x1000, 1, 0, 0, 0) == EBUSY);
	CHECK(op(9, PGTBL_UNMAP, 0x1000, 511, 0, 0, 0) == EOK && a.r[0] == 1);
	CHECK(op(14, FRAME_RECLAIM, 101, 0, 0, 0, 0) == EBUSY);
	for (word_t level = 1; level <= 3; level++)
		CHECK(op(9, PGTBL_DETACH, 0x1000, level, 0, 0, 0) == EOK);
	CHECK(op(14, FRAME_RECLAIM, n, 0, 0, 0, 0) == EOK);
	return 1;
}

static int
test_epoch(void)
{
	u64 n = frame_next();

	CHECK(op(14, FRAME_MAKE_TCAP, n, 40, 3, 0, 0) == EOK);
	CHECK(op(8, CAPTBL_COPY, 41, 40, RIGHT_READ, 0, 0) == EOK);
	CHECK(op(41, TCAP_TRANSFER, 12, 1, 9, 0, 0) == EACCES);
	CHECK(op(12, TCAP_TRANSFER, 40, 100, 5, 0, 0) == EOK);
	CHECK(op(41, TCAP_QUERY, 0, 0, 0, 0, 0) == EOK && a.r[0] == 100 && a.r[1] == 5);
	CHECK(op(14, FRAME_RECLAIM, n, 0, 0, 0, 0) == EOK);
	CHECK(op(41, TCAP_QUERY, 0, 0, 0, 0, 0) == EDEADCAP);
	CHECK(op(14, FRAME_MAKE_TCAP, n, 42, 3, 0, 0) == EOK);
	CHECK(op(40, TCAP_QUERY, 0, 0, 0, 0, 0) == EDEADCAP);
	return 1;
}

static int
test_events_cancel(void)
{
	struct thd *t;
	struct rcv *r = cap_obj(captbl_slot(boot_cpu.captbl, 13));

	CHECK(op(14, FRAME_MAKE_THD, 200, 50, 10, 7, 0) == EOK && op(50, THD_BIND, 13, 0, 0, 0, 0) == EOK);
	t = cap_obj(captbl_slot(boot_cpu.captbl, 50));
	rcv_event(t, EVENT_WOKEN);
	CHECK(rcv_has_pending(r));
	rcv_event(t, EVENT_BLOCKED);
	CHECK(!rcv_has_pending(r));
	rcv_event(t, EVENT_EXPIRED);
	rcv_event(t, EVENT_BLOCKED);
	CHECK(op(13, RCV_WAIT, WAIT_POLL, CYCLES_INF, 0, 0, 0) == EOK);
	CHECK(a.r[1] == (7 | 1UL << 32) && (a.r[2] & 255) == (EVENT_EXPIRED | EVENT_BLOCKED));
	CHECK(op(13, RCV_WAIT, WAIT_POLL, CYCLES_INF, 0, 0, 0) == EAGAIN);
	return 1;
}

static int
test_dispatch(void)
{
	struct thd *first = boot_cpu.thd, *t;

	CHECK(op(14, FRAME_MAKE_THD, 200, 50, 10, 7, 0) == EOK && op(50, THD_BIND, 13, 0, 0, 0, 0) == EOK);
	t = cap_obj(captbl_slot(boot_cpu.captbl, 50));
	CHECK(op(50, THD_DISPATCH, 0, 5, CYCLES_INF, 0, 0) == EAGAIN);
	CHECK(op(50, THD_DISPATCH, 0, 5, fake_now + 500, 1, 0) == EOK && boot_cpu.thd == t);
	t->resume = RESUME_CALL;
	CHECK(fake_timer == t->timeout);
	fake_now = fake_timer;
	tick();
	CHECK(boot_cpu.thd == first);
	CHECK(op(13, RCV_WAIT, WAIT_POLL, CYCLES_INF, 0, 0, 0) == EOK && (a.r[2] & 255) == EVENT_TIMEOUT);
	return 1;
}

static int
test_timeout_stays(void)
{
	struct thd *t;

	CHECK(op(14, FRAME_MAKE_THD, 200, 50, 10, 7, 0) == EOK && op(50, THD_BIND, 13, 0, 0, 0, 0) == EOK);
	CHECK(op(14, FRAME_MAKE_TCAP, 201, 51, 1, 0, 0) == EOK && op(12, TCAP_TRANSFER, 51, CYCLES_INF, 1, 0, 0) == EOK);
	CHECK(op(14, FRAME_MAKE_RCV, 202, 52, 50, 51, 0) == EOK && op(52, RCV_MAKE_SND, 53, 0, 0, 0, 0) == EOK);
	t = cap_obj(captbl_slot(boot_cpu.captbl, 50));
	t->state = THD_WAITING;
	CHECK(op(11, THD_DISPATCH, 0, 5, fake_now + 5000, 1, 0) == EOK);
	CHECK(op(53, SND_SEND, 0, 0, 0, 0, 0) == EOK && boot_cpu.thd == t);
	CHECK(boot_cpu.deadline != CYCLES_INF);
	return 1;
}

static int
test_dead_frames(void)
{
	struct thd *t;
	struct inv *top;

	CHECK(op(14, FRAME_MAKE_CAPTBL, 300, 60, 0, 0, 0) == EOK);
	CHECK(op(14, FRAME_MAKE_PGTBL, 301, 61, 0, 0, 0) == EOK);
	CHECK(op(14, FRAME_MAKE_COMP, 302, 62, 60, 61, 0x400000) == EOK);
	CHECK(op(14, FRAME_MAKE_THD, 303, 63, 10, 7, 0) == EOK);
	t = cap_obj(captbl_slot(boot_cpu.captbl, 63));
	top = ++t->top; /* as if it had invoked the new component */
	top->comp = 302 << 4;
	top->life = frames[302].life;
	CHECK(op(62, COMP_DOWN, 0, 0, 0, 0, 0) == EOK && op(62, COMP_DOWN, 0, 0, 0, 0, 0) == EBUSY);
	CHECK(op(62, COMP_UP, 0, 0, 0, 0, 0) == EOK);
	CHECK(thd_settle(t) && t->top == t->inv && t->ret[0] == ECOMPDEAD && t->resume == RESUME_CALL);
	top = ++t->top;
	top->life = frames[302].life;
	CHECK(thd_settle(t) && t->top == top);
	CHECK(op(14, FRAME_RECLAIM, 302, 0, 0, 0, 0) == EOK);
	CHECK(op(14, FRAME_RECLAIM, 300, 0, 0, 0, 0) == EOK && op(14, FRAME_RECLAIM, 301, 0, 0, 0, 0) == EOK);
	CHECK(thd_settle(t) && t->top == t->inv);
	return 1;
}

static u64 rng = 88172645463325252UL;

static u64
random64(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	return rng ^= rng << 17;
}

static word_t
random_word(void)
{
	switch (random64() % 16) {
	case 0: return random64();
	case 1: return ~0UL - random64() % 4;
	case 2: return random64() % 16 * 0x1000;
	case 3: return CYCLES_INF;
	case 4: return fake_now + random64() % 1000;
	case 5: case 6: case 7: return 32 + random64() % 100;
	case 8: case 9: case 10: return 8 + random64() % 10;
	default: return random64() % 5;
	}
}

/* What the records say must be what is there. */
static int
counts_agree(void)
{
	u64 maps[FRAMES] = {0}, types[FRAME_TYPES] = {0};

	for (u64 n = 0; n < FRAMES; n++) {
		u64 used = 0;

		types[frames[n].type]++;
		if (frames[n].type != FRAME_KERNEL || frames[n].kind != CAP_PGTBL)
			continue;
		for (u32 i = 0; i < 512; i++) {
			pte_t e = ((pte_t *)frame_mem(n))[i];

			if (!hal_pte_present(e))
				continue;
			used++;
			if (hal_pte_frame(e) < FRAMES)
				maps[hal_pte_frame(e)]++;
		}
		CHECK(used == frames[n].used);
	}
	for (u64 n = 0; n < FRAMES; n++)
		if (frames[n].type == FRAME_USER)
			CHECK(maps[n] == frames[n].refs);
	frame_op_counts(NULL, &a);
	CHECK(a.r[0] == types[FRAME_UNTYPED] && a.r[1] == types[FRAME_USER] && a.r[2] == types[FRAME_KERNEL]);
	return 1;
}

/* What would be right for each argument of each operation: i frame index, f frame capability, o any
 * first slot, s slot, r rights, v address, l level, p protection, n small number, t time, k token,
 * c component, b capability table, g page table, h thread, q tcap, e end point. */
static const char *const shapes[CAP_KINDS][16] = {
	[CAP_CAPTBL] = {"sor", "s", "fin", "s"},
	[CAP_PGTBL]  = {"fivl", "fivp", "vn", "vp", "vl", "v"},
	[CAP_COMP]   = {"svn", "s", "", "", ""},
	[CAP_THD]    = {"qntk", "e", "", "", "n", "nv", "", ""},
	[CAP_TCAP]   = {"snn", "snn", ""},
	[CAP_RCV]    = {"nt", "s", ""},
	[CAP_SND]    = {""},
	[CAP_IRQ]    = {"ns", "n", "n", "snnr"},
	[CAP_IOPORT] = {"nn", "nnn", "", "snnr"},
	[CAP_FRAME]  = {"", "", "", "sinr", "i", "i", "i", "", "is", "is", "isbgv", "iscnn", "isn", "ishqn"},
};

static word_t
near_valid(char shape, u64 token)
{
	switch (shape) {
	case 'i': return 32 + random64() % 100;
	case 'o': return 8 + random64() % 10;
	case 's': return 32 + random64() % 100;
	case 'r': return random64() % 2 ? RIGHT_ALL : random64() % 16;
	case 'v': return random64() % 16 * 0x1000 + random64() % 2 * 0x40000000;
	case 'l': return random64() % 5;
	case 'p': return 1 + random64() % 8;
	case 't': return fake_now + random64() % 1000;
	case 'k': return token;
	case 'f': return 14;
	case 'c': return 10;
	case 'b': return 8;
	case 'g': return 9;
	case 'h': return random64() % 2 ? 11 : 32 + random64() % 100;
	case 'q': return random64() % 2 ? 0 : 12;
	case 'e': return 13;
	default:  return random64() % 8;
	}
}

static void
hostile_call(struct captbl *t, u64 token)
{
	slot_t slot = random64() % 2 ? 8 + random64() % 10 : 32 + random64() % 100;
	struct cap *c = captbl_slot(t, slot);
	word_t o = random64() % 17, w[5];
	const char *shape = c && o < 16 ? shapes[c->kind][o] : NULL;

	for (u32 k = 0; k < 5; k++)
		w[k] = random64() % 16 == 0 || !shape || !*shape ? random_word() : near_valid(*shape++, token);
	if (c && c->kind == CAP_THD && o == THD_DISPATCH && w[3] > token)
		w[3] = token; /* a scheduler that lies about its token only stops itself */
	op(slot, o, w[0], w[1], w[2], w[3], w[4]);
}

/* The first ten capabilities come back when it has thrown them away, so that it can go on doing harm. */
static int
test_hostile(void)
{
	struct captbl *t = boot_cpu.captbl;
	struct cap born[10];
	u64 switches = 0;

	memcpy(born, t->cap, sizeof(born));
	for (u32 i = 0; i < 1000000; i++) {
		struct thd *before = boot_cpu.thd;

		hostile_call(t, i);
		boot_cpu.thd->resume = RESUME_CALL;
		switches += boot_cpu.thd != before;
		for (u32 k = 0; k < 10; k++)
			if (t->cap[k].kind == CAP_NONE || (born[k].kind <= CAP_SND && !weak_get(t->cap[k].obj)))
				t->cap[k] = born[k];
		if (i % 50000 == 0)
			CHECK(counts_agree());
	}
	CHECK(switches > 100);
	return counts_agree();
}

static const struct test {
	const char *name, *sentence;
	int (*run)(void);
} tests[] = {
	{"kernel.retype", "a frame goes untyped, user, mapped, and all the way back", test_retype},
	{"kernel.epoch", "reclaiming kills every capability, also after the frame is used again", test_epoch},
	{"kernel.events", "blocked and woken cancel out, other events are kept", test_events_cancel},
	{"kernel.dispatch", "a dispatch needs a fresh token and sets the timer", test_dispatch},
	{"kernel.timeout", "a notified thread that preempts does not put off the scheduler's timeout", test_timeout_stays},
	{"kernel.dead_frames", "a thread in a dead component goes back to the living", test_dead_frames},
	{"kernel.hostile", "random system calls leave all counts right", test_hostile},
};

int
main(void)
{
	int bad = 0;

	for (u32 i = 0; i < 2; i++) {
		u64 at = i ? FRAMES_VA : PHYSMAP;

		if (mmap((void *)at, FRAMES * PAGE_SIZE, PROT_READ | PROT_WRITE,
		         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != (void *)at) {
			perror("mmap");
			return 1;
		}
	}
	for (u32 i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		int ok;

		setup();
		ok = tests[i].run();
		printf("%s %s: %s\n", ok ? "PASS" : "FAIL", tests[i].name, tests[i].sentence);
		bad |= !ok;
	}
	return bad;
}
