/*
 * What kernel operations cost, in instructions: run with the time-stamp counter counting them
 * (runscripts/run kernel-bench does so).
 *
 * The program runs as the booter, alone. Each figure is the least of several warm rounds, less what
 * reading the counter costs. A second component shares the program's memory, but has an address
 * space and a capability table of its own.
 */
#include <abi/boot.h>
#include <init/info.h>
#include <lib/component.h>
#include <lib/kcall.h>
#include <lib/print.h>

#define ROUNDS 8
#define SERIAL 0x3f8
#define DEBUG_EXIT 0xf4
#define SCRATCH_VA 0x0000000050000000UL

enum { CHILD_CAPTBL = 40, CHILD_PGTBL, CHILD_COMP, OTHER, PEER, PEER_TCAP, PEER_RCV, PEER_SND,
       VICTIM, HANDLER, HANDLER_TCAP, HANDLER_RCV,
       HANDLER_SND, OBJECT, SPACE, THREAD, SLOT_0 = 110, SLOT_6 };

static const struct frame_cap frames = {SLOT_BOOT_FRAME};
static const struct pgtbl_cap own_pgtbl = {SLOT_BOOT_PGTBL};
static const struct thd_cap own_thd = {SLOT_BOOT_THD};
static const struct tcap_cap own_tcap = {SLOT_BOOT_TCAP};
static const struct rcv_cap own_rcv = {SLOT_BOOT_RCV};
static const struct ioport_cap ports = {SLOT_BOOT_IOPORT};

static u64 next_frame, overhead;
static word_t token;
static int bad;
static volatile cycles_t t0, t1; /* begin and end of what crosses threads */

long bench_0(void);
long bench_6(word_t a, word_t b, word_t c, word_t d, word_t e, word_t f);
long stub_0(void);
long stub_6(word_t a, word_t b, word_t c, word_t d, word_t e, word_t f);
extern char __entry_bench_0[], __entry_bench_6[], image_end[], _start[];

long bench_0(void) { return 0; }

long
bench_6(word_t a, word_t b, word_t c, word_t d, word_t e, word_t f)
{
	return (long)(a + b + c + d + e + f);
}

static u64
frame(void)
{
	return next_frame++;
}

static void
must(const char *what, int err)
{
	if (!err)
		return;
	cos_printf("kernel-bench: %s failed with error %d\n", what, err);
	ioport_out(ports, DEBUG_EXIT, 4, 0x21);
	for (;;)
		;
}

static void
report(const char *name, u64 n, u64 limit)
{
	cos_printf("BENCH %s %lu instructions (limit %lu)%s\n", name, n, limit, n > limit ? " ABOVE" : "");
	bad |= n > limit;
}

/* The least that an expression takes. */
#define LEAST(expression) ({ \
	u64 least_ = ~0UL; \
	for (u32 i_ = 0; i_ < ROUNDS; i_++) { \
		cycles_t from_ = cos_now(); \
		(void)(expression); \
		cycles_t took_ = cos_now() - from_ - overhead; \
		least_ = took_ < least_ ? took_ : least_; \
	} \
	least_; })

static void
attach_all(struct pgtbl_cap p, u64 va)
{
	for (word_t level = 3; level >= 1; level--) {
		int e = pgtbl_attach(p, frames, frame(), va, level);

		if (e != EEXIST)
			must("a page table", e);
	}
}

static void
share(struct pgtbl_cap p, u64 from, u64 to)
{
	for (u64 va = from; va < to; va += PAGE_SIZE) {
		struct kresult q = pgtbl_query(own_pgtbl, va);

		if (q.err)
			continue;
		if (pgtbl_map(p, frames, q.r1, va, q.r2) == EOK)
			continue;
		attach_all(p, va);
		must("sharing a page", pgtbl_map(p, frames, q.r1, va, q.r2));
	}
}

static struct comp_cap
make_child(void)
{
	struct pgtbl_cap p = {CHILD_PGTBL};

	must("a table", frame_make_captbl(frames, frame(), CHILD_CAPTBL));
	must("a space", frame_make_pgtbl(frames, frame(), CHILD_PGTBL));
	share(p, IMAGE_VA, (u64)image_end);
	share(p, STACK_VA, STACK_VA + STACKS * STACK_STRIDE);
	must("a component", frame_make_comp(frames, frame(), CHILD_COMP, (struct captbl_cap){CHILD_CAPTBL}, p, (word_t)_start));
	return (struct comp_cap){CHILD_COMP};
}

struct start { /* what start.c of the library expects */
	void (*fn)(void *);
	void *arg;
};

