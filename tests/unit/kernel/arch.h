/*
 * A machine for host tests: physical memory is an array at a fixed address, the processor's block a global, time a counter.
 */
#ifndef ARCH_H
#define ARCH_H

#include <abi/types.h>

#define PHYSMAP   0x300000000000UL
#define FRAMES_VA 0x400000000000UL
#define USER_END  0x00007ffffffff000UL

struct arch_thd {
	u64 reg[32];
	u8  has_vec;
	u8  pad[1024 - 33 * 8 + 7];
};

struct arch_cpu {
	u64 unused;
};

extern struct cpu boot_cpu;
extern u64 fake_now;

static inline void
hal_thd_drop_vectors(struct arch_thd *t)
{
	t->has_vec = 0;
}

static inline u64
hal_now(void)
{
	return fake_now;
}

static inline struct cpu *
cpu_this(void)
{
	return &boot_cpu;
}

#endif
