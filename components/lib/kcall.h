/*
 * Kernel calls: the system-call instruction with its results, and one typed, inline function for each operation.
 * The contract of every operation stands in kernel/abi/op.h; a function here returns its enum err (0 = success).
 */
#ifndef LIB_KCALL_H
#define LIB_KCALL_H

#include <abi/cap.h>
#include <abi/err.h>
#include <abi/op.h>
#include <abi/types.h>

/* Typed handles, so that no two kinds of slot can be confused. */
struct captbl_cap { slot_t slot; };
struct pgtbl_cap  { slot_t slot; };
struct comp_cap   { slot_t slot; };
struct thd_cap    { slot_t slot; };
struct tcap_cap   { slot_t slot; };
struct sinv_cap   { slot_t slot; };
struct rcv_cap    { slot_t slot; };
struct snd_cap    { slot_t slot; };
struct irq_cap    { slot_t slot; };
struct ioport_cap { slot_t slot; };
struct frame_cap  { slot_t slot; };

struct kresult {
	word_t err, r1, r2, r3;
};

static inline struct kresult
kcall(slot_t slot, word_t op, word_t a1, word_t a2, word_t a3, word_t a4, word_t a5)
{
	register word_t r10 asm("r10") = a3, r8 asm("r8") = a4, r9 asm("r9") = a5;
	struct kresult r = {.err = slot, .r1 = op, .r2 = a1, .r3 = a2};

	asm volatile("syscall"
	             : "+a"(r.err), "+D"(r.r1), "+S"(r.r2), "+d"(r.r3), "+r"(r10), "+r"(r8), "+r"(r9)
	             :
	             : "rcx", "r11", "memory", "cc");
	return r;
}

/* CAP_SINV, where no stub has been generated: a function with one argument. Its result. */
static inline long sinv_call(struct sinv_cap s, word_t argument)
{
	struct kresult r = kcall(s.slot, argument, 0, 0, 0, 0, 0);

	return r.err ? -(long)r.err : (long)r.r1;
}

/* CAP_CAPTBL */
static inline int captbl_copy(struct captbl_cap t, slot_t to, slot_t from, word_t rights)
{ return kcall(t.slot, CAPTBL_COPY, to, from, rights, 0, 0).err; }
static inline int captbl_remove(struct captbl_cap t, slot_t slot)
{ return kcall(t.slot, CAPTBL_REMOVE, slot, 0, 0, 0, 0).err; }
static inline int captbl_extend(struct captbl_cap t, struct frame_cap f, word_t index, slot_t first)
{ return kcall(t.slot, CAPTBL_EXTEND, f.slot, index, first, 0, 0).err; }
static inline struct kresult captbl_query(struct captbl_cap t, slot_t slot)
{ return kcall(t.slot, CAPTBL_QUERY, slot, 0, 0, 0, 0); }

/* CAP_PGTBL */
static inline int pgtbl_attach(struct pgtbl_cap p, struct frame_cap f, word_t index, word_t va, word_t level)
{ return kcall(p.slot, PGTBL_ATTACH, f.slot, index, va, level, 0).err; }
static inline int pgtbl_map(struct pgtbl_cap p, struct frame_cap f, word_t index, word_t va, word_t prot)
{ return kcall(p.slot, PGTBL_MAP, f.slot, index, va, prot, 0).err; }
static inline struct kresult pgtbl_unmap(struct pgtbl_cap p, word_t va, word_t pages)
{ return kcall(p.slot, PGTBL_UNMAP, va, pages, 0, 0, 0); }
static inline int pgtbl_protect(struct pgtbl_cap p, word_t va, word_t prot)
{ return kcall(p.slot, PGTBL_PROTECT, va, prot, 0, 0, 0).err; }
static inline int pgtbl_detach(struct pgtbl_cap p, word_t va, word_t level)
{ return kcall(p.slot, PGTBL_DETACH, va, level, 0, 0, 0).err; }
static inline struct kresult pgtbl_query(struct pgtbl_cap p, word_t va)
{ return kcall(p.slot, PGTBL_QUERY, va, 0, 0, 0, 0); }

/* CAP_COMP */
static inline int comp_make_sinv(struct comp_cap c, slot_t to, word_t entry, word_t badge)
{ return kcall(c.slot, COMP_MAKE_SINV, to, entry, badge, 0, 0).err; }
static inline int comp_set_fault(struct comp_cap c, struct snd_cap s, word_t badge)
{ return kcall(c.slot, COMP_SET_FAULT, s.slot, badge, 0, 0, 0).err; }
static inline int comp_down(struct comp_cap c) { return kcall(c.slot, COMP_DOWN, 0, 0, 0, 0, 0).err; }
static inline int comp_up(struct comp_cap c) { return kcall(c.slot, COMP_UP, 0, 0, 0, 0, 0).err; }
static inline struct kresult comp_query(struct comp_cap c) { return kcall(c.slot, COMP_QUERY, 0, 0, 0, 0, 0); }

/* CAP_THD */
static inline int thd_dispatch(struct thd_cap t, struct tcap_cap on, word_t prio, cycles_t timeout, word_t token)
{ return kcall(t.slot, THD_DISPATCH, on.slot, prio, timeout, token, 0).err; }
static inline int thd_bind(struct thd_cap t, struct rcv_cap sched)
{ return kcall(t.slot, THD_BIND, sched.slot, 0, 0, 0, 0).err; }
static inline struct kresult thd_query(struct thd_cap t) { return kcall(t.slot, THD_QUERY, 0, 0, 0, 0, 0); }
static inline struct kresult thd_fault(struct thd_cap t) { return kcall(t.slot, THD_FAULT, 0, 0, 0, 0, 0); }
static inline struct kresult thd_get_reg(struct thd_cap t, word_t reg) { return kcall(t.slot, THD_GET_REG, reg, 0, 0, 0, 0); }
static inline int thd_set_reg(struct thd_cap t, word_t reg, word_t v)
{ return kcall(t.slot, THD_SET_REG, reg, v, 0, 0, 0).err; }
static inline int thd_resume(struct thd_cap t) { return kcall(t.slot, THD_RESUME, 0, 0, 0, 0, 0).err; }
static inline int thd_resume_at(struct thd_cap t, word_t rip)
{ return kcall(t.slot, THD_RESUME, rip, 0, 0, 0, 0).err; }
static inline int thd_abort(struct thd_cap t) { return kcall(t.slot, THD_ABORT, 0, 0, 0, 0, 0).err; }

