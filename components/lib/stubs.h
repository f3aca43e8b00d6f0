/*
 * The two ends of an invocation, as assembly macros. The composer writes a stubs.S for each
 * component that uses one macro for each function and each import; no other code crosses between
 * components.
 * The generated file sets the numbers used here (SLOT_RETURN, ENOSTACK, STACK_VA,
 * STACK_STRIDE) from the headers of the contract. Registers at both ends: kernel/abi/op.h.
 *
 * CLIENT_STUB is what the caller of NAME links: a function with the C calling convention.
 * Words beyond the function's arguments go over as they are: a client has no secrets from a
 * server that it trusts with its call.
 *
 * SERVER_STUB is where the kernel enters, on no stack. Invariant: between taking a bit of
 * stack_pool and putting it back, the stack of that number belongs to this thread alone.
 * Taking a bit is one locked instruction whose carry says who won, so a preemption or a fault
 * at any point takes no stack twice, and there is no list whose head could come back (ABA).
 * What goes back to the client is the result and the declared result words and nothing else;
 * the kernel clears the rest.
 */
#ifndef LIB_STUBS_H
#define LIB_STUBS_H

#define TCB_BYTES 64  /* thread control block: at the top of each stack, at the fs base */
#define TCB_BADGE 8
#define TCB_THDID 16
#define TCB_OPID  24
#define TLS_BYTES 448 /* thread-local variables below it; the execution stack begins under them */

/*
 * The sixth word of a function whose repetition is not harmless: a number that grows, the component's own, which the calling
 * thread keeps (cos_last_operation).
 */
.macro OPERATION_ID
	mov	$1, %r9d
	lock xadd %r9, operation_next
	mov	%r9, %fs:operation_last@tpoff
.endm

/* name: the function. slot: of its sinv. args: number of arguments. opid: whether it carries an operation id. */
.macro CLIENT_STUB name, slot, args, opid=0
	.section .text.stub.\name, "ax", @progbits
	.globl	\name
	.type	\name, @function
\name:
	.if \args > 3
	mov	%rcx, %r10
	.endif
	.if \opid
	OPERATION_ID
	.endif
	mov	$\slot, %eax
	syscall
	neg	%rax			/* the error, negated, unless it was 0 */
	cmove	%rdi, %rax
	ret
	.size	\name, . - \name
.endm

/* As CLIENT_STUB. out1, out2: registers that point to the second and third result word. */
.macro CLIENT_STUB_OUT name, slot, args, opid, out1, out2
	.section .text.stub.\name, "ax", @progbits
	.globl	\name
	.type	\name, @function
\name:
	push	%rbx			/* survives the invocation, as rbp does */
	mov	\out1, %rbx
	.ifnb \out2
	push	%rbp
	mov	\out2, %rbp
	.endif
	.if \args > 3
	mov	%rcx, %r10
	.endif
	.if \opid
	OPERATION_ID
	.endif
	mov	$\slot, %eax
	syscall
	mov	%rsi, (%rbx)
	.ifnb \out2
	mov	%rdx, (%rbp)
	pop	%rbp
	.endif
	pop	%rbx
	neg	%rax
	cmove	%rdi, %rax
	ret
	.size	\name, . - \name
.endm

/* name: of a variable, a string: under which name the component imports the interface. */
.macro IMPORT_NAME name, text
	.section .rodata.import.\name, "a", @progbits
	.globl	\name
	.type	\name, @object
\name:
	.asciz	"\text"
	.size	\name, . - \name
.endm

/* name: the function. args: number of arguments. opid: as above; without, it is 0. out1, out2: as above, where it expects them. */
.macro SERVER_STUB name, args, opid=0, out1, out2
	.section .text.entry.\name, "ax", @progbits
	.globl	__entry_\name
	.type	__entry_\name, @function
__entry_\name:
	mov	stack_pool, %rcx
	bsf	%rcx, %rbp		/* rbp = number of a stack that looks free */
	jz	2f
	lock btr %rbp, stack_pool
	jnc	__entry_\name		/* another thread was quicker */
	imul	$STACK_STRIDE, %ebp, %ecx
	add	$(STACK_VA + STACK_STRIDE - TCB_BYTES), %ecx
	wrfsbase %rcx
	mov	%rax, TCB_BADGE(%rcx)
	mov	%rbx, TCB_THDID(%rcx)
	.if \opid
	mov	%r9, TCB_OPID(%rcx)
	.else
	movq	$0, TCB_OPID(%rcx)
	.endif
	.ifb \out1
	lea	-TLS_BYTES(%rcx), %rsp
	.else
	lea	-(TLS_BYTES + 16)(%rcx), %rsp
	movq	$0, (%rsp)		/* nothing old goes out if the function writes no result word */
	movq	$0, 8(%rsp)
	.endif
	.if \args > 3
	mov	%r10, %rcx
	.endif
	.ifnb \out1
	mov	%rsp, \out1
	.endif
	.ifnb \out2
	lea	8(%rsp), \out2
	.endif
	call	\name
	mov	%rax, %rdi
	.ifb \out1
	xor	%esi, %esi
	xor	%edx, %edx
	.else
	mov	(%rsp), %rsi
	mov	8(%rsp), %rdx
	.endif
	lock bts %rbp, stack_pool
	xor	%eax, %eax		/* SLOT_RETURN */
	syscall
2:	mov	$-ENOSTACK, %rdi
	xor	%eax, %eax
	syscall
	.size	__entry_\name, . - __entry_\name
.endm

.if SLOT_RETURN != 0
.error "the stubs return by clearing eax"
.endif

#endif
