/*
 * x86-64: what core/ embeds or inlines. Offsets that entry.S uses are checked in offsets.h.
 */
#ifndef ARCH_H
#define ARCH_H

#include <abi/types.h>

#define PHYSMAP   0xffff800000000000UL /* all RAM, writable, not executable */
#define KERNEL_VA 0xffffffff80000000UL /* the kernel's image, at physical 0 plus its load address */
#define FRAMES_VA 0xffffffffc0000000UL /* the frame records: entry.S reaches them by displacement */
#define USER_END  0x00007ffffffff000UL /* the last page is left out: SYSCALL at its end returns to no address */

/* All registers of a thread that was interrupted or faulted, as trap.S pushes them. */
struct regs {
	u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax;
	u64 vector, code;
	u64 rip, cs, rflags, rsp, ss;
};

_Static_assert(sizeof(struct regs) == 176, "struct regs: trap.S");

#define VEC_BYTES 832 /* XSAVE area for x87, SSE and AVX, standard format */

/*
 * The first 1024 bytes of every thread. While a thread runs, the processor's interrupt stack (TSS rsp0) is the end of its regs,
 * so that an interrupt saves them in place. fsbase is that of an interrupted thread.
 */
struct arch_thd {
	struct regs regs;
	u64 fsbase;
	u8  has_vec; /* vec holds the state of an interrupted thread */
	u8  pad[7];
	u8  vec[VEC_BYTES] __attribute__((aligned(64)));
};

_Static_assert(sizeof(struct arch_thd) == 1024, "struct arch_thd");

/* The machine's part of the per-processor block: the task state segment, whose rsp0 entry.S sets at every resume. */
struct arch_cpu {
	u32 reserved0;
	u64 rsp[3] __attribute__((packed));
	u64 reserved1 __attribute__((packed));
	u64 ist[7] __attribute__((packed));
	u64 reserved2 __attribute__((packed));
	u16 reserved3;
	u16 iomap_base;
} __attribute__((packed));

_Static_assert(sizeof(struct arch_cpu) == 104, "task state segment");

/* The thread will go on as if from a system call: what was interrupted is dropped. */
static inline void
hal_thd_drop_vectors(struct arch_thd *t)
{
	t->has_vec = 0;
}

static inline u64
hal_now(void)
{
	u32 lo, hi;

	asm volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}

/* The running processor's block: its own address stands in it (CPU_SELF). */
static inline struct cpu *
cpu_this(void)
{
	struct cpu *p;

	asm("movq %%gs:64, %0" : "=r"(p));
	return p;
}

#endif
