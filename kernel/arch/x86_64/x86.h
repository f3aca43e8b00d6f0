/*
 * Instructions and registers of the processor that C has no words for.
 */
#ifndef X86_H
#define X86_H

#include <abi/types.h>

enum msr {
	MSR_APIC_BASE      = 0x1b,
	MSR_EFER           = 0xc0000080,
	MSR_STAR           = 0xc0000081,
	MSR_LSTAR          = 0xc0000082,
	MSR_FMASK          = 0xc0000084,
	MSR_GS_BASE        = 0xc0000101,
	MSR_KERNEL_GS_BASE = 0xc0000102,
};

enum efer { EFER_SCE = 1 << 0, EFER_NXE = 1 << 11 };

enum cr4 {
	CR4_PGE = 1 << 7, CR4_OSFXSR = 1 << 9, CR4_OSXMMEXCPT = 1 << 10, CR4_UMIP = 1 << 11, CR4_FSGSBASE = 1 << 16,
	CR4_OSXSAVE = 1 << 18, CR4_SMEP = 1 << 20, CR4_SMAP = 1 << 21,
};

enum rflags { FLAG_TF = 1 << 8, FLAG_IF = 1 << 9, FLAG_DF = 1 << 10, FLAG_IOPL = 3 << 12, FLAG_NT = 1 << 14, FLAG_AC = 1 << 18 };

/* Segment selectors. SYSRET takes the user's as STAR's base + 8 and + 16. */
enum selector { SEL_KCODE = 0x08, SEL_KDATA = 0x10, SEL_UBASE = 0x13, SEL_UDATA = 0x1b, SEL_UCODE = 0x23, SEL_TSS = 0x28 };

/* Interrupt vectors: exceptions below 32, then the lines, the timer and the spurious interrupt. */
enum vector {
	VEC_NMI = 2, VEC_BP = 3, VEC_NM = 7, VEC_DF = 8, VEC_PF = 14, VEC_MC = 18,
	VEC_LINES = 0x30, VEC_TIMER = 0xf0, VEC_SPURIOUS = 0xff,
};

static inline u64
rdmsr(u32 msr)
{
	u32 lo, hi;

	asm volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (u64)hi << 32 | lo;
}

static inline void
wrmsr(u32 msr, u64 v)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((u32)v), "d"((u32)(v >> 32)));
}

/* read_crN(), write_crN() */
#define VEC_MASK 7 /* x87, SSE, AVX */
#define CR0_TS   8

#define CONTROL_REGISTER(n) \
	static inline u64 read_cr##n(void) { u64 v; asm volatile("movq %%cr" #n ", %0" : "=r"(v)); return v; } \
	static inline void write_cr##n(u64 v) { asm volatile("movq %0, %%cr" #n : : "r"(v) : "memory"); }
CONTROL_REGISTER(0)
CONTROL_REGISTER(2)
CONTROL_REGISTER(3)
CONTROL_REGISTER(4)

static inline void
cpuid(u32 leaf, u32 sub, u32 r[4])
{
	asm volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(sub));
}

#endif
