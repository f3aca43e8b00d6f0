/*
 * Interrupt lines and ports.
 */
#include <lib/component.h>

#include "test.h"

#define PIT_LINE 2 /* the interval timer's input of the I/O interrupt controller */

static struct endpoint e;
static volatile word_t fired;

static void
on_interrupt(void *arg)
{
	(void)arg;
	while (rcv_wait(e.rcv, 0, CYCLES_INF).err == EOK)
		fired++;
}

/* One-shot, about a millisecond. */
static void
pit_start(void)
{
	ioport_out(all_ports, 0x43, 1, 0x30);
	ioport_out(all_ports, 0x40, 1, 1193 & 255);
	ioport_out(all_ports, 0x40, 1, 1193 >> 8);
}

static void
wait_ms(u64 ms)
{
	rcv_wait(own_rcv, 0, cos_now() + ms * (((const struct boot_info *)BOOT_INFO_VA)->tsc_hz / 1000));
}

/* Until it has fired so often, or for two seconds. The interrupt's thread may be kept from running to its end by the end
 * of our wait, or come while we run, who are more urgent: then it is for us, its scheduler, to let it run. */
static void
await(struct thread *t, word_t times)
{
	for (u32 i = 0; i < 100 && fired < times; i++) {
		wait_ms(20);
		thd_dispatch(t->cap, e.tcap, 5, CYCLES_INF, ++token); /* EPARKED: it waits */
	}
}

static int
interrupt(void)
{
	struct thread t;

	fired = 0;
	CHECK(thread_make(&t, T0, own_comp, 7, on_interrupt, NULL));
	CHECK(endpoint_make(&e, T0 + 1, &t, 5));
	CHECK_EQ(run(&t, 5), EOK);
	events_of(7);
	CHECK_EQ(irq_attach(all_irqs, PIT_LINE, e.snd), EOK);
	CHECK_EQ(irq_attach(all_irqs, PIT_LINE, e.snd), EBUSY);
	pit_start();
	await(&t, 1);
	CHECK_EQ(fired, 1);
	pit_start(); /* the line is masked until it is acknowledged */
	wait_ms(3);
	CHECK_EQ(fired, 1);
	CHECK_EQ(irq_ack(all_irqs, PIT_LINE), EOK);
	pit_start();
	await(&t, 2);
	CHECK(fired >= 2);
	CHECK_EQ(irq_detach(all_irqs, PIT_LINE), EOK);
	events_of(7);
	thread_end(&t);
	endpoint_end(&e);
	return 1;
}

static int
irq_refused(void)
{
	CHECK_EQ(irq_attach(all_irqs, 1000, (struct snd_cap){T0}), EINVAL);
	CHECK_EQ(irq_attach(all_irqs, 5, (struct snd_cap){T0}), EBADCAP);
	CHECK_EQ(irq_ack(all_irqs, ~0UL), EINVAL);
	CHECK_EQ(irq_detach(all_irqs, 1000), EINVAL);
	CHECK_EQ(irq_derive(all_irqs, T0, 4, 1, RIGHT_USE), EOK);
	CHECK_EQ(irq_ack((struct irq_cap){T0}, 1), EINVAL);
	CHECK_EQ(irq_ack((struct irq_cap){T0}, 0), EOK);
	CHECK_EQ(irq_derive((struct irq_cap){T0}, T0 + 1, 0, 1, RIGHT_ALL), EACCES);
	slot_clear(T0);
	return 1;
}

static int
ports(void)
{
	CHECK_EQ(ioport_derive(all_ports, T0, 0x3f8, 8, RIGHT_ALL), EOK);
	struct ioport_cap serial = {T0};

	CHECK_EQ(ioport_out(serial, 7, 1, 0x5a), EOK); /* the scratch register */
	CHECK_EQ(ioport_in(serial, 7, 1).r1, 0x5a);
	CHECK_EQ(ioport_in(serial, 8, 1).err, EINVAL);
	CHECK_EQ(ioport_in(serial, 7, 2).err, EINVAL);
	CHECK_EQ(ioport_in(serial, 0, 3).err, EINVAL);
	CHECK_EQ(ioport_in(serial, 0, 8).err, EINVAL);
	CHECK_EQ(ioport_out(serial, ~0UL, 1, 0), EINVAL);
	CHECK_EQ(ioport_derive(serial, T0 + 1, 4, 5, RIGHT_ALL), EINVAL);
	CHECK_EQ(ioport_derive(serial, T0 + 1, 7, 1, RIGHT_READ), EOK);
	CHECK_EQ(ioport_in((struct ioport_cap){T0 + 1}, 0, 1).err, EACCES);
	slot_clear(T0);
	slot_clear(T0 + 1);
	return 1;
}

const struct test hw_tests[] = {
	{"irq", "an interrupt notifies its end point, and the line stays masked until acknowledged", interrupt},
	{"irq_refused", "lines outside, missing end points and missing rights are refused", irq_refused},
	{"ioport", "ports work within their range and width only", ports},
	{0},
};
