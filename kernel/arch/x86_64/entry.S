/*
 * System calls: invocation and return, which are decided here, and the way into every other operation; and how a thread is
 * resumed. kernel/abi/op.h has the register convention. The contract with core/ is in core/cpu.h.
 *
 * Interrupts are off in the kernel. Invocation and return use no stack: rsp is still the user's until it is replaced. r11 (the
 * user's flags, which are reset anyway) holds the top of the running thread's invocation stack throughout.
 */
#include "offsets.h"

	.text

/* Back to user mode after a system call: rcx = rip, rsp set, results and kept registers set. */
.macro EXIT
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	xorl	%r10d, %r10d
	movl	$USER_FLAGS, %r11d
	swapgs
	wrgsbase %r8
	sysretq
.endm

/* Clears the vector registers if they hold anything, without a stack; clobbers r12 to r15. */
.macro CLEAR_VECTORS
	cmpq	$0, %gs:CPU_VEC
	je	1f
	leaq	1f(%rip), %r15
	jmp	vec_clear
1:
.endm

/* The registers that a call keeps, where the thread left them; and all that it finds again. */
.macro SAVE_KEPT
	.irp	reg, bx, bp, 12, 13, 14, 15
	movq	%r\reg, INV_r\reg(%r11)
	.endr
.endm
.macro LOAD_KEPT
	.irp	reg, bx, bp, 12, 13, 14, 15
	movq	INV_r\reg(%r11), %r\reg
	.endr
.endm
.macro LOAD_ALL
	movq	INV_FS(%r11), %rcx
	wrfsbase %rcx
	LOAD_KEPT
	movq	INV_RIP(%r11), %rcx
	movq	INV_RSP(%r11), %rsp
.endm

	.globl	syscall_entry
	.balign	64
syscall_entry:
	swapgs
	movq	%gs:CPU_TOP, %r11
	movq	%rcx, INV_RIP(%r11)
	movq	%rsp, INV_RSP(%r11)
	testl	%eax, %eax
	jz	return
	leal	-ASM_SLOT_FIRST(%rax), %ecx
	cmpl	$ASM_FIRST_SLOTS, %ecx
	jae	far_slot
	shll	$5, %eax
	addq	%gs:CPU_CAPTBL, %rax
found:					/* rax = the capability */
	cmpb	$ASM_CAP_SINV, CAP_OFF_KIND(%rax)
	jne	operation

	/* Invocation. It needs the right, the server must live and be up, and the invocation stack must have room (it ends
	 * with the thread's frame). */
	SAVE_KEPT
	testb	$ASM_RIGHT_USE, CAP_OFF_RIGHTS(%rax)
	jz	refused
	movl	CAP_OFF_REF(%rax), %ecx
	movq	ASM_FRAMES(%rcx), %rbp	/* its life: epoch, incarnation; an odd incarnation is down */
	movq	%rbp, %r12
	shrq	$32, %r12
	cmpl	CAP_OFF_EPOCH(%rax), %r12d
	jne	refused
	testb	$1, %bpl
	jnz	refused
	leaq	INV_SIZE(%r11), %rbx
	testl	$0xfff, %ebx
	jz	refused

	rdfsbase %r12
	movq	%r12, INV_FS(%r11)
	movl	%ecx, INV_COMP(%rbx)
	movq	%rbp, INV_LIFE(%rbx)
	movq	%rbx, %gs:CPU_TOP
	shlq	$8, %rcx
	addq	%gs:CPU_PHYSMAP, %rcx
	movq	COMP_CAPTBL(%rcx), %r12
	movq	%r12, %gs:CPU_CAPTBL
	movq	COMP_SPACE(%rcx), %r12
	movq	%r12, %cr3
	CLEAR_VECTORS
	movq	CAP_OFF_ENTRY(%rax), %rcx
	movq	CAP_OFF_BADGE(%rax), %rax
	movq	%gs:CPU_THDID, %rbx
	xorl	%ebp, %ebp
	xorl	%r12d, %r12d
	xorl	%r13d, %r13d
	xorl	%r14d, %r14d
	xorl	%r15d, %r15d
	xorl	%esp, %esp
	wrfsbase %rbp
	movl	$USER_FLAGS, %r11d
	swapgs
	wrgsbase %rbp
	sysretq

	/* Return to the caller, if its component is the one it was: rdi, rsi, rdx = results. */
	.balign	16
