/*
 * Offsets that entry.S uses, checked against the structures in offsets.c.
 */
#ifndef OFFSETS_H
#define OFFSETS_H

#define CPU_TOP     0
#define CPU_CAPTBL  8
#define CPU_PHYSMAP 16
#define CPU_KSTACK  24
#define CPU_THDID   32
#define CPU_VEC     40
#define CPU_THD     48
#define CPU_LEFT    56
#define CPU_SELF    64
#define CPU_RSP0    76 /* in the task state segment: arch_cpu.rsp[0] */

#define THD_OFF_FSBASE  176
#define THD_OFF_HAS_VEC 184
#define THD_OFF_RESUME  1032
#define THD_OFF_RET     1040
#define REGS_SIZE   176

#define INV_COMP 0
#define INV_LIFE 8
#define INV_RIP  16
#define INV_RSP  24
#define INV_FS   32
#define INV_RBX  40
#define INV_RBP  48
#define INV_R12  56
#define INV_R13  64
#define INV_R14  72
#define INV_R15  80
#define INV_SIZE 88

#define CAP_OFF_KIND  0
#define CAP_OFF_RIGHTS 1
#define CAP_OFF_EPOCH 4
#define CAP_OFF_REF   8
#define CAP_OFF_BADGE 16
#define CAP_OFF_ENTRY 24

#define COMP_CAPTBL 0
#define COMP_SPACE  8

#define ASM_CAP_SINV    6
#define ASM_RIGHT_USE   1
#define ASM_SLOT_FIRST  8
#define ASM_FIRST_SLOTS 120
#define ASM_EBADCAP     201
#define ASM_FRAMES      0xffffffffc0000000
#define VEC_MASK        7     /* x87, SSE, AVX */
#define CR0_TS          8
#define USER_FLAGS      0x202 /* interrupts on, nothing else */

#ifdef __ASSEMBLER__
/* struct regs from its beginning, up to what iretq takes */
.macro POP_REGS
	.irp	reg, r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax
	popq	%\reg
	.endr
	addq	$16, %rsp	/* vector, code */
.endm
#endif

#endif
