/*
 * Holds offsets.h to the structures it speaks of. No code.
 */
#include <stddef.h>

#include "core/captbl.h"
#include "core/comp.h"
#include "core/cpu.h"
#include "core/frame.h"
#include "core/rcv.h"
#include "core/tcap.h"
#include "core/thd.h"
#include "x86.h"

#include "offsets.h"

_Static_assert(sizeof(struct cap) == 32, "entry.S shifts a slot number by 5");
_Static_assert(sizeof(struct frame) == 16, "a frame reference is the offset of the frame's record");
_Static_assert(offsetof(struct frame, life) == 0 && offsetof(struct tcap, budget) == 0 && THD_DISPATCH == 0 &&
               THD_READY == 0 && EOK == 0, "entry.S takes these for granted");
