/*
 * The contract between the machine-independent kernel (core/) and the machine (arch/<name>/), both ways.
 * core/ contains no assembly and no #if; everything that the processor decides is behind this file.
 */
#ifndef KERNEL_HAL_H
#define KERNEL_HAL_H

#include <abi/boot.h>
#include <abi/cap.h>
#include <abi/err.h>
#include <abi/op.h>
#include <abi/types.h>

#include "arch.h" /* struct arch_thd, PHYSMAP, FRAMES_VA, USER_END, hal_now, hal_gs-style accessors: small inline things */

struct thd;
struct args;
struct cap;

/* ---- what the machine tells at boot ---- */

struct machine {
	u64 frames;      /* physical frames from address 0 to the end of RAM */
	u64 image_phys, image_bytes; /* the boot image; page-aligned */
	u64 tsc_hz;
	u64 regions;     /* RAM that the kernel may hand out; largest first, page-aligned, without kernel, records and image */
	struct {
		u64 first, count; /* frames */
	} region[BOOT_REGIONS];
	char cmdline[256];
};

/* ---- core/ implements; the machine calls ---- */

/* Called once, on the boot processor's kernel stack, interrupts off, address space of the kernel. Returns when cpu_this()->thd
 * is the booter's thread; the machine then resumes it as after a switch. A bad boot image ends in panic. */
void kmain(const struct machine *);

/* One system call that is no invocation. Results go to a->r[0] to [2]; words that an operation does not set go back as they came.
 * The machine resumes cpu_this()->thd afterwards (see core/cpu.h: switching). */
word_t invoke_op(struct cap *cap, struct args *a);

/* A return with a dead caller, or from the first component. The thread's three result words are dropped. */
void invoke_return_dead(void);

/* An invocation that the fast path refuses: says why. cap is a CAP_SINV of the current table. */
word_t invoke_refused(struct cap *cap);

/* The running thread faulted in user mode; its registers are in its struct arch_thd. */
void fault(enum fault_cause cause, u64 address, u64 code);

/* An interrupt line fired; the machine has masked it and acknowledged it to the interrupt controller. */
void irq(u32 line);

/* The one-shot timer fired. */
void tick(void);

/* Nothing to run: returns when cpu_this()->thd is not NULL. */
void idle(void);

/* ---- the machine implements; core/ calls ---- */

/* Thread state. A fresh thread enters at entry with rax = arg, rbx = id, everything else 0. */
void hal_thd_init(struct arch_thd *, u64 entry, u64 arg, u64 id);
u64  hal_thd_reg(const struct arch_thd *, enum thd_reg);
/* EINVAL: no such register, read-only, or an instruction address outside the user half. Flags are sanitised. */
word_t hal_thd_set_reg(struct arch_thd *, enum thd_reg, u64 value);

/* Page tables. A table is one frame of 512 entries; entry pointers lie in the physical map. */
typedef u64 pte_t;
void   hal_pgtbl_init(void *top);                   /* puts the kernel half into a cleared table */
#include "pte.h"
/* Inline there:
 *   hal_pte(top, va, level)      the entry for va in the table of that level (4: top itself); NULL: a table above is missing
 *   hal_pte_page(frame, prot), hal_pte_table(frame), hal_pte_present(pte), hal_pte_frame(pte), hal_pte_prot(pte)
 *   hal_tlb_forget(va)           after an entry of the loaded address space has changed or gone
 *   hal_space_load(space), hal_space_loaded()   by the physical address of the top table; loading it again is nothing
 */

/* Time: hal_now() is in arch.h. The timer fires once when the counter reaches when; CYCLES_INF = never. A time in the past
 * fires at once. */
void hal_timer_set(cycles_t when);

/* Interrupt lines 0 to hal_irq_lines() - 1, all masked at boot. The machine's own interrupts (timer) are not among them. */
u32  hal_irq_lines(void);
void hal_irq_mask(u32 line);
void hal_irq_unmask(u32 line);

/* Ports; width 1, 2 or 4. */
u32  hal_port_in(u16 port, u32 width);
void hal_port_out(u16 port, u32 width, u32 value);

/* Lets interrupts in until one has been handled, with the processor asleep. */
void hal_wait_for_interrupt(void);

void hal_putc(char);
void hal_halt(void) __attribute__((noreturn)); /* ends the machine with a bad status (debug exit), or stops it */

#endif