return:
	subq	$INV_SIZE, %r11
	movl	INV_COMP(%r11), %ecx
	movq	ASM_FRAMES(%rcx), %rax
	cmpq	%rax, INV_LIFE(%r11)
	jne	return_dead
	movq	%r11, %gs:CPU_TOP
	shlq	$8, %rcx
	addq	%gs:CPU_PHYSMAP, %rcx
	movq	COMP_CAPTBL(%rcx), %rax
	movq	%rax, %gs:CPU_CAPTBL
	movq	COMP_SPACE(%rcx), %rax
	movq	%rax, %cr3
	CLEAR_VECTORS
	LOAD_ALL
	xorl	%eax, %eax
	EXIT

return_dead:
	movq	%gs:CPU_KSTACK, %rsp
	call	invoke_return_dead
	jmp	leave

	/* rax = an invocation capability that cannot be used now. */
refused:
	LOAD_KEPT
	movq	%gs:CPU_KSTACK, %rsp
	movq	%rax, %rdi
	call	invoke_refused
	jmp	back_without_results

	/* A slot beyond the table's first frame. */
far_slot:
	movq	%gs:CPU_KSTACK, %rsp
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%r10
	pushq	%r8
	pushq	%r9
	movl	%eax, %edi
	call	captbl_far
	popq	%r9
	popq	%r8
	popq	%r10
	popq	%rdx
	popq	%rsi
	popq	%rdi
	movq	%gs:CPU_TOP, %r11
	testq	%rax, %rax
	jnz	found
	movl	$ASM_EBADCAP, %eax
back_without_results:
	xorl	%edi, %edi
	xorl	%esi, %esi
	xorl	%edx, %edx
	jmp	back

	/* rax = a capability of another kind: struct args on the kernel stack, results come back in its first words. */
	.balign	16
operation:
	cmpb	$ASM_CAP_THD, CAP_OFF_KIND(%rax)
	je	dispatch
call_operation:
	movq	%gs:CPU_KSTACK, %rsp
	pushq	%r9
	pushq	%r8
	pushq	%r10
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	movq	%rax, %rdi
	movq	%rsp, %rsi
	call	invoke_op
	popq	%rdi
	popq	%rsi
	popq	%rdx
	cmpq	$0, %gs:CPU_LEFT
	jne	leave
back:
	movq	%gs:CPU_TOP, %r11
	movq	INV_RIP(%r11), %rcx
	movq	INV_RSP(%r11), %rsp
	EXIT

	/*
	 * THD_DISPATCH as it nearly always is: rsi = 0, the tcap in use, without a limit; a scheduler that has heard all; another
	 * thread, ready and alive. What it does is thd_op_dispatch()'s, which also takes every other case.
	 */
	.balign	16
dispatch:
	movq	%rdi, %rcx
	orq	%rsi, %rcx
	jnz	call_operation
	testb	$ASM_RIGHT_USE, CAP_OFF_RIGHTS(%rax)
	jz	call_operation
	SAVE_KEPT
	movl	CAP_OFF_REF(%rax), %ebx
	movl	CAP_OFF_EPOCH(%rax), %ecx
	cmpl	%ecx, ASM_EPOCHS(%rbx)
	jne	dispatch_other
	shlq	$8, %rbx
	addq	%gs:CPU_PHYSMAP, %rbx	/* the thread */
	movq	%gs:CPU_THD, %r12	/* the running one */
	movl	THD_OFF_SCHED + 4(%rbx), %ebp
	movl	THD_OFF_SCHED(%rbx), %ecx
	cmpl	%ecx, ASM_EPOCHS(%rbp)
	jne	dispatch_other
	shlq	$8, %rbp
	addq	%gs:CPU_PHYSMAP, %rbp	/* its scheduler's end point */
	movq	%gs:CPU_TCAP, %rcx
	cmpq	$-1, (%rcx)
	jne	dispatch_other
	movq	RCV_PENDING(%rbp), %rcx
	orq	RCV_QUEUED(%rbp), %rcx
	orq	THD_OFF_STATE(%rbx), %rcx
	orq	%gs:CPU_INTERRUPTED, %rcx
	jnz	dispatch_other
	cmpq	%r12, %rbx
	je	dispatch_other
	cmpq	$ASM_PRIO_LOWEST, %rdx
	ja	dispatch_other
	cmpq	RCV_TOKEN(%rbp), %r8
	jbe	dispatch_other
	movq	THD_OFF_TOP(%rbx), %r13
	movl	INV_COMP(%r13), %r14d
	movq	ASM_FRAMES(%r14), %rcx
	cmpq	%rcx, INV_LIFE(%r13)
	jne	dispatch_other

	movq	%r8, RCV_TOKEN(%rbp)
	movq	THD_OFF_TCAP(%r12), %rcx
	movq	%rcx, THD_OFF_TCAP(%rbx)
	movq	%rdx, THD_OFF_PRIO(%rbx)
	movq	%rdx, %gs:CPU_PRIO
	movq	%r10, THD_OFF_TIMEOUT(%rbx)
	rdtsc
	shlq	$32, %rdx
	orq	%rdx, %rax
	movq	%rax, %rcx
	subq	%gs:CPU_SINCE, %rcx
	movq	%rax, %gs:CPU_SINCE
	addq	%rcx, THD_OFF_CYCLES(%r12)
	rdfsbase %rcx
	movq	%rcx, INV_FS(%r11)
	movq	%r11, THD_OFF_TOP(%r12)
	movq	$0, THD_OFF_RET(%r12)

	movq	%rbx, %gs:CPU_THD
	movq	%r13, %gs:CPU_TOP
	movq	THD_OFF_ID(%rbx), %rcx
	movq	%rcx, %gs:CPU_THDID
	shlq	$8, %r14
	addq	%gs:CPU_PHYSMAP, %r14
	movq	COMP_CAPTBL(%r14), %rcx
	movq	%rcx, %gs:CPU_CAPTBL
	movq	COMP_SPACE(%r14), %rcx
	movq	%cr3, %rax
	cmpq	%rcx, %rax
	je	1f
	movq	%rcx, %cr3
