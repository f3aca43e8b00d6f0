/*
 * The pool of execution stacks.
 */
#include "stack.h"

#include <init/info.h>

#define TCB_BYTES 64

volatile u64 stack_pool = 1; /* stack 0: for the first thread */

void
stack_init(u32 stacks)
{
	u64 mask = stacks >= STACKS_MAX ? ~0UL : (1UL << stacks) - 1;

	for (u32 i = 1; i < stacks && i < STACKS_MAX; i++) {
		u64 tcb = STACK_VA + (i + 1) * STACK_STRIDE - TCB_BYTES;

		*(u64 *)tcb = tcb; /* %fs:0 holds its own address */
	}
	__atomic_fetch_or(&stack_pool, mask & ~1UL, __ATOMIC_SEQ_CST);
}
