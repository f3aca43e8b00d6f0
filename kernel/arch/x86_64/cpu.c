/*
 * What the processor must have, and how it is set: control registers, SYSCALL, the gs base.
 */
#include "arch_main.h"
#include "core/cpu.h"
#include "core/print.h"
#include "x86.h"

extern char syscall_entry[];

struct feature {
	u32 leaf, reg, bit; /* CPUID leaf, register (0 = eax ...), bit */
	const char *name;
	u64 cr4;            /* to set when it is there */
	int needed;         /* 0: used where it is there */
};

static const struct feature features[] = {
	{0x80000001, 3, 20, "NX", 0, 1},
	{0x80000001, 3, 11, "SYSCALL", 0, 1},
	{1, 3, 9, "a local APIC", 0, 1},
	{1, 2, 26, "XSAVE", CR4_OSXSAVE | CR4_OSFXSR | CR4_OSXMMEXCPT, 1},
	{7, 1, 0, "FSGSBASE", CR4_FSGSBASE, 1},
	{1, 3, 13, "PGE", CR4_PGE, 0},
	{7, 1, 7, "SMEP", CR4_SMEP, 0},
	{7, 1, 20, "SMAP", CR4_SMAP, 0},
	{7, 2, 2, "UMIP", CR4_UMIP, 0},
};

static int
has(const struct feature *f)
{
	u32 r[4];

	cpuid(f->leaf & 0x80000000, 0, r);
	if (r[0] < f->leaf)
		return 0;
	cpuid(f->leaf, 0, r);
	return r[f->reg] >> f->bit & 1;
}

static void
syscall_init(void)
{
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE | EFER_NXE);
	wrmsr(MSR_STAR, (u64)SEL_UBASE << 48 | (u64)SEL_KCODE << 32);
	wrmsr(MSR_LSTAR, (u64)syscall_entry);
	wrmsr(MSR_FMASK, FLAG_TF | FLAG_IF | FLAG_DF | FLAG_IOPL | FLAG_NT | FLAG_AC);
	wrmsr(MSR_GS_BASE, (u64)&boot_cpu);
	wrmsr(MSR_KERNEL_GS_BASE, 0);
}

void
cpu_init(void)
{
	u64 cr4 = read_cr4();

	for (u32 i = 0; i < sizeof(features) / sizeof(*features); i++) {
		if (has(&features[i]))
			cr4 |= features[i].cr4;
		else if (features[i].needed)
			panic("this processor lacks %s, which rump2cos needs", features[i].name);
	}
	write_cr4(cr4);
	syscall_init();
}
