/*
 * Exceptions and interrupts. From user mode the processor pushes onto the end of the running thread's struct regs (TSS rsp0), so that its
 * registers are saved in place; from the kernel (only while idle sleeps) onto the kernel stack.
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
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	cld
	pushfq				/* an interrupt does not clear AC, which would lift SMAP */
	andl	$~(1 << 18), (%rsp)
	popfq
	movq	%rsp, %rdi
	testb	$3, 18 * 8(%rsp)	/* cs */
	jz	1f
	swapgs
	movq	%gs:CPU_KSTACK, %rsp
	call	trap_user
	jmp	resume
1:	call	trap_kernel
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%rcx
	popq	%rax
	addq	$16, %rsp
	iretq

	.section .note.GNU-stack, "", @progbits
