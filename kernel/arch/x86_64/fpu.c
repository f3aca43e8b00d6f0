/*
 * Vector registers (x87, SSE, AVX), lazily.
 *
 * CR0.TS is set whenever cpu->vec_live is 0, and the registers then hold their initial values: there is nothing to leak. The
 * first use traps and sets vec_live. Every crossing and every switch of a live thread makes them initial again (entry.S),
 * saving them first only if the thread was interrupted. A component that uses none pays two instructions a crossing.
 */
#include "arch_main.h"
#include "core/cpu.h"
#include "core/print.h"
#include "x86.h"

/* The header is all 0: everything initial; MXCSR, which is taken from here all the same, is 0x1f80. */
u8 vec_init_area[VEC_BYTES] __attribute__((aligned(64))) = {[24] = 0x80, [25] = 0x1f};

static void
xrstor(const void *area)
{
	asm volatile("xrstor (%0)" : : "r"(area), "a"(VEC_MASK), "d"(0) : "memory");
}

void
fpu_init(void)
{
	u32 r[4];

	cpuid(0xd, 0, r);
	asm volatile("xsetbv" : : "c"(0), "a"(r[0] & VEC_MASK), "d"(0));
	cpuid(0xd, 0, r);
	if (r[1] > VEC_BYTES)
		panic("this processor's vector registers need %u bytes, and a thread has room for %u", r[1], VEC_BYTES);
	asm volatile("clts");
	xrstor(vec_init_area);
	write_cr0(read_cr0() | CR0_TS);
}

void
vec_use(void)
{
	asm volatile("clts");
	cpu_this()->vec_live = 1;
}

void
vec_leave(struct arch_thd *t)
{
	asm volatile("xsave (%0)" : : "r"(t->vec), "a"(VEC_MASK), "d"(0) : "memory");
	t->has_vec = 1;
	xrstor(vec_init_area);
	cpu_this()->vec_live = 0;
	write_cr0(read_cr0() | CR0_TS);
}

void
vec_enter(struct arch_thd *t)
{
	asm volatile("clts");
	xrstor(t->vec);
	t->has_vec = 0;
	cpu_this()->vec_live = 1;
}
