/*
 * End points, notifications, tcaps.
 */
#include <lib/component.h>

#include "test.h"

static struct endpoint e;
static volatile word_t got, rounds, order[8], norder;

static void
receive(void *arg)
{
	for (;;) {
		struct kresult r = rcv_wait(e.rcv, 0, CYCLES_INF);

		if (r.err)
			break;
		got = r.r1;
		rounds++;
		order[norder++ & 7] = (word_t)arg;
	}
	got = ~0UL;
}

static int
with_receiver(struct thread *t, word_t prio)
{
	got = rounds = norder = 0;
	CHECK(thread_make(t, T0, own_comp, 7, receive, (void *)1));
	CHECK(endpoint_make(&e, T0 + 1, t, prio));
	CHECK_EQ(run(t, prio), EOK); /* waits */
	CHECK_EQ(events_of(7), EVENT_BLOCKED);
	CHECK_EQ(thd_query(t->cap).r2, THD_WAITING);
	return 1;
}

static int
without_receiver(struct thread *t)
{
	thread_end(t);
	endpoint_end(&e);
	return 1;
}

static int
immediate(void)
{
	struct thread t;

	CHECK(with_receiver(&t, 5));
	CHECK_EQ(thd_dispatch(own_thd, own_tcap, 100, CYCLES_INF, ++token), EOK);
	CHECK_EQ(snd_send(e.snd), EOK);
	CHECK_EQ(rounds, 1);
	CHECK_EQ(got, 1);
	CHECK_EQ(events_of(7), 0); /* woken and blocked again: nothing to tell */
	return without_receiver(&t);
}

static volatile word_t stop_spinning;

static void
receive_and_spin(void *arg)
{
	(void)arg;
	while (rcv_wait(e.rcv, 0, CYCLES_INF).err == EOK) {
		cycles_t end = cos_now() + 20000000000; /* nobody stopped it */

		for (rounds++; !stop_spinning && cos_now() < end;)
			;
	}
}

/* The receiver runs at once and goes on until the timeout, long enough for a busy host: only then is there something to tell. */
static int
spins(void)
{
	struct thread t;

	rounds = stop_spinning = 0;
	CHECK(thread_make(&t, T0, own_comp, 7, receive_and_spin, NULL));
	CHECK(endpoint_make(&e, T0 + 1, &t, 5));
	CHECK_EQ(run(&t, 5), EOK);
	CHECK_EQ(events_of(7), EVENT_BLOCKED);
	CHECK_EQ(thd_dispatch(own_thd, own_tcap, 100, cos_now() + 300000000, ++token), EOK);
	CHECK_EQ(snd_send(e.snd), EOK);
	CHECK_EQ(rounds, 1);
	CHECK_EQ(events_of(7), EVENT_WOKEN | EVENT_TIMEOUT);
	stop_spinning = 1;
	CHECK_EQ(run(&t, 5), EOK);
	CHECK_EQ(events_of(7), EVENT_BLOCKED);
	return without_receiver(&t);
}

static int
not_better(void)
{
	struct thread t;

	CHECK(with_receiver(&t, 50));
	CHECK_EQ(thd_dispatch(own_thd, own_tcap, 50, CYCLES_INF, ++token), EOK);
	CHECK_EQ(snd_send(e.snd), EOK);
	CHECK_EQ(rounds, 0);
	CHECK_EQ(events_of(7), EVENT_WOKEN);
	CHECK_EQ(snd_send(e.snd), EOK);
	CHECK_EQ(run(&t, 50), EOK);
	CHECK_EQ(rounds, 2);
	CHECK_EQ(thd_dispatch(own_thd, own_tcap, 100, CYCLES_INF, ++token), EOK);
	return without_receiver(&t);
}

static int
counts(void)
{
	struct thread t;

	CHECK(thread_make(&t, T0, own_comp, 7, receive, (void *)1));
	CHECK(endpoint_make(&e, T0 + 1, &t, 50));
	got = rounds = 0;
	for (u32 i = 0; i < 5; i++)
		CHECK_EQ(snd_send(e.snd), EOK);
	CHECK_EQ(rcv_query(e.rcv).r2, 5);
	CHECK_EQ(run(&t, 50), EOK);
	CHECK_EQ(got, 5);
	CHECK_EQ(rounds, 1);
	return without_receiver(&t);
}

static int
no_budget(void)
{
	struct thread t;
	u64 frame = frame_take();

	CHECK(thread_make(&t, T0, own_comp, 7, receive, (void *)1));
	CHECK(endpoint_make(&e, T0 + 1, &t, 5));
	slot_clear(T0 + 2);
	slot_clear(T0 + 3);
	frame_back(e.frame[1]);
	CHECK_EQ(frame_make_tcap(all_frames, frame, T0 + 5, 5), EOK);
	e.frame[1] = frame_take();
	CHECK_EQ(frame_make_rcv(all_frames, e.frame[1], T0 + 2, t.cap, (struct tcap_cap){T0 + 5}, 0), EOK);
	CHECK_EQ(rcv_make_snd(e.rcv, T0 + 3), EOK);
	rounds = 0;
	CHECK_EQ(run(&t, 5), EOK);
	events_of(7);
	CHECK_EQ(snd_send(e.snd), EOK);
	CHECK_EQ(rounds, 0);
	CHECK_EQ(events_of(7), EVENT_WOKEN);
	slot_clear(T0 + 5);
	frame_back(frame);
	return without_receiver(&t);
}

