/*
 * Exceptions and interrupts. From user mode the processor pushes onto the end of the running thread's struct regs (TSS rsp0),
 * so that its registers are saved in place; from the kernel (only while idle sleeps) onto the kernel stack.
 */
#include "offsets.h"

	.text
	.altmacro
.macro TRAP n
	.balign	16
trap_\n:
	.if (\n != 8) && (\n != 10) && (\n != 11) && (\n != 12) && (\n != 13) && (\n != 14) && (\n != 17) && (\n != 21)
	pushq	$0
	.endif
	pushq	$\n
	jmp	trap_common
	.pushsection .rodata
	.quad	trap_\n
	.popsection
.endm

	.section .rodata
	.balign	8
	.globl	trap_entry
trap_entry:
	.text
	.set	i, 0
	.rept	256
	TRAP	%i
	.set	i, i + 1
	.endr

trap_common:
	.irp	reg, rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15
	pushq	%\reg
	.endr
	cld
	movq	%rsp, %rdi
	testb	$3, 18 * 8(%rsp)	/* cs */
	jz	1f
	swapgs
	movq	%gs:CPU_KSTACK, %rsp	/* from here on: what lies below struct regs is another frame */
	pushfq				/* an interrupt does not clear AC, which would lift SMAP */
	andl	$~(1 << 18), (%rsp)
	popfq
	call	trap_user
	jmp	resume
1:	call	trap_kernel
	POP_REGS
	iretq

	.section .note.GNU-stack, "", @progbits
