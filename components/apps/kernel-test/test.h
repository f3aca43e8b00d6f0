/*
 * The kernel's tests. The program runs as the booter, alone, with every capability; its main thread
 * is the root scheduler.
 *
 * A test is {name, sentence, function}; it returns 1 if what the sentence says holds. Before and
 * after each, the machine's frames by type and the slots in use are counted: a test gives back what
 * it took.
 */
#ifndef TEST_H
#define TEST_H

#include <abi/boot.h>
#include <lib/kcall.h>

struct test {
	const char *name, *sentence;
	int (*run)(void);
};

/* Lists, each ended by a NULL name. */
extern const struct test captbl_tests[], frame_tests[], pgtbl_tests[], comp_tests[],
	thd_tests[], rcv_tests[], tcap_tests[], hw_tests[],
	fault_tests[], recovery_tests[], cpu_tests[], rights_tests[], trust_tests[];

int test_failed(const char *file, int line, const char *what);
#define CHECK(x) do { if (!(x)) return test_failed(__FILE__, __LINE__, #x); } while (0)
#define CHECK_EQ(x, y) \
	do { \
		word_t x_ = (x), y_ = (y); \
		if (x_ != y_) \
			return test_differs(__FILE__, __LINE__, #x, x_, y_); \
	} while (0)
int test_differs(const char *file, int line, const char *what, word_t is, word_t should);

/* What the kernel gave. */
static const struct captbl_cap own_captbl = {SLOT_BOOT_CAPTBL};
static const struct pgtbl_cap own_pgtbl = {SLOT_BOOT_PGTBL};
static const struct comp_cap own_comp = {SLOT_BOOT_COMP};
static const struct thd_cap own_thd = {SLOT_BOOT_THD};
static const struct tcap_cap own_tcap = {SLOT_BOOT_TCAP};
static const struct rcv_cap own_rcv = {SLOT_BOOT_RCV};
static const struct frame_cap all_frames = {SLOT_BOOT_FRAME};
static const struct irq_cap all_irqs = {SLOT_BOOT_IRQ};
static const struct ioport_cap all_ports = {SLOT_BOOT_IOPORT};

#define T0 40 /* slots 40 to 119 are the tests' */
#define SCRATCH_VA 0x0000000050000000UL /* no page table reaches it */

/* env.c: frames by their index in all_frames. */
u64  frame_take(void);
u64  frames_fresh(u64 count); /* one after another, none of them taken before */
void frame_back(u64 frame); /* reclaims and keeps for the next taker; the frame may be untyped already */
u64  user_frame(void);
void slot_clear(slot_t);
extern word_t token; /* of the newest dispatch */

/* A component of its own that shares this program's memory: capabilities in slots s (captbl), s + 1 (pgtbl), s + 2 (comp). */
struct child {
	struct captbl_cap captbl;
	struct pgtbl_cap pgtbl;
	struct comp_cap comp;
	u64 frame[3], tables[16];
	u32 ntables;
};
int  child_make(struct child *, slot_t s);
void child_end(struct child *);

/* A thread in a component that runs fn(arg). Slot s. */
struct thread {
	struct thd_cap cap;
	u64 frame;
	struct { void (*fn)(void *); void *arg; } start; /* what start.c expects */
};
int  thread_make(struct thread *, slot_t s, struct comp_cap, thdid_t id, void (*fn)(void *), void *arg);
void thread_end(struct thread *);
/* Dispatches it on the main thread's tcap; result as thd_dispatch. */
int  run(struct thread *, word_t prio);
int  run_until(struct thread *, word_t prio, cycles_t timeout);
/* On another thread: goes back to the main thread. */
void back(void);
/* Takes all events; the bits that thread id had. */
u32  events_of(thdid_t id);

/* An end point for a thread with a tcap of its own: slots s (tcap), s + 1 (rcv), s + 2 (snd). */
struct endpoint {
	struct tcap_cap tcap;
	struct rcv_cap rcv;
	struct snd_cap snd;
	u64 frame[2];
};
int  endpoint_make(struct endpoint *, slot_t s, struct thread *, word_t prio);
void endpoint_end(struct endpoint *);

/* entries.S */
extern char entry_answer[], entry_registers[], entry_reenter[];
word_t stub_answer(word_t a, word_t b, word_t c, word_t d, word_t e, word_t f);
word_t stub_reenter(word_t depth);
#define SLOT_ANSWER  110 /* what the stubs invoke */
#define SLOT_REENTER 111

#endif
