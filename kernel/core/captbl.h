/*
 * Capabilities and the tables that hold them.
 *
 * A table's first frame has slots 8 to 127 at their own offset (slot * 32); the place of slots 0 to 7 is its header. Further
 * frames have 128 slots each and are named in the header. A slot that is empty has kind CAP_NONE.
 */
#ifndef CORE_CAPTBL_H
#define CORE_CAPTBL_H

#include "cpu.h"
#include "frame.h"

struct cap {
	u8  kind;   /* enum cap_kind */
	u8  rights; /* enum cap_right */
	u16 pad;
	struct weak obj;
	u32 pad2;
	union { u64 badge; u64 first; }; /* sinv; frame, irq, ioport ranges */
	union { u64 entry; u64 count; };
};

#define CAPTBL_FRAMES (SLOT_LIMIT / SLOTS_PER_FRAME)

struct captbl {
	u32 frame[CAPTBL_FRAMES]; /* numbers of the further frames, from index 1; 0 = none */
	u8  pad[SLOT_FIRST * 32 - CAPTBL_FRAMES * 4];
	struct cap cap[SLOTS_FIRST_FRAME - SLOT_FIRST];
};

_Static_assert(sizeof(struct captbl) == PAGE_SIZE, "a capability table's first frame");

/* What a system call brought, and what it takes back: r[0] to r[2]. */
struct args {
	union {
		struct { word_t op, a1, a2, a3, a4, a5; };
		word_t r[6];
	};
};

static inline void *
cap_obj(const struct cap *c)
{
	return ref_mem(c->obj.ref);
}

/* A slot beyond the table's first frame, NULL if it does not exist; and any slot. */
struct cap *captbl_slot_beyond(struct captbl *, word_t slot);

static inline struct cap *
captbl_slot(struct captbl *t, word_t slot)
{
	return slot - SLOT_FIRST < SLOTS_FIRST_FRAME - SLOT_FIRST ? &t->cap[slot - SLOT_FIRST] : captbl_slot_beyond(t, slot);
}

/* The same for a slot beyond the first frame of the running component's table; NULL also if it is empty. */
struct cap *captbl_far(slot_t slot);

/* A capability in an own slot, of that kind, with these rights, whose object lives. EBADCAP; EACCES; EDEADCAP. */
static inline word_t
cap_find(word_t slot, enum cap_kind kind, u32 rights, struct cap **out)
{
	struct cap *c = captbl_slot(cpu_this()->captbl, slot);

	if (!c || c->kind != kind)
		return EBADCAP;
	if ((c->rights & rights) != rights)
		return EACCES;
	if (kind <= CAP_SND && !weak_get(c->obj)) /* known when compiled: ranges live */
		return EDEADCAP;
	*out = c;
	return EOK;
}

/* An empty own slot. EBADCAP no such slot; EEXIST. */
word_t cap_slot_free(word_t slot, struct cap **out);

/* Fills an empty slot with a capability, all rights, to an object. */
void cap_set(struct cap *, enum cap_kind kind, const void *obj);

/* A narrower range in an own slot: a1 = slot, a2 = first, a3 = count, a4 = rights. Common to frames, lines and ports. */
word_t range_derive(struct cap *, struct args *);

/* Takes a table apart: EBUSY while a component uses it or it has further frames. */
word_t captbl_retire(void *obj);

op_fn captbl_op_make, captbl_op_copy, captbl_op_remove, captbl_op_extend, captbl_op_query;

#endif
