/*
 * The pool of execution stacks. One bit of stack_pool for each free stack; entry.S and the
 * generated entries (stubs.h) take and put them back with lock btr / lock bts, so that preemption
 * at any instruction is harmless. Which stacks are mapped, with a guard page below each, is the
 * booter's work.
 */
#ifndef LIB_STACK_H
#define LIB_STACK_H

#include <abi/types.h>

extern volatile u64 stack_pool;

/*
 * Called once, by the first thread, which runs on stack 0: prepares the others and makes them
 * free.
 */
void stack_init(u32 stacks);

#endif