1:	cmpq	%r10, %gs:CPU_DEADLINE
	je	left
	movq	%r10, %gs:CPU_DEADLINE
	movq	%r10, %rdi
	movq	%gs:CPU_KSTACK, %rsp
	call	hal_timer_set
	jmp	left

dispatch_other:
	LOAD_KEPT
	jmp	call_operation

	/* The thread that entered has been switched out in its system call. C kept its kept registers. */
leave:
	movq	%gs:CPU_LEFT, %r11
	testq	%r11, %r11
	jz	left
	SAVE_KEPT
	rdfsbase %rcx
	movq	%rcx, INV_FS(%r11)
	movq	$0, %gs:CPU_LEFT
left:	CLEAR_VECTORS

	/* Resumes cpu->thd. Reached from here, from trap.S and at boot. */
	.globl	resume
resume:
	movq	%gs:CPU_THD, %rbx
	testq	%rbx, %rbx
	jz	nothing_to_run
	leaq	REGS_SIZE(%rbx), %rax
	movq	%rax, %gs:CPU_RSP0
	cmpq	$0, THD_OFF_RESUME(%rbx)
	jne	resume_full
	movq	%gs:CPU_TOP, %r11
	movq	THD_OFF_RET(%rbx), %rax
	movq	THD_OFF_RET + 8(%rbx), %rdi
	movq	THD_OFF_RET + 16(%rbx), %rsi
	movq	THD_OFF_RET + 24(%rbx), %rdx
	LOAD_ALL
	EXIT

resume_full:
	movq	$0, THD_OFF_RESUME(%rbx)
	cmpb	$0, THD_OFF_HAS_VEC(%rbx)
	je	1f
	movq	%gs:CPU_KSTACK, %rsp
	movq	%rbx, %rdi
	call	vec_enter
1:	movq	THD_OFF_FSBASE(%rbx), %rax
	wrfsbase %rax
	movq	%rbx, %rsp		/* struct regs is the thread's beginning */
	xorl	%eax, %eax
	swapgs
	wrgsbase %rax			/* the user's gs base is 0 */
	POP_REGS
	iretq

nothing_to_run:
	movq	%gs:CPU_KSTACK, %rsp
	call	idle
	jmp	resume

	/* All vector state initial, and a trap at its next use. r15 = where to go on. */
vec_clear:
	movq	%rax, %r12
	movq	%rdx, %r13
	movl	$ASM_VEC_MASK, %eax
	xorl	%edx, %edx
	xrstor	vec_init_area(%rip)
	movq	%cr0, %rax
	orq	$ASM_CR0_TS, %rax
	movq	%rax, %cr0
	movq	$0, %gs:CPU_VEC
	movq	%r12, %rax
	movq	%r13, %rdx
	jmp	*%r15

	.section .note.GNU-stack, "", @progbits
