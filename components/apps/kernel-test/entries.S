/*
 * Entry points and client stubs of the tests, made with the macros that the composer uses.
 */
	.set	SLOT_RETURN, 0
	.set	ENOSTACK, 204
	.set	STACK_VA, 0x10000000
	.set	STACK_STRIDE, 0x10000
#include <lib/stubs.h>

	SERVER_STUB test_answer, 6
	CLIENT_STUB stub_answer, 110, 6
	SERVER_STUB test_reenter, 1
	CLIENT_STUB stub_reenter, 111, 1
	SERVER_STUB test_outer, 1
	CLIENT_STUB stub_outer, 112, 1
	SERVER_STUB test_inner, 1
	CLIENT_STUB stub_inner, 113, 1

	/* A server that uses no stack: what it finds in its registers goes to a table. */
	.section .text.entry.registers, "ax", @progbits
	.globl	entry_registers
entry_registers:
	mov	%rax, seen_registers + 0
	mov	%rbx, seen_registers + 8
	mov	%rcx, seen_registers + 16
	mov	%rbp, seen_registers + 24
	mov	%rsp, seen_registers + 32
	mov	%r12, seen_registers + 40
	mov	%r13, seen_registers + 48
	mov	%r14, seen_registers + 56
	mov	%r15, seen_registers + 64
	rdfsbase %rcx
	mov	%rcx, seen_registers + 72
	rdgsbase %rcx
	mov	%rcx, seen_registers + 80
	vmovdqu	%ymm5, seen_registers + 96
	vpcmpeqd %ymm5, %ymm5, %ymm5	/* something to leak */
	mov	$0x1111, %edi
	mov	$0x2222, %esi
	mov	$0x3333, %edx
	mov	$0xdead, %r8
	mov	$0xdead, %r9
	mov	$0xdead, %r10
	mov	$0xdead, %rbx
	mov	$0xdead, %rbp
	mov	$0xdead, %r12
	xor	%eax, %eax
	syscall

	/* rdi = slot, rsi = table of what comes back: invokes with every register loaded */
	.globl	invoke_loaded
invoke_loaded:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rsi
	mov	%edi, %eax
	mov	$0x1b, %ebx
	mov	$0x2b, %ebp
	mov	$0x3c, %r12d
	mov	$0x3d, %r13d
	mov	$0x3e, %r14d
	mov	$0x3f, %r15d
	vpcmpeqd %ymm5, %ymm5, %ymm5
	mov	$1, %edi
	mov	$2, %esi
	mov	$3, %edx
	mov	$4, %r10d
	mov	$5, %r8d
	mov	$6, %r9d
	syscall
	mov	(%rsp), %rcx
	mov	%rax, (%rcx)
	mov	%rdi, 8(%rcx)
	mov	%rsi, 16(%rcx)
	mov	%rdx, 24(%rcx)
	mov	%r8, 32(%rcx)
	mov	%r9, 40(%rcx)
	mov	%r10, 48(%rcx)
	mov	%rbx, 56(%rcx)
	mov	%rbp, 64(%rcx)
	mov	%r12, 72(%rcx)
	mov	%r13, 80(%rcx)
	mov	%r14, 88(%rcx)
	mov	%r15, 96(%rcx)
	vmovdqu	%ymm5, 104(%rcx)
	vzeroupper
	pop	%rsi
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

	/* Spins with a value in a vector register until *rdi is not 0; returns 1 if it is still there. */
	.globl	spin_with_vector
spin_with_vector:
	mov	$0x123456789abcdef, %rax
	vmovq	%rax, %xmm7
1:	cmpq	$0, (%rdi)
	je	1b
	vmovq	%xmm7, %rdx
	xor	%ecx, %ecx
	cmp	%rax, %rdx
	sete	%cl
	mov	%ecx, %eax
	ret

	.section .note.GNU-stack, "", @progbits
