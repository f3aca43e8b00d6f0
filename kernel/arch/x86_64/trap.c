/*
 * What an exception or interrupt means; the registers of threads.
 */
#include "arch_main.h"
#include "core/cpu.h"
#include "core/print.h"
#include "core/thd.h"
#include "x86.h"

void trap_user(struct regs *);   /* called by trap.S */
void trap_kernel(struct regs *);

static void
die(const struct regs *r)
{
	panic("exception %lu in the kernel at %lx, address %lx, code %lx, stack %lx, rax %lx, rbx %lx, rcx %lx, rdi %lx",
	      r->vector, r->rip, read_cr2(), r->code, r->rsp, r->rax, r->rbx, r->rcx, r->rdi);
}

#define G FAULT_GENERAL
static const u8 cause[32] = { /* enum fault_cause of each exception */
	FAULT_DIVIDE, FAULT_DEBUG, G, FAULT_DEBUG, G, G, FAULT_OPCODE, G, G, G, G, G, G, G, FAULT_PAGE, G,
	FAULT_MATH, G, G, FAULT_MATH, G, G, G, G, G, G, G, G, G, G, G, G,
};

static void
interrupt(u64 vector)
{
	if (vector == VEC_SPURIOUS)
		return;
	if (vector == VEC_TIMER) {
		lapic_eoi();
		tick();
	} else if (vector >= VEC_LINES && vector - VEC_LINES < hal_irq_lines()) {
		hal_irq_mask(vector - VEC_LINES);
		lapic_eoi();
		irq(vector - VEC_LINES);
	}
}

/* r lies at the beginning of the running thread. */
void
trap_user(struct regs *r)
{
	struct cpu *c = cpu_this();
	struct thd *t = c->thd;

	if (r->vector == VEC_NMI || r->vector == VEC_DF || r->vector == VEC_MC)
		die(r);
	asm volatile("rdfsbase %0" : "=r"(t->arch.fsbase));
	t->resume = RESUME_FULL;
	if (r->vector == VEC_NM)
		vec_use();
	else if (r->vector < 32)
		fault(cause[r->vector], r->vector == VEC_PF ? read_cr2() : 0, r->code);
	else
		interrupt(r->vector);
	if (c->vec_live && c->thd != t)
		vec_leave(&t->arch);
}

/* Only idle lets interrupts in, one at a time: it goes on with them off, since there may be a thread to run now. */
void
trap_kernel(struct regs *r)
{
	if (r->vector < 32 || cpu_this()->thd)
		die(r);
	r->rflags &= ~(u64)FLAG_IF;
	interrupt(r->vector);
}

void
hal_wait_for_interrupt(void)
{
	asm volatile("sti; hlt" : : : "memory");
}

void
hal_thd_init(struct arch_thd *t, u64 entry, u64 arg, u64 id)
{
	t->regs = (struct regs){.rip = entry, .rax = arg, .rbx = id, .cs = SEL_UCODE, .ss = SEL_UDATA, .rflags = FLAG_IF | 2};
}

/* Where each register of enum thd_reg lies, in words. */
#define AT(r) (__builtin_offsetof(struct regs, r) / 8)
static const u8 place[REG_FSBASE] = {
	AT(rax), AT(rbx), AT(rcx), AT(rdx), AT(rsi), AT(rdi), AT(rbp), AT(rsp), AT(r8), AT(r9),
	AT(r10), AT(r11), AT(r12), AT(r13), AT(r14), AT(r15), AT(rip), AT(rflags),
};

u64
hal_thd_reg(const struct arch_thd *t, enum thd_reg r)
{
	return r < REG_FSBASE ? ((const u64 *)&t->regs)[place[r]] : r == REG_FSBASE ? t->fsbase : t->regs.code;
}

word_t
hal_thd_set_reg(struct arch_thd *t, enum thd_reg r, u64 v)
{
	u64 user_flags = 0xcd5; /* CF PF AF ZF SF DF OF */

	if (r > REG_FSBASE || ((r == REG_RIP || r == REG_FSBASE) && v >= USER_END))
		return EINVAL;
	if (r == REG_FSBASE)
		t->fsbase = v;
	else
		((u64 *)&t->regs)[place[r]] = r == REG_FLAGS ? (v & user_flags) | FLAG_IF | 2 : v;
	return EOK;
}