/* CAP_TCAP */
static inline int tcap_transfer(struct tcap_cap from, struct tcap_cap to, cycles_t n, word_t prio)
{ return kcall(from.slot, TCAP_TRANSFER, to.slot, n, prio, 0, 0).err; }
static inline int tcap_delegate(struct tcap_cap from, struct snd_cap to, cycles_t n, word_t prio)
{ return kcall(from.slot, TCAP_DELEGATE, to.slot, n, prio, 0, 0).err; }
static inline struct kresult tcap_query(struct tcap_cap t) { return kcall(t.slot, TCAP_QUERY, 0, 0, 0, 0, 0); }

/* CAP_RCV, CAP_SND */
static inline struct kresult rcv_wait(struct rcv_cap r, word_t flags, cycles_t timeout)
{ return kcall(r.slot, RCV_WAIT, flags, timeout, 0, 0, 0); }
static inline int rcv_make_snd(struct rcv_cap r, slot_t to) { return kcall(r.slot, RCV_MAKE_SND, to, 0, 0, 0, 0).err; }
static inline struct kresult rcv_query(struct rcv_cap r) { return kcall(r.slot, RCV_QUERY, 0, 0, 0, 0, 0); }
static inline int snd_send(struct snd_cap s) { return kcall(s.slot, SND_SEND, 0, 0, 0, 0, 0).err; }

/* CAP_IRQ, CAP_IOPORT */
static inline int irq_attach(struct irq_cap c, word_t line, struct snd_cap s)
{ return kcall(c.slot, IRQ_ATTACH, line, s.slot, 0, 0, 0).err; }
static inline int irq_detach(struct irq_cap c, word_t line) { return kcall(c.slot, IRQ_DETACH, line, 0, 0, 0, 0).err; }
static inline int irq_ack(struct irq_cap c, word_t line) { return kcall(c.slot, IRQ_ACK, line, 0, 0, 0, 0).err; }
static inline int irq_derive(struct irq_cap c, slot_t to, word_t first, word_t n, word_t rights)
{ return kcall(c.slot, IRQ_DERIVE, to, first, n, rights, 0).err; }
static inline struct kresult ioport_in(struct ioport_cap c, word_t port, word_t width)
{ return kcall(c.slot, IOPORT_IN, port, width, 0, 0, 0); }
static inline int ioport_out(struct ioport_cap c, word_t port, word_t width, word_t v)
{ return kcall(c.slot, IOPORT_OUT, port, width, v, 0, 0).err; }
static inline int ioport_derive(struct ioport_cap c, slot_t to, word_t first, word_t n, word_t rights)
{ return kcall(c.slot, IOPORT_DERIVE, to, first, n, rights, 0).err; }

/* CAP_FRAME */
static inline int frame_derive(struct frame_cap f, slot_t to, word_t first, word_t n, word_t rights)
{ return kcall(f.slot, FRAME_DERIVE, to, first, n, rights, 0).err; }
static inline int frame_to_user(struct frame_cap f, word_t i) { return kcall(f.slot, FRAME_TO_USER, i, 0, 0, 0, 0).err; }
static inline int frame_reclaim(struct frame_cap f, word_t i) { return kcall(f.slot, FRAME_RECLAIM, i, 0, 0, 0, 0).err; }
static inline struct kresult frame_query(struct frame_cap f, word_t i) { return kcall(f.slot, FRAME_QUERY, i, 0, 0, 0, 0); }
static inline struct kresult frame_counts(struct frame_cap f) { return kcall(f.slot, FRAME_COUNTS, 0, 0, 0, 0, 0); }
static inline int frame_make_captbl(struct frame_cap f, word_t i, slot_t to)
{ return kcall(f.slot, FRAME_MAKE_CAPTBL, i, to, 0, 0, 0).err; }
static inline int frame_make_pgtbl(struct frame_cap f, word_t i, slot_t to)
{ return kcall(f.slot, FRAME_MAKE_PGTBL, i, to, 0, 0, 0).err; }
static inline int frame_make_comp(struct frame_cap f, word_t i, slot_t to, struct captbl_cap t, struct pgtbl_cap p, word_t entry)
{ return kcall(f.slot, FRAME_MAKE_COMP, i, to, t.slot, p.slot, entry).err; }
static inline int frame_make_thd(struct frame_cap f, word_t i, slot_t to, struct comp_cap c, thdid_t id, word_t arg)
{ return kcall(f.slot, FRAME_MAKE_THD, i, to, c.slot, id, arg).err; }
static inline int frame_make_tcap(struct frame_cap f, word_t i, slot_t to, word_t prio)
{ return kcall(f.slot, FRAME_MAKE_TCAP, i, to, prio, 0, 0).err; }
static inline int frame_make_rcv(struct frame_cap f, word_t i, slot_t to, struct thd_cap t, struct tcap_cap c, word_t root)
{ return kcall(f.slot, FRAME_MAKE_RCV, i, to, t.slot, c.slot, root).err; }

#endif
