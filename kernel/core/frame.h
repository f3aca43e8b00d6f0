/*
 * Physical frames: one record each, and what may become what.
 *
 * UNTYPED -> USER -> UNTYPED, UNTYPED -> KERNEL (one object) -> UNTYPED; RESERVED and DEVICE for ever. The way back needs refs
 * == 0 and used == 0 (nobody maps, attaches or uses it), and begins a new epoch, which kills every weak reference to the
 * frame. Without PCID the processor holds translations of the loaded address space only, and every unmap there flushes at
 * once: a frame without references is quiescent.
 */
#ifndef CORE_FRAME_H
#define CORE_FRAME_H

#include <stddef.h>

#include "hal.h"

struct frame {
	union {
		u64 life;                        /* a component's: both halves together */
		struct { u32 incarnation, epoch; }; /* odd = down. A table below the top: number of the top */
	};
	u32 refs; /* user: mappings; captbl, pgtbl: components that use it, or 1 if attached to a table above */
	u8  type; /* enum frame_type */
	u8  kind; /* KERNEL: enum cap_kind */
	u16 used; /* tables: entries in use (captbl: further frames attached) */
};

static struct frame *const frames = (struct frame *)FRAMES_VA;

/* A reference to a frame is its number times 16, the offset of its record. A weak one is void once the epoch has
 * changed. {0, 0} is none: frame 0 is never in epoch 0. */
struct weak {
	u32 epoch, ref;
};

static inline void *
frame_mem(u64 n)
{
	return (void *)(PHYSMAP + (n << PAGE_SHIFT));
}

static inline void *
ref_mem(u32 ref)
{
	return (void *)(PHYSMAP + ((u64)ref << (PAGE_SHIFT - 4)));
}

static inline struct frame *
ref_frame(u32 ref)
{
	return (struct frame *)((char *)frames + ref);
}

static inline u64
frame_of(const void *mem)
{
	return ((u64)mem - PHYSMAP) >> PAGE_SHIFT;
}

static inline struct weak
weak_to(const void *obj)
{
	u64 n = frame_of(obj);

	return (struct weak){frames[n].epoch, n << 4};
}

/* The object, or NULL if it is gone. */
static inline void *
weak_get(struct weak w)
{
	return ref_frame(w.ref)->epoch == w.epoch ? ref_mem(w.ref) : NULL;
}

struct cap;
struct args;

/* An operation: the capability, and what the system call brought and takes back. The error is its result. */
typedef word_t op_fn(struct cap *, struct args *);

/* Begins the records: everything reserved or device, then the regions untyped. */
void frame_init(const struct machine *);

/* Marks frames that are not RAM (holes below the end of RAM) as device memory; those that were handed out stay as they are. */
void frame_reserve_device(u64 first, u64 count);

/* Makes a frame that is reserved user memory as it is, at boot: a page of the boot image. */
void frame_adopt(u64 n);

/* Turns an untyped frame into a zeroed kernel object of that kind, or user memory (kind CAP_NONE). Cannot fail. */
void *frame_retype(u64 n, enum cap_kind kind);

/* Back to untyped, in a new epoch. The caller has checked that nothing refers to it. */
void frame_untype(u64 n);

/* The number of an untyped frame of a CAP_FRAME. EINVAL outside; EFRAMETYPE not untyped. */
word_t frame_untyped_at(const struct cap *, u64 index, u64 *n);

/* The same for a CAP_FRAME in an own slot (RIGHT_CREATE). */
word_t frame_untyped_in(slot_t slot, u64 index, u64 *n);

/* The number of frames that have a record. */
extern u64 nframes;

op_fn frame_op_to_user, frame_op_reclaim, frame_op_query, frame_op_counts;

#endif
