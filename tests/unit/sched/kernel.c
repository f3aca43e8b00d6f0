/*
 * The kernel of the machine, as far as the scheduler sees it. Each thread is a coroutine; a kernel
 * call is atomic. An instant is a point at which the timer or an interrupt may come.
 */
#include <lib/component.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

struct state m;

word_t
machine_random(word_t below)
{
	m.rnd ^= m.rnd << 13;
	m.rnd ^= m.rnd >> 7;
	m.rnd ^= m.rnd << 17;
	return m.rnd % below;
}

void
over(const char *why)
{
	if (!m.over)
		m.why = why;
	m.over = 1;
	swapcontext(&m.thread[m.cur].context, &m.main);
}

/* The kernel: events. */
static int
has_events(void)
{
	return m.norder != 0;
}

void
event(u32 id, u32 bits)
{
	struct mthread *t = &m.thread[id];
	u32 both = EVENT_BLOCKED | EVENT_WOKEN;

	if (id == 1)
		return;
	if ((bits & both) && (t->events & both & ~bits)) {
		t->events &= ~both;
		bits &= ~both;
	}
	t->events |= bits;
	for (u32 i = 0; i < m.norder; i++)
		if (m.order[i] == id) {
			if (t->events)
				return;
			memmove(&m.order[i], &m.order[i + 1], (--m.norder - i) * sizeof(u32));
			return;
		}
	if (t->events)
		m.order[m.norder++] = id;
}

static void
forget_events(u32 id)
{
	m.thread[id].events = 0;
	for (u32 i = 0; i < m.norder; i++)
		if (m.order[i] == id)
			memmove(&m.order[i], &m.order[i + 1], (--m.norder - i) * sizeof(u32));
}

static void
timer(void)
{
	cycles_t budget = m.tcap[m.tc].budget;

	m.deadline = m.thread[m.cur].timeout;
	if (budget != CYCLES_INF && budget && m.now + budget < m.deadline)
		m.deadline = m.now + budget;
}

static void
spend(cycles_t d)
{
	cycles_t *b = &m.tcap[m.tc].budget;

	m.now += d;
	if (!m.idle)
		m.thread[m.cur].cycles += d;
	if (!m.idle && *b != CYCLES_INF)
		*b = d < *b ? *b - d : 0;
}

static void
enter(u32 id, int tc)
{
	u32 old = m.cur;

	m.switches += id != old;
	m.idle = 0;
	m.cur = id;
	m.tc = tc;
	m.prio = m.thread[id].prio;
	timer();
	if (id != old)
		swapcontext(&m.thread[old].context, &m.thread[id].context);
	if (m.over)
		swapcontext(&m.thread[m.cur].context, &m.main);
}

static void tick(void);
static void interrupt(void);

/* The scheduler's thread, or idleness until it can run. */
static void
to_scheduler(void)
{
	struct mthread *s = &m.thread[1];
	u32 rounds = 0;

	if (s->state == WAITS && has_events())
		s->state = RUNS;
	while (s->state != RUNS) {
		m.idle = 1;
		if (m.idle_until != CYCLES_INF && m.now < m.idle_until && machine_random(2))
			m.now = m.idle_until;
		else
			m.now += 1000;
		if (m.now < m.idle_until && m.system->interrupts && machine_random(4) == 0)
			interrupt();
		if (!m.idle)
			return;
		if (has_events() || m.now >= m.idle_until)
			s->state = RUNS;
		if (++rounds > 100000)
			over("the system stands still");
	}
	s->prio = 0;
	enter(1, s->tcap);
}

void
leave(void)
{
	u32 id = m.interrupted;

	m.interrupted = 0;
	if (id && m.thread[id].state == RUNS && !has_events())
		enter(id, m.thread[id].tcap);
	else
		to_scheduler();
}

void
wake(u32 id)
{
	struct mthread *t = &m.thread[id];

	t->pending++;
	if (t->state != WAITS)
		return;
	t->pending = 0;
	t->state = RUNS;
	event(id, EVENT_WOKEN);
	if (!m.tcap[t->rcv_tcap].budget || (!m.idle && m.tcap[t->rcv_tcap].prio >= m.prio))
		return;
	m.interrupted = m.idle || m.thread[m.cur].state != RUNS ? 0 : m.cur;
	t->tcap = t->rcv_tcap;
	t->prio = m.tcap[t->rcv_tcap].prio;
	t->timeout = CYCLES_INF;
	enter(id, t->tcap);
}

