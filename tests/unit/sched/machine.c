/*
 * The machine around the kernel: what the components' library offers, what threads can do, and a
 * run from beginning to end.
 */
#include "machine.h"

#include <init/init.h>
#include <lib/component.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

static struct comp_info info;
static struct info_grant grants[64];

/* What the library offers. */
const struct comp_info *cos_info(void) { return &info; }
word_t cos_badge(void) { return m.thread[m.cur].badge; }
word_t cos_thdid(void) { return m.cur; }
long init_tsc_hz(void) { return HZ; }

cycles_t
cos_now(void)
{
	machine_instant();
	return m.now;
}

u64
cos_param_number(const char *key, u64 otherwise)
{
	return strcmp(key, "slice_cycles") == 0 && m.system->slice
		   ? strtoul(m.system->slice, NULL, 10)
		   : otherwise;
}

word_t
cos_provider(const char *interface)
{
	(void)interface;
	return MACHINE_COMPS + 1; /* the booter */
}

const struct info_grant *
cos_grant(enum grant_kind kind, u32 nth)
{
	for (u32 i = 0; i < info.ngrants; i++)
		if (grants[i].kind == kind && nth-- == 0)
			return &grants[i];
	return NULL;
}

const struct info_comp *
cos_comps(u32 *n)
{
	*n = m.system->ncomps;
	return m.system->comp;
}

const struct info_thread *
cos_threads(u32 *n)
{
	*n = m.system->nthreads;
	return m.system->thread;
}

void
cos_panic(const char *fmt, ...)
{
	over(fmt);
	abort();
}

/* For bodies. */
void
machine_stop(void)
{
	over(NULL);
}

void
machine_fail(const char *why)
{
	over(why);
}

void machine_enter(word_t comp) { m.thread[m.cur].badge = comp; }
word_t machine_self(void) { return m.cur; }
cycles_t machine_time(void) { return m.now; }
cycles_t machine_cycles(u32 id) { return m.thread[id].cycles; }
u32 machine_priority(void) { return m.prio; }
u64 machine_switches(void) { return m.switches; }

u32
machine_frames(void)
{
	u32 n = 0;

	for (u32 f = 0; f < FRAMES; f++)
		n += m.frame[f].kind != 0;
	return n;
}

void
machine_wait(void)
{
	struct mthread *t = &m.thread[m.cur];

	machine_instant();
	if (t->pending) {
		t->pending = 0;
		return;
	}
	t->state = WAITS;
	event(m.cur, EVENT_BLOCKED);
	leave();
}

void
machine_fault(void)
{
	m.thread[m.cur].state = PARKED;
	event(m.cur, EVENT_BLOCKED);
	leave();
}

void
machine_resume(u32 id)
{
	if (m.thread[id].state != PARKED)
		return;
	m.thread[id].state = RUNS;
	event(id, EVENT_WOKEN);
}

void
machine_work(cycles_t ticks)
{
	for (cycles_t end = m.now + ticks; m.now < end;)
		machine_instant();
}

static void
grant(u32 kind, u32 slot, u64 a, u64 b, u32 cap, u32 object)
{
	grants[info.ngrants++] = (struct info_grant){kind, slot, a, b};
	if (cap)
		m.slot[slot] = (struct slot){cap, object};
}

static void
grant_all(void)
{
	info = (struct comp_info){.id = SCHED_COMP};
	grant(GRANT_FRAMES, OWN_FRAMES, FRAMES, 0, CAP_FRAME, 0);
	grant(GRANT_TCAP, OWN_TCAP, 0, 0, CAP_TCAP, 0);
	grant(GRANT_CONTROL, OWN_CONTROL, 0, 0, CAP_THD, 1);
	grant(GRANT_FREE, OWN_FREE, 0, 1024 - OWN_FREE, 0, 0);
	m.slot[OWN_CONTROL + 1] = (struct slot){CAP_RCV, 1};
	grant(GRANT_CAPTBL, OWN_TABLE, SCHED_COMP, 0, CAP_CAPTBL, SCHED_COMP);
	for (u32 i = 0; i < m.system->ncomps; i++) {
		u32 id = m.system->comp[i].id;

		grant(GRANT_CAPTBL, OWN_TABLE + id, id, 0, CAP_CAPTBL, id);
		grant(GRANT_COMP, OWN_COMP + id, id, 0, CAP_COMP, id);
	}
}

const char *
machine_run(const struct machine_system *system)
{
	memset(&m, 0, sizeof(m));
	m.system = system;
	m.rnd = system->seed * 2654435769 + 1;
	m.token = 1;
	m.tcap[0].budget = CYCLES_INF;
	m.deadline = CYCLES_INF;
	grant_all();
	thread_new(1, SCHED_COMP, 0);
	m.cur = 1;
	swapcontext(&m.main, &m.thread[1].context);
	for (u32 i = 0; i < MACHINE_THREADS; i++)
		free(m.thread[i].stack);
	return m.why;
}
