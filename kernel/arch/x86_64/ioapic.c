/*
 * The I/O interrupt controller: one redirection entry for each line. Intel 82093AA. Lines are its inputs. ISA lines are
 * edge-triggered, but for 5, 9, 10 and 11, on which PC firmware puts PCI's level-triggered interrupts.
 */
#include "arch_main.h"
#include "x86.h"

#define REDIRECTION(line) (0x10 + 2 * (line))
#define MASKED (1 << 16)
#define LEVEL  (1 << 15)
#define LOW    (1 << 13)

static u32 lines;

static u32
get(u32 reg)
{
	*(volatile u32 *)IOAPIC_VA = reg;
	return *(volatile u32 *)(IOAPIC_VA + 0x10);
}

static void
put(u32 reg, u32 v)
{
	*(volatile u32 *)IOAPIC_VA = reg;
	*(volatile u32 *)(IOAPIC_VA + 0x10) = v;
}

/* Lines beyond ISA's are PCI's. */
static u32
trigger(u32 line)
{
	return line >= 16 ? LEVEL | LOW : line == 5 || (line >= 9 && line <= 11) ? LEVEL : 0;
}

void
ioapic_init(void)
{
	lines = (get(1) >> 16 & 0xff) + 1;
	if (lines > VEC_TIMER - VEC_LINES)
		lines = VEC_TIMER - VEC_LINES;
	for (u32 i = 0; i < lines; i++) {
		put(REDIRECTION(i), MASKED | trigger(i) | (VEC_LINES + i));
		put(REDIRECTION(i) + 1, 0); /* to the first processor */
	}
}

u32
hal_irq_lines(void)
{
	return lines;
}

void
hal_irq_mask(u32 line)
{
	put(REDIRECTION(line), get(REDIRECTION(line)) | MASKED);
}

void
hal_irq_unmask(u32 line)
{
	put(REDIRECTION(line), get(REDIRECTION(line)) & ~MASKED);
}
