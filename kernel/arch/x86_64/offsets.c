/*
 * Holds offsets.h to the structures it speaks of. No code.
 */
#include "offsets.h"

#include <stddef.h>

#include "core/captbl.h"
#include "core/comp.h"
#include "core/cpu.h"
#include "core/frame.h"
#include "core/thd.h"

#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field)

AT(struct cpu, top, CPU_TOP);
AT(struct cpu, captbl, CPU_CAPTBL);
AT(struct cpu, physmap, CPU_PHYSMAP);
AT(struct cpu, kstack, CPU_KSTACK);
AT(struct cpu, thdid, CPU_THDID);
AT(struct cpu, vec_live, CPU_VEC);
AT(struct cpu, thd, CPU_THD);
AT(struct cpu, left, CPU_LEFT);
AT(struct cpu, self, CPU_SELF);
AT(struct cpu, arch.rsp, CPU_RSP0);
AT(struct thd, arch.fsbase, THD_OFF_FSBASE);
AT(struct thd, arch.has_vec, THD_OFF_HAS_VEC);
AT(struct thd, resume, THD_OFF_RESUME);
AT(struct thd, ret, THD_OFF_RET);
AT(struct inv, comp, INV_COMP);
AT(struct inv, life, INV_LIFE);
AT(struct inv, rip, INV_RIP);
AT(struct inv, rsp, INV_RSP);
AT(struct inv, fsbase, INV_FS);
AT(struct inv, rbx, INV_RBX);
AT(struct inv, rbp, INV_RBP);
AT(struct inv, r12, INV_R12);
AT(struct inv, r13, INV_R13);
AT(struct inv, r14, INV_R14);
AT(struct inv, r15, INV_R15);
AT(struct cap, kind, CAP_OFF_KIND);
AT(struct cap, rights, CAP_OFF_RIGHTS);
AT(struct cap, obj.epoch, CAP_OFF_EPOCH);
AT(struct cap, obj.ref, CAP_OFF_REF);
AT(struct cap, badge, CAP_OFF_BADGE);
AT(struct cap, entry, CAP_OFF_ENTRY);
AT(struct comp, captbl, COMP_CAPTBL);
AT(struct comp, space, COMP_SPACE);
AT(struct frame, life, 0);

_Static_assert(sizeof(struct inv) == INV_SIZE, "struct inv");
_Static_assert(sizeof(struct cap) == 32, "entry.S shifts a slot number by 5");
_Static_assert(sizeof(struct frame) == 16, "a frame reference is the offset of the frame's record");
_Static_assert(sizeof(struct regs) == REGS_SIZE, "struct regs");
_Static_assert(RIGHT_USE == ASM_RIGHT_USE, "cap.h");
_Static_assert(CAP_SINV == ASM_CAP_SINV && SLOT_FIRST == ASM_SLOT_FIRST, "cap.h");
_Static_assert(SLOTS_FIRST_FRAME - SLOT_FIRST == ASM_FIRST_SLOTS, "cap.h");
_Static_assert(EBADCAP == ASM_EBADCAP, "err.h");
_Static_assert(FRAMES_VA == ASM_FRAMES, "arch.h");
