/*
 * The stubs of components/lib/stubs.h with a few lines of kernel behind them, for
 * test_stubs.py. The system call becomes a jump that leaves the return address in rcx, as the
 * processor does; setting the fs base becomes nothing, since this process needs its own. The
 * "kernel" knows one client at a time: it keeps what the contract keeps, and poisons what it
 * does not promise.
 */
#define syscall lea 7f(%rip), %rcx; jmp host_kernel; 7:
#define wrfsbase nop

.set SLOT_RETURN, 0
.set ENOSTACK, 204
.set STACK_VA, 0x10000000
.set STACK_STRIDE, 0x10000
#include <lib/stubs.h>

SERVER_STUB t_none, 0, 0
SERVER_STUB t_six, 6, 0
SERVER_STUB t_one, 1, 0, %rsi
SERVER_STUB t_two, 4, 0, %r8, %r9
SERVER_STUB t_id, 3, 1, %rcx, %r8

/* The client's side of the same functions has other names, since both ends are in one program. */
CLIENT_STUB c_none, 8, 0, 0
CLIENT_STUB c_six, 9, 6, 0
CLIENT_STUB_OUT c_one, 10, 1, 0, %rsi
CLIENT_STUB_OUT c_two, 11, 4, 0, %r8, %r9
CLIENT_STUB c_dead, 12, 0, 0
CLIENT_STUB_OUT c_id, 13, 3, 1, %rcx, %r8

	.text
host_kernel:
	test	%eax, %eax
	jz	return_to_client
	cmp	$12, %eax
	je	dead
	mov	%rsp, client+0(%rip)
	mov	%rcx, client+8(%rip)
	mov	%rbx, client+16(%rip)
	mov	%rbp, client+24(%rip)
	lea	entries(%rip), %rcx
	mov	-64(%rcx,%rax,8), %rcx
	mov	%rcx, target(%rip)
	mov	$0x77, %eax		/* badge */
	mov	$0x55, %ebx		/* thread id */
	xor	%ebp, %ebp
	xor	%esp, %esp
	xor	%ecx, %ecx
	jmp	*target(%rip)

return_to_client:
	mov	%rsi, last_result+0(%rip)
	mov	%rdx, last_result+8(%rip)
	mov	client+0(%rip), %rsp
	mov	client+16(%rip), %rbx
	mov	client+24(%rip), %rbp
	mov	$-1, %r10
	mov	$-1, %r8
	mov	$-1, %r9
	jmp	*client+8(%rip)

dead:	mov	$200, %eax
	mov	$-1, %rdi
	jmp	*%rcx

	.data
	.globl	last_result
entries: .quad	__entry_t_none, __entry_t_six, __entry_t_one, __entry_t_two, 0, __entry_t_id
client:	.quad	0, 0, 0, 0
target:	.quad	0
last_result: .quad 0, 0
	.section .note.GNU-stack, "", @progbits
