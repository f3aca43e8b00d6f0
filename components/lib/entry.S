/*
 * Where a new thread enters the component: rax = argument, rbx = thread id, no stack
 * (kernel/abi/op.h). It takes a stack from the pool, clears its thread-local variables, and runs
 * thread_start(argument). The constants are those of interfaces/init/info.h and stubs.h.
 */
#define STACK_VA     0x10000000
#define STACK_STRIDE 0x10000
#define TCB_BYTES    64
#define TLS_BYTES    448

	.section .text.start, "ax", @progbits
	.globl	_start
	.type	_start, @function
_start:
	mov	stack_pool, %rcx
	bsf	%rcx, %rbp
	jz	2f
	lock btr %rbp, stack_pool
	jnc	_start
	imul	$STACK_STRIDE, %ebp, %edx
	add	$(STACK_VA + STACK_STRIDE - TCB_BYTES), %edx
	wrfsbase %rdx
	lea	-TLS_BYTES(%rdx), %rsp
	mov	%rax, %rsi
	mov	%rsp, %rdi
	xor	%eax, %eax
	mov	$((TLS_BYTES + TCB_BYTES) / 8), %ecx
	rep stosq
	mov	%rdx, (%rdx)
	mov	%rbx, 16(%rdx)		/* thread id; badge 0 */
	mov	%rsi, %rdi
	call	thread_start
	/* Puts the stack back and returns from the thread's first component: the thread is dead,
	 * and its scheduler hears of it. */
	.globl	cos_thread_exit
cos_thread_exit:
	mov	%fs:0, %rcx
	sub	$STACK_VA, %rcx
	shr	$16, %rcx		/* STACK_STRIDE */
	lock bts %rcx, stack_pool
	xor	%eax, %eax
	syscall
2:	ud2				/* the composer counts stacks: never */
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