static int
wait_refused(void)
{
	struct thread t;

	CHECK(with_receiver(&t, 5));
	CHECK_EQ(rcv_wait(e.rcv, 0, CYCLES_INF).err, EPERM);
	CHECK_EQ(rcv_wait(own_rcv, WAIT_POLL, CYCLES_INF).err, EAGAIN);
	CHECK_EQ(captbl_copy(own_captbl, T0 + 6, SLOT_BOOT_RCV, RIGHT_READ), EOK);
	CHECK_EQ(rcv_wait((struct rcv_cap){T0 + 6}, WAIT_POLL, CYCLES_INF).err, EACCES);
	CHECK_EQ(rcv_make_snd((struct rcv_cap){T0 + 6}, T0 + 7), EACCES);
	CHECK_EQ(rcv_make_snd(own_rcv, SLOT_BOOT_RCV), EEXIST);
	slot_clear(T0 + 6);
	return without_receiver(&t);
}

static volatile word_t wait_error;

static void
wait_with_timeout(void *arg)
{
	(void)arg;
	wait_error = rcv_wait(e.rcv, 0, cos_now() + 1000).err;
}

static int
timeout_refused(void)
{
	struct thread t;

	CHECK(thread_make(&t, T0, own_comp, 7, wait_with_timeout, NULL));
	CHECK(endpoint_make(&e, T0 + 1, &t, 5));
	CHECK_EQ(run(&t, 5), EOK);
	CHECK_EQ(wait_error, EINVAL);
	return without_receiver(&t);
}

static int
idle(void)
{
	cycles_t start = cos_now(), before = rcv_query(own_rcv).r1;
	struct kresult r = rcv_wait(own_rcv, 0, start + 5000000);

	CHECK_EQ(r.err, ETIMEDOUT);
	CHECK(cos_now() >= start + 5000000);
	CHECK(rcv_query(own_rcv).r1 - before > 4000000);
	CHECK_EQ(rcv_wait(own_rcv, 0, start).err, ETIMEDOUT);
	return 1;
}

static int
reclaimed(void)
{
	struct thread t;

	CHECK(with_receiver(&t, 5));
	frame_reclaim(all_frames, e.frame[1]);
	CHECK_EQ(snd_send(e.snd), EDEADCAP);
	CHECK_EQ(events_of(7), EVENT_WOKEN);
	CHECK_EQ(run(&t, 5), EOK);
	CHECK_EQ(got, ~0UL);
	return without_receiver(&t);
}

static int
snd_rights(void)
{
	struct thread t;

	CHECK(with_receiver(&t, 5));
	CHECK_EQ(captbl_copy(own_captbl, T0 + 6, e.snd.slot, 0), EOK);
	CHECK_EQ(snd_send((struct snd_cap){T0 + 6}), EACCES);
	slot_clear(T0 + 6);
	return without_receiver(&t);
}

const struct test rcv_tests[] = {
	{"snd_immediate",
	 "a waiting receiver of better priority runs at once, and nothing is told when it waits again",
	 immediate},
	{"snd_spins", "one that runs at once and does not wait again is told of when its time is over", spins},
	{"snd_not_better", "a receiver of no better priority waits for its scheduler", not_better},
	{"snd_counts", "notifications are counted, none is lost", counts},
	{"snd_no_budget", "a receiver whose tcap has no budget does not preempt", no_budget},
	{"snd_rights", "sending needs the right to", snd_rights},
	{"rcv_refused", "only an end point's own thread waits there", wait_refused},
	{"rcv_timeout", "only a root scheduler waits with a timeout", timeout_refused},
	{"rcv_idle", "with nothing to run the processor idles until the timeout, and the time is counted", idle},
	{"rcv_reclaimed", "a thread that waits at a reclaimed end point goes on with an error", reclaimed},
	{0},
};

static volatile word_t spun;

static void
spin_for_ever(void *arg)
{
	(void)arg;
	for (;;)
		spun++;
}

static int
tcap(slot_t s, u64 *f, word_t prio)
{
	*f = frame_take();
	CHECK_EQ(frame_make_tcap(all_frames, *f, s, prio), EOK);
	return 1;
}

