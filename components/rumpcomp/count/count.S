/*
 * Before each hypercall: counts it and goes on to the real one. The counters are a table of name and number, which ends with a name of 0.
 */
	.section .data.tally, "aw"
	.balign 8
	.globl tally_table
tally_table:

	.macro counted name
	.pushsection .rodata.tally, "a"
1:	.asciz "\name"
	.popsection
	.pushsection .data.tally, "aw"
2:	.quad 1b, 0
	.popsection
	.section .text.\name, "ax"
	.globl __wrap_rumpuser_\name
__wrap_rumpuser_\name:
	incq 2b + 8
	jmp __real_rumpuser_\name
	.endm

	.irp name, mutex_enter, mutex_exit, mutex_tryenter, mutex_enter_nowrap, mutex_owner, mutex_init, mutex_destroy
	counted \name
	.endr
	.irp name, rw_enter, rw_exit, rw_tryenter, rw_tryupgrade, rw_downgrade, rw_held, rw_init, rw_destroy
	counted \name
	.endr
	.irp name, cv_broadcast, cv_signal, cv_wait, cv_timedwait, cv_wait_nowrap, cv_has_waiters, cv_init, cv_destroy
	counted \name
	.endr
	.irp name, curlwp, curlwpop, seterrno, clock_gettime, clock_sleep, thread_create, thread_exit, thread_join
	counted \name
	.endr
	.irp name, malloc, free, anonmmap, unmap, bio, open, close, getfileinfo, iovread, iovwrite, syncfd
	counted \name
	.endr
	.irp name, getrandom, getparam, putchar, dprintf, kill, exit
	counted \name
	.endr

	.section .data.tally, "aw"
	.quad 0
	.section .note.GNU-stack, "", @progbits
