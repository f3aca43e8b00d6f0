/*
 * The rest of the host machine: page tables in a format of its own, no interrupts, a timer that
 * only remembers, and panic as a failed test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/cpu.h"
#include "machine.h"

u64 fake_now = 1000;
u64 fake_timer = CYCLES_INF;
static u64 loaded;

enum { PRESENT = 1 << 4 };

void hal_thd_init(struct arch_thd *t, u64 entry, u64 arg, u64 id)
{
	t->reg[REG_RIP] = entry;
	t->reg[REG_RAX] = arg;
	t->reg[REG_RBX] = id;
}

u64 hal_thd_reg(const struct arch_thd *t, enum thd_reg r) { return t->reg[r]; }

word_t
hal_thd_set_reg(struct arch_thd *t, enum thd_reg r, u64 v)
{
	if (r == REG_CODE || (r == REG_RIP && v >= USER_END))
		return EINVAL;
	t->reg[r] = v;
	return EOK;
}

void hal_pgtbl_init(void *top) { (void)top; }
pte_t hal_pte_page(u64 frame, word_t prot) { return frame << 12 | PRESENT | prot; }
pte_t hal_pte_table(u64 frame) { return frame << 12 | PRESENT | MAP_READ; }
u64 hal_pte_frame(pte_t e) { return e >> 12; }
word_t hal_pte_prot(pte_t e) { return e & 15; }
int hal_pte_present(pte_t e) { return e & PRESENT ? 1 : 0; }

pte_t *
hal_pte(void *top, u64 va, u32 level)
{
	pte_t *table = top;

	for (u32 l = 4; l > level; l--) {
		pte_t e = table[va >> (12 + 9 * (l - 1)) & 511];

		if (!(e & PRESENT))
			return NULL;
		table = (void *)(PHYSMAP + (e >> 12 << 12));
	}
	return &table[va >> (12 + 9 * (level - 1)) & 511];
}

void hal_tlb_forget(u64 va) { (void)va; }
void hal_space_load(u64 space) { loaded = space; }
u64 hal_space_loaded(void) { return loaded; }
void hal_timer_set(cycles_t when) { fake_timer = when; }
u32 hal_irq_lines(void) { return 24; }
void hal_irq_mask(u32 line) { (void)line; }
void hal_irq_unmask(u32 line) { (void)line; }
u32 hal_port_in(u16 port, u32 width) { return port + width; }
void hal_port_out(u16 port, u32 width, u32 value) { (void)port; (void)width; (void)value; }
void hal_wait_for_interrupt(void) { abort(); }
void hal_putc(char c) { putchar(c); }

void
hal_halt(void)
{
	fflush(stdout);
	abort();
}
