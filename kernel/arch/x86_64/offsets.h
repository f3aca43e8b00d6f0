/*
 * What the assembly knows of structures and numbers: each line is a symbol there, and is held to the structure in C (offsets.c).
 */
#ifndef OFFSETS_H
#define OFFSETS_H

#ifdef __ASSEMBLER__
#define AT(symbol, value, type, field) .set symbol, value
#define SAME(symbol, value, expression) .set symbol, value
#else
#define AT(symbol, value, type, field) _Static_assert(offsetof(type, field) == (value), #symbol)
#define SAME(symbol, value, expression) _Static_assert((expression) == (value), #symbol)
#endif

AT(CPU_TOP, 0, struct cpu, top);
AT(CPU_CAPTBL, 8, struct cpu, captbl);
AT(CPU_PHYSMAP, 16, struct cpu, physmap);
AT(CPU_KSTACK, 24, struct cpu, kstack);
AT(CPU_THDID, 32, struct cpu, thdid);
AT(CPU_VEC, 40, struct cpu, vec_live);
AT(CPU_THD, 48, struct cpu, thd);
AT(CPU_LEFT, 56, struct cpu, left);
AT(CPU_SELF, 64, struct cpu, self);
AT(CPU_RSP0, 76, struct cpu, arch.rsp); /* in the task state segment */
AT(CPU_PRIO, 176, struct cpu, prio);
AT(CPU_TCAP, 184, struct cpu, tcap);
AT(CPU_SINCE, 192, struct cpu, since);
AT(CPU_DEADLINE, 200, struct cpu, deadline);
AT(CPU_INTERRUPTED, 208, struct cpu, interrupted);

AT(THD_OFF_FSBASE, 176, struct thd, arch.fsbase);
AT(THD_OFF_HAS_VEC, 184, struct thd, arch.has_vec);
AT(THD_OFF_RESUME, 1032, struct thd, resume);
AT(THD_OFF_RET, 1040, struct thd, ret);
AT(THD_OFF_TOP, 1024, struct thd, top);
AT(THD_OFF_ID, 1072, struct thd, id);
AT(THD_OFF_STATE, 1080, struct thd, state);
AT(THD_OFF_PRIO, 1088, struct thd, prio);
AT(THD_OFF_TCAP, 1096, struct thd, tcap);
AT(THD_OFF_TIMEOUT, 1104, struct thd, timeout);
AT(THD_OFF_CYCLES, 1112, struct thd, cycles);
AT(THD_OFF_SCHED, 1120, struct thd, sched);

AT(INV_COMP, 0, struct inv, comp);
AT(INV_LIFE, 8, struct inv, life);
AT(INV_RIP, 16, struct inv, rip);
AT(INV_RSP, 24, struct inv, rsp);
AT(INV_FS, 32, struct inv, fsbase);
AT(INV_rbx, 40, struct inv, rbx);
AT(INV_rbp, 48, struct inv, rbp);
AT(INV_r12, 56, struct inv, r12);
AT(INV_r13, 64, struct inv, r13);
AT(INV_r14, 72, struct inv, r14);
AT(INV_r15, 80, struct inv, r15);

AT(CAP_OFF_KIND, 0, struct cap, kind);
AT(CAP_OFF_RIGHTS, 1, struct cap, rights);
AT(CAP_OFF_EPOCH, 4, struct cap, obj.epoch);
AT(CAP_OFF_REF, 8, struct cap, obj.ref);
AT(CAP_OFF_BADGE, 16, struct cap, badge);
AT(CAP_OFF_ENTRY, 24, struct cap, entry);

AT(COMP_CAPTBL, 0, struct comp, captbl);
AT(COMP_SPACE, 8, struct comp, space);

AT(RCV_PENDING, 16, struct rcv, pending);
AT(RCV_TOKEN, 24, struct rcv, token);
AT(RCV_QUEUED, 32, struct rcv, queued);

SAME(INV_SIZE, 88, sizeof(struct inv));
SAME(REGS_SIZE, 176, sizeof(struct regs));
SAME(ASM_FRAMES, 0xffffffffc0000000, FRAMES_VA);
SAME(ASM_EPOCHS, 0xffffffffc0000004, FRAMES_VA + offsetof(struct frame, epoch));
SAME(ASM_CAP_THD, 4, CAP_THD);
SAME(ASM_CAP_SINV, 6, CAP_SINV);
SAME(ASM_RIGHT_USE, 1, RIGHT_USE);
SAME(ASM_SLOT_FIRST, 8, SLOT_FIRST);
SAME(ASM_FIRST_SLOTS, 120, SLOTS_FIRST_FRAME - SLOT_FIRST);
SAME(ASM_PRIO_LOWEST, 255, PRIO_LOWEST);
SAME(ASM_EBADCAP, 201, EBADCAP);
SAME(ASM_VEC_MASK, 7, VEC_MASK);
SAME(ASM_CR0_TS, 8, CR0_TS);
SAME(USER_FLAGS, 0x202, 1 << 9 | 1 << 1); /* interrupts on, nothing else */

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