static void
make_thread(slot_t s, struct comp_cap c, thdid_t id, struct start *start)
{
	must("a thread", frame_make_thd(frames, frame(), s, c, id, (word_t)start));
	must("binding", thd_bind((struct thd_cap){s}, own_rcv));
}

static void
make_endpoint(slot_t thd, slot_t tcap, slot_t rcv, slot_t snd, word_t prio)
{
	must("a tcap", frame_make_tcap(frames, frame(), tcap, prio));
	must("time", tcap_transfer(own_tcap, (struct tcap_cap){tcap}, CYCLES_INF, prio));
	must("an end point", frame_make_rcv(frames, frame(), rcv, (struct thd_cap){thd}, (struct tcap_cap){tcap}, 0));
	must("its sending side", rcv_make_snd((struct rcv_cap){rcv}, snd));
}

static void
drain(void)
{
	while (rcv_wait(own_rcv, WAIT_POLL, CYCLES_INF).err == EOK)
		;
}

static void
run(slot_t s, word_t prio)
{
	must("dispatch", thd_dispatch((struct thd_cap){s}, (struct tcap_cap){0}, prio, CYCLES_INF, ++token));
	drain();
}

/* In the child: its table has the same slots for what it needs. */
static void
give(slot_t s)
{
	must("a capability", captbl_copy((struct captbl_cap){CHILD_CAPTBL}, s, s, RIGHT_ALL));
}

static void
other(void *arg)
{
	(void)arg;
	for (;;) {
		t1 = cos_now();
		thd_dispatch(own_thd, (struct tcap_cap){0}, 100, CYCLES_INF, ++token);
	}
}

static void
bench_dispatch(struct comp_cap c)
{
	static struct start start = {other, NULL};
	u64 least = ~0UL;

	make_thread(OTHER, c, 5, &start);
	give(SLOT_BOOT_THD);
	for (u32 i = 0; i < ROUNDS; i++) {
		t0 = cos_now();
		run(OTHER, 100);
		least = t1 - t0 - overhead < least ? t1 - t0 - overhead : least;
	}
	report("dispatch", least, 150);
}

static void
peer(void *arg)
{
	(void)arg;
	for (;;) {
		rcv_wait((struct rcv_cap){PEER_RCV}, 0, CYCLES_INF);
		t1 = cos_now();
	}
}

static void
bench_notify(struct comp_cap c)
{
	static struct start start = {peer, NULL};
	u64 least = ~0UL;

	make_thread(PEER, c, 6, &start);
	make_endpoint(PEER, PEER_TCAP, PEER_RCV, PEER_SND, 5);
	give(PEER_RCV);
	run(PEER, 5);
	must("dispatch", thd_dispatch(own_thd, own_tcap, 100, CYCLES_INF, ++token));
	for (u32 i = 0; i < ROUNDS; i++) {
		t0 = cos_now();
		snd_send((struct snd_cap){PEER_SND});
		least = t1 - t0 - overhead < least ? t1 - t0 - overhead : least;
		drain();
	}
	report("notify", least, 350);
}

static void
victim(void *arg)
{
	(void)arg;
	for (;;) {
		t0 = cos_now();
		asm volatile("ud2");
		t1 = cos_now();
		thd_dispatch(own_thd, (struct tcap_cap){0}, 100, CYCLES_INF, ++token);
	}
}

/* Skips the two bytes of the instruction. When it waits again the kernel goes back to the thread that was interrupted. */
static void
handler(void *arg)
{
	struct thd_cap v = {VICTIM};

	(void)arg;
	for (;;) {
		rcv_wait((struct rcv_cap){HANDLER_RCV}, 0, CYCLES_INF);
		thd_resume_at(v, thd_fault(v).r3 + 2);
	}
}

static void
bench_fault(struct comp_cap c)
{
	static struct start of_victim = {victim, NULL}, of_handler = {handler, NULL};
	u64 least = ~0UL;

	make_thread(HANDLER, (struct comp_cap){SLOT_BOOT_COMP}, 7, &of_handler);
	make_endpoint(HANDLER, HANDLER_TCAP, HANDLER_RCV, HANDLER_SND, 3);
	run(HANDLER, 3);
	make_thread(VICTIM, c, 8, &of_victim);
	must("a fault end point", comp_set_fault(c, (struct snd_cap){HANDLER_SND}, 0));
	for (u32 i = 0; i < ROUNDS; i++) {
		run(VICTIM, 100);
		least = t1 - t0 - overhead < least ? t1 - t0 - overhead : least;
	}
	report("fault", least, 800);
}

