/*
 * A machine for the memory manager: frames and address spaces as the kernel keeps them. What
 * memmgr may never do (retype a frame in use, map the heap
 * page of one component twice) is counted in machine_wrong.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <abi/types.h>

#define MACHINE_FRAMES 2048
#define MACHINE_COMPS  3 /* components 1 to 3 */
#define MACHINE_OWN    4 /* memmgr itself, whose heap is there */
#define MACHINE_BASE   300 /* the machine's number of memmgr's first frame */
#define MACHINE_LIMIT  700 /* pages of each component's budget */

extern volatile u64 machine_wrong;
extern volatile u64 machine_calls;

/* Called within every kernel call: others may run here. */
extern void (*machine_preempt)(void);

void machine_init(void); /* once */
void machine_reset(void);
/* Who calls now. */
void machine_badge(word_t comp);
word_t machine_caller(void);

/* What is mapped there: the frame index; ~0 nothing. */
u64 machine_mapped(word_t comp, u64 va);
u64 machine_user_frames(void);

#endif
