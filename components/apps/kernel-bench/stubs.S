/*
 * The entries and stubs that the composer generates, with the composer's macros: what they cost is part of an invocation.
 */
	.set	SLOT_RETURN, 0
	.set	ENOSTACK, 204
	.set	STACK_VA, 0x10000000
	.set	STACK_STRIDE, 0x10000
#include <lib/stubs.h>

	SERVER_STUB bench_0, 0
	CLIENT_STUB stub_0, 110, 0
	SERVER_STUB bench_6, 6
	CLIENT_STUB stub_6, 111, 6

	.section .note.GNU-stack, "", @progbits