static void
bench_map(void)
{
	u64 f = frame(), least = ~0UL;

	attach_all(own_pgtbl, SCRATCH_VA);
	must("user memory", frame_to_user(frames, f));
	for (u32 i = 0; i < ROUNDS; i++) {
		cycles_t from = cos_now();
		pgtbl_map(own_pgtbl, frames, f, SCRATCH_VA, MAP_READ | MAP_WRITE);
		u64 took = cos_now() - from - overhead;

		least = took < least ? took : least;
		pgtbl_unmap(own_pgtbl, SCRATCH_VA, 1);
	}
	report("map", least, 200);
	pgtbl_map(own_pgtbl, frames, f, SCRATCH_VA, MAP_READ | MAP_WRITE);
	for (u32 i = 1; i < 512; i++)
		pgtbl_map(own_pgtbl, frames, f, SCRATCH_VA + i * PAGE_SIZE, MAP_READ);
}

static u64 longest;
static const char *which;

/* What one call takes, when it comes to it: the operations that go through a frame or a table. */
#define BOUNDED(what, call) do { \
		cycles_t from_ = cos_now(); \
		word_t error_ = (call); \
		cycles_t took_ = cos_now() - from_ - overhead; \
		must(what, error_); \
		cos_printf("kernel-bench: %s takes %lu instructions\n", what, took_); \
		if (took_ > longest) { \
			longest = took_; \
			which = what; \
		} \
	} while (0)

/* After bench_map, which leaves a full table at SCRATCH_VA. */
static void
bench_longest(void)
{
	u64 f = frame(), t = frame();

	BOUNDED("unmapping 512 pages", pgtbl_unmap(own_pgtbl, SCRATCH_VA, 512).err);
	BOUNDED("detaching a table", pgtbl_detach(own_pgtbl, SCRATCH_VA, 1));
	BOUNDED("attaching a table", pgtbl_attach(own_pgtbl, frames, t, SCRATCH_VA, 1));
	BOUNDED("making user memory", frame_to_user(frames, f));
	BOUNDED("reclaiming user memory", frame_reclaim(frames, f));
	BOUNDED("making a capability table", frame_make_captbl(frames, f, OBJECT));
	BOUNDED("extending it", captbl_extend((struct captbl_cap){OBJECT}, frames, frame(), 1920));
	BOUNDED("taking that away", frame_reclaim(frames, next_frame - 1));
	BOUNDED("making an address space", frame_make_pgtbl(frames, frame(), SPACE));
	BOUNDED("reclaiming it", frame_reclaim(frames, next_frame - 1));
	BOUNDED("making a thread", frame_make_thd(frames, frame(), THREAD, (struct comp_cap){SLOT_BOOT_COMP}, 9, 0));
	BOUNDED("reclaiming it", frame_reclaim(frames, next_frame - 1));
	cos_printf("kernel-bench: the longest is %s\n", which);
	report("longest_op", longest, 20000);
}

static void
print(const char *text, unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		ioport_out(ports, SERIAL, 1, text[i]);
}

static const struct comp_info self = {.name = "kernel-bench", .stacks = STACKS, .stack_pages = 2};

void
cos_early(void)
{
	next_frame = ((const struct boot_info *)BOOT_INFO_VA)->region[0].first;
	cos_set_info(&self);
	for (u32 i = 1; i < STACKS; i++)
		for (u32 page = 1; page <= self.stack_pages; page++) {
			u64 f = frame();

			frame_to_user(frames, f);
			pgtbl_map(own_pgtbl, frames, f,
			          STACK_VA + (i + 1) * STACK_STRIDE - page * PAGE_SIZE,
			          MAP_READ | MAP_WRITE);
		}
}

void
cos_init(void)
{
	struct comp_cap c;

	print_set_sink(print);
	overhead = LEAST(0);
	c = make_child();
	must("an entry", comp_make_sinv(c, SLOT_0, (word_t)__entry_bench_0, 1));
	must("an entry", comp_make_sinv(c, SLOT_6, (word_t)__entry_bench_6, 1));
	report("invoke_0", LEAST(stub_0()), 160);
	report("invoke_6", LEAST(stub_6(1, 2, 3, 4, 5, 6)), 180);
	report("syscall_null", LEAST(kcall(SLOT_BOOT_COMP, ~0UL, 0, 0, 0, 0, 0)), 60);
	bench_dispatch(c);
	bench_notify(c);
	bench_fault(c);
	bench_map();
	bench_longest();
	cos_printf("kernel-bench: %s\n", bad ? "something is above its limit" : "all within their limits");
	ioport_out(ports, DEBUG_EXIT, 4, bad ? 0x21 : 0x10);
	for (;;)
		;
}