static void
interrupt(void)
{
	u32 id = 2 + machine_random(MACHINE_THREADS - 2);

	for (u32 i = 0; i < MACHINE_THREADS; i++, id = id + 1 < MACHINE_THREADS ? id + 1 : 2)
		if (m.thread[id].has_rcv) {
			wake(id);
			return;
		}
}

static void
tick(void)
{
	u32 bits = 0;

	m.deadline = CYCLES_INF;
	if (m.now >= m.thread[m.cur].timeout)
		bits |= EVENT_TIMEOUT;
	if (!m.tcap[m.tc].budget)
		bits |= EVENT_EXPIRED;
	if (bits & EVENT_TIMEOUT)
		m.thread[m.cur].timeout = CYCLES_INF;
	if (!bits || m.cur == 1)
		return;
	event(m.cur, bits);
	to_scheduler();
}

void
machine_instant(void)
{
	if (m.over)
		swapcontext(&m.thread[m.cur].context, &m.main);
	if (++m.instants > 30000000)
		over("the system does not end");
	spend(20 + machine_random(200));
	if (m.system->preempt && machine_random(m.system->preempt) == 0 &&
	    m.deadline != CYCLES_INF && m.deadline > m.now)
		spend(m.deadline - m.now);
	if (m.now >= m.deadline)
		tick();
	if (m.system->interrupts && machine_random(m.system->interrupts) == 0)
		interrupt();
}

/* Threads. */
static void
run_thread(void)
{
	u32 id = m.cur;
	struct mthread *t = &m.thread[id];

	if (m.over)
		swapcontext(&t->context, &m.main);
	if (id == 1)
		cos_init();
	else
		m.system->body(t->comp, t->arg);
	t->state = DEAD;
	event(id, EVENT_DEAD);
	leave();
	abort();
}

void
thread_new(u32 id, u32 comp, u32 arg)
{
	struct mthread *t = &m.thread[id];
	void *stack = t->stack ? t->stack : malloc(STACK);

	*t = (struct mthread){.state = RUNS,
			      .comp = comp,
			      .arg = arg,
			      .stack = stack,
			      .badge = comp,
			      .timeout = CYCLES_INF};
	getcontext(&t->context);
	t->context.uc_stack.ss_sp = stack;
	t->context.uc_stack.ss_size = STACK;
	t->context.uc_link = NULL;
	makecontext(&t->context, run_thread, 0);
}

/* Kernel calls. */
static struct slot *
slot_of(slot_t s, u32 kind)
{
	if (s >= 1024 || m.slot[s].kind != kind)
		over("a capability of another kind");
	return &m.slot[s];
}

static word_t
dispatch(u32 id, slot_t on, word_t prio, cycles_t timeout, word_t token)
{
	struct mthread *t = &m.thread[id];
	int tc = on ? (int)slot_of(on, CAP_TCAP)->object : m.tc;

	if (token <= m.token)
		return EAGAIN;
	if (has_events() && m.cur != 1 && id != 1)
		return EBUSY;
	if (!m.tcap[tc].budget)
		return EEXPIRED;
	if (t->state == WAITS && id == 1)
		t->state = RUNS;
	if (t->state != RUNS)
		return EPARKED;
	m.token = token;
	t->tcap = tc;
	t->prio = prio;
	t->timeout = timeout;
	m.interrupted = 0;
	enter(id, tc);
	return EOK;
}

static struct kresult
rcv_call(u32 owner, word_t op, word_t flags, cycles_t timeout)
{
	struct kresult r = {0, 0, 0, 0};

	if (op != RCV_WAIT || owner != 1)
		return r;
	if (!has_events() && flags & WAIT_POLL)
		return (struct kresult){.err = EAGAIN};
	if (!has_events() && timeout <= m.now)
		return (struct kresult){.err = ETIMEDOUT};
	if (!has_events()) {
		m.thread[1].state = WAITS;
		m.idle_until = timeout;
		leave();
	}
	if (has_events()) {
		u32 id = m.order[0];

		r.r2 = id | 1UL << 32;
		r.r3 = m.thread[id].events;
		forget_events(id);
	}
	return r;
}

