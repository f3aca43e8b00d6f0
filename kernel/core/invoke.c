/*
 * The system-call table: for each kind of capability and operation the function and the right it needs. kernel/abi/op.h is its
 * reference. Invocation (CAP_SINV) and return are not here: arch/.../entry.S decides them.
 */
#include "captbl.h"
#include "comp.h"
#include "hwcap.h"
#include "pgtbl.h"
#include "rcv.h"
#include "tcap.h"
#include "thd.h"

#define OPS 16

struct op {
	op_fn *fn;
	u64 right;
};

static const struct op ops[CAP_KINDS][OPS] = {
	[CAP_CAPTBL] = {
		[CAPTBL_COPY]   = {captbl_op_copy, RIGHT_MODIFY},
		[CAPTBL_REMOVE] = {captbl_op_remove, RIGHT_MODIFY},
		[CAPTBL_EXTEND] = {captbl_op_extend, RIGHT_MODIFY},
		[CAPTBL_QUERY]  = {captbl_op_query, RIGHT_READ},
	},
	[CAP_PGTBL] = {
		[PGTBL_ATTACH]  = {pgtbl_op_attach, RIGHT_MODIFY},
		[PGTBL_MAP]     = {pgtbl_op_map, RIGHT_MODIFY},
		[PGTBL_UNMAP]   = {pgtbl_op_unmap, RIGHT_MODIFY},
		[PGTBL_PROTECT] = {pgtbl_op_protect, RIGHT_MODIFY},
		[PGTBL_DETACH]  = {pgtbl_op_detach, RIGHT_MODIFY},
		[PGTBL_QUERY]   = {pgtbl_op_query, RIGHT_READ},
	},
	[CAP_COMP] = {
		[COMP_MAKE_SINV] = {comp_op_make_sinv, RIGHT_CREATE},
		[COMP_SET_FAULT] = {comp_op_set_fault, RIGHT_MODIFY},
		[COMP_DOWN]      = {comp_op_down, RIGHT_MODIFY},
		[COMP_UP]        = {comp_op_up, RIGHT_MODIFY},
		[COMP_QUERY]     = {comp_op_query, RIGHT_READ},
	},
	[CAP_THD] = {
		[THD_DISPATCH] = {thd_op_dispatch, RIGHT_USE},
		[THD_BIND]     = {thd_op_bind, RIGHT_MODIFY},
		[THD_QUERY]    = {thd_op_query, RIGHT_READ},
		[THD_FAULT]    = {thd_op_fault, RIGHT_READ},
		[THD_GET_REG]  = {thd_op_get_reg, RIGHT_MODIFY},
		[THD_SET_REG]  = {thd_op_set_reg, RIGHT_MODIFY},
		[THD_RESUME]   = {thd_op_resume, RIGHT_MODIFY},
		[THD_ABORT]    = {thd_op_abort, RIGHT_MODIFY},
	},
	[CAP_TCAP] = {
		[TCAP_TRANSFER] = {tcap_op_transfer, RIGHT_CREATE},
		[TCAP_DELEGATE] = {tcap_op_delegate, RIGHT_CREATE},
		[TCAP_QUERY]    = {tcap_op_query, RIGHT_READ},
	},
	[CAP_RCV] = {
		[RCV_WAIT]     = {rcv_op_wait, RIGHT_USE},
		[RCV_MAKE_SND] = {rcv_op_make_snd, RIGHT_CREATE},
		[RCV_QUERY]    = {rcv_op_query, RIGHT_READ},
	},
	[CAP_SND] = {
		[SND_SEND] = {snd_op_send, RIGHT_USE},
	},
	[CAP_IRQ] = {
		[IRQ_ATTACH] = {irq_op_attach, RIGHT_USE},
		[IRQ_DETACH] = {irq_op_detach, RIGHT_USE},
		[IRQ_ACK]    = {irq_op_ack, RIGHT_USE},
		[IRQ_DERIVE] = {range_derive, RIGHT_CREATE},
	},
	[CAP_IOPORT] = {
		[IOPORT_IN]     = {ioport_op_in, RIGHT_USE},
		[IOPORT_OUT]    = {ioport_op_out, RIGHT_USE},
		[IOPORT_DERIVE] = {range_derive, RIGHT_CREATE},
	},
	[CAP_FRAME] = {
		[FRAME_DERIVE]      = {range_derive, RIGHT_CREATE},
		[FRAME_TO_USER]     = {frame_op_to_user, RIGHT_CREATE},
		[FRAME_RECLAIM]     = {frame_op_reclaim, RIGHT_CREATE},
		[FRAME_QUERY]       = {frame_op_query, RIGHT_READ},
		[FRAME_COUNTS]      = {frame_op_counts, RIGHT_READ},
		[FRAME_MAKE_CAPTBL] = {captbl_op_make, RIGHT_CREATE},
		[FRAME_MAKE_PGTBL]  = {pgtbl_op_make, RIGHT_CREATE},
		[FRAME_MAKE_COMP]   = {comp_op_make, RIGHT_CREATE},
		[FRAME_MAKE_THD]    = {thd_op_make, RIGHT_CREATE},
		[FRAME_MAKE_TCAP]   = {tcap_op_make, RIGHT_CREATE},
		[FRAME_MAKE_RCV]    = {rcv_op_make, RIGHT_CREATE},
	},
};

word_t
invoke_op(struct cap *cap, struct args *a)
{
	const struct op *op;

	if (a->op >= OPS)
		return cap->kind == CAP_NONE ? EBADCAP : ENOSYS;
	op = &ops[cap->kind][a->op];
	if (!op->fn)
		return cap->kind == CAP_NONE ? EBADCAP : ENOSYS;
	if (!(cap->rights & op->right))
		return EACCES;
	if (!weak_get(cap->obj))
		return EDEADCAP;
	return op->fn(cap, a);
}