static int
transfer(void)
{
	u64 a, b;

	CHECK(tcap(T0, &a, 3) && tcap(T0 + 1, &b, 3));
	CHECK_EQ(tcap_transfer(own_tcap, (struct tcap_cap){T0}, 1000, 5), EOK);
	CHECK_EQ(tcap_query((struct tcap_cap){T0}).r1, 1000);
	CHECK_EQ(tcap_query((struct tcap_cap){T0}).r2, 5);
	CHECK_EQ(tcap_transfer((struct tcap_cap){T0}, (struct tcap_cap){T0 + 1}, 400, 6), EOK);
	CHECK_EQ(tcap_query((struct tcap_cap){T0}).r1, 600);
	CHECK_EQ(tcap_query((struct tcap_cap){T0 + 1}).r1, 400);
	CHECK_EQ(tcap_transfer((struct tcap_cap){T0}, (struct tcap_cap){T0 + 1}, 601, 6), EEXPIRED);
	CHECK_EQ(tcap_transfer((struct tcap_cap){T0}, (struct tcap_cap){T0 + 1}, CYCLES_INF, 6), EEXPIRED);
	CHECK_EQ(tcap_transfer((struct tcap_cap){T0}, (struct tcap_cap){T0 + 1}, 1, 4), EINVAL);
	CHECK_EQ(tcap_transfer((struct tcap_cap){T0}, (struct tcap_cap){T0 + 1}, 1, 256), EINVAL);
	CHECK_EQ(tcap_query(own_tcap).r1, CYCLES_INF);
	slot_clear(T0);
	slot_clear(T0 + 1);
	frame_back(a);
	frame_back(b);
	return 1;
}

static int
expiry(void)
{
	struct thread t;
	cycles_t start;
	u64 f;

	CHECK(tcap(T0 + 1, &f, 10));
	CHECK(thread_make(&t, T0, own_comp, 7, spin_for_ever, NULL));
	CHECK_EQ(thd_dispatch(t.cap, (struct tcap_cap){T0 + 1}, 10, CYCLES_INF, ++token), EEXPIRED);
	CHECK_EQ(tcap_transfer(own_tcap, (struct tcap_cap){T0 + 1}, 3000000, 10), EOK);
	start = cos_now();
	CHECK_EQ(thd_dispatch(t.cap, (struct tcap_cap){T0 + 1}, 10, CYCLES_INF, ++token), EOK);
	CHECK(cos_now() - start >= 3000000);
	CHECK_EQ(events_of(7), EVENT_EXPIRED);
	CHECK_EQ(tcap_query((struct tcap_cap){T0 + 1}).r1, 0);
	slot_clear(T0 + 1);
	thread_end(&t);
	frame_back(f);
	return 1;
}

static int
delegate(void)
{
	struct thread t;
	u64 f;

	CHECK(tcap(T0 + 6, &f, 3));
	CHECK_EQ(tcap_transfer(own_tcap, (struct tcap_cap){T0 + 6}, 1000, 3), EOK);
	CHECK(with_receiver(&t, 50));
	CHECK_EQ(thd_dispatch(own_thd, own_tcap, 20, CYCLES_INF, ++token), EOK);
	CHECK_EQ(tcap_delegate((struct tcap_cap){T0 + 6}, e.snd, 1001, 5), EEXPIRED);
	CHECK_EQ(rounds, 0);
	CHECK_EQ(tcap_delegate((struct tcap_cap){T0 + 6}, e.snd, 600, 5), EOK);
	CHECK_EQ(rounds, 1); /* the priority came with the budget, so it ran at once */
	CHECK_EQ(tcap_query((struct tcap_cap){T0 + 6}).r1, 400);
	CHECK_EQ(tcap_query(e.tcap).r2, 5);
	CHECK_EQ(thd_dispatch(own_thd, own_tcap, 100, CYCLES_INF, ++token), EOK);
	slot_clear(T0 + 6);
	frame_back(f);
	return without_receiver(&t);
}

static int
tcap_rights(void)
{
	u64 f;

	CHECK(tcap(T0, &f, 3));
	CHECK_EQ(captbl_copy(own_captbl, T0 + 1, T0, RIGHT_USE | RIGHT_READ), EOK);
	CHECK_EQ(tcap_transfer(own_tcap, (struct tcap_cap){T0 + 1}, 1, 3), EACCES);
	CHECK_EQ(tcap_transfer((struct tcap_cap){T0 + 1}, own_tcap, 0, 3), EACCES);
	CHECK_EQ(tcap_transfer(own_tcap, (struct tcap_cap){T0 + 9}, 1, 3), EBADCAP);
	slot_clear(T0);
	slot_clear(T0 + 1);
	frame_back(f);
	return 1;
}

const struct test tcap_tests[] = {
	{"tcap_transfer", "budget moves, never more than there is, never to a better priority", transfer},
	{"tcap_expiry", "a thread is stopped when its budget is used up, and its scheduler hears of it", expiry},
	{"tcap_delegate", "budget and priority go along with a notification", delegate},
	{"tcap_rights", "budget moves only with the rights on both sides", tcap_rights},
	{0},
};