static struct kresult
thd_call(u32 id, word_t op, word_t a1, word_t a2, word_t a3, word_t a4)
{
	struct kresult r = {0, 0, 0, 0};

	if (op == THD_DISPATCH)
		r.err = dispatch(id, a1, a2, a3, a4);
	else if (op == THD_QUERY)
		r.r1 = m.thread[id].cycles, r.r2 = m.thread[id].state == DEAD   ? THD_DEAD
		       : m.thread[id].state == RUNS ? THD_READY
						    : THD_WAITING;
	return r;
}

static struct kresult
tcap_call(struct slot *s, word_t op, word_t a1, word_t a2, word_t a3)
{
	struct kresult r = {0, 0, 0, 0};

	if (op == TCAP_QUERY) {
		r.r1 = m.tcap[s->object].budget;
	} else {
		u32 to = slot_of(a1, CAP_TCAP)->object;

		m.tcap[to].budget = a2 == CYCLES_INF || m.tcap[to].budget == CYCLES_INF
					? CYCLES_INF
					: m.tcap[to].budget + a2;
		m.tcap[to].prio = a3;
		timer();
	}
	return r;
}

static word_t
reclaim(u32 f)
{
	u32 object = m.frame[f].object;

	if (m.frame[f].kind == 0)
		return EFRAMETYPE;
	if ((m.frame[f].kind == CAP_TCAP && (int)object == m.tc) ||
	    (m.frame[f].kind == CAP_THD && object == m.cur))
		return EBUSY;
	if (m.frame[f].kind == CAP_THD) {
		forget_events(object);
		m.thread[object].state = NONE;
		if (m.interrupted == object)
			m.interrupted = 0;
	} else if (m.frame[f].kind == CAP_RCV) {
		m.thread[object].has_rcv = 0;
	} else {
		m.tcap[object].used = 0;
	}
	m.frame[f].kind = 0;
	return EOK;
}

static word_t
frame_call(word_t op, word_t f, word_t to, word_t a3, word_t a4, word_t a5)
{
	static const u32 kind_of[] = {
	    [FRAME_MAKE_THD] = CAP_THD, [FRAME_MAKE_TCAP] = CAP_TCAP, [FRAME_MAKE_RCV] = CAP_RCV};
	u32 object = f + 1;

	if (op == FRAME_RECLAIM)
		return reclaim(f);
	if (f >= FRAMES || m.frame[f].kind)
		return EFRAMETYPE;
	if (m.slot[to].kind)
		return EEXIST;
	if (op == FRAME_MAKE_THD) {
		object = a4;
		if (m.thread[object].state != NONE)
			over("two threads of one id");
		thread_new(object, slot_of(a3, CAP_COMP)->object, a5);
	} else if (op == FRAME_MAKE_TCAP) {
		m.tcap[object].budget = 0;
		m.tcap[object].prio = a3;
	} else {
		object = slot_of(a3, CAP_THD)->object;
		m.thread[object].has_rcv = 1;
		m.thread[object].rcv_tcap = slot_of(a4, CAP_TCAP)->object;
	}
	m.frame[f].kind = kind_of[op];
	m.frame[f].object = object;
	m.slot[to] = (struct slot){kind_of[op], object};
	return EOK;
}

struct kresult
kcall(slot_t slot, word_t op, word_t a1, word_t a2, word_t a3, word_t a4, word_t a5)
{
	struct kresult r = {0, 0, 0, 0};
	struct slot *s = &m.slot[slot];

	(void)a5;
	machine_instant();
	switch (s->kind) {
	case CAP_THD:
		r = thd_call(s->object, op, a1, a2, a3, a4);
		break;
	case CAP_TCAP:
		r = tcap_call(s, op, a1, a2, a3);
		break;
	case CAP_RCV:
		r = rcv_call(s->object, op, a1, a2);
		break;
	case CAP_FRAME:
		r.err = frame_call(op, a1, a2, a3, a4, a5);
		break;
	case CAP_CAPTBL:
		if (op == CAPTBL_REMOVE && s->object == SCHED_COMP)
			m.slot[a1].kind = 0;
		break;
	default:
		r.err = EBADCAP;
	}
	machine_instant();
	return r;
}
