/*
 * console: a 16550 serial port. Output waits for the port's queue of 16 bytes to be empty, then fills it. Input arrives by interrupt
 * in a ring, from which one thread at a time takes.
 */
#include <console/console.h>
#include <lib/component.h>
#include <lib/kcall.h>
#include <lib/mutex.h>
#include <sched/sched.h>

#define QUEUE 16
#define RING  256 /* a power of two */
#define PUT_LIMIT 40

enum { DATA = 0, INTERRUPTS = 1, STATUS = 5 };
enum { STATUS_INPUT = 1, STATUS_EMPTY = 0x20, INTERRUPT_INPUT = 1 };

static struct ioport_cap ports;
static struct mutex port; /* one writer at a time */
static volatile u8 ring[RING];
static volatile u32 head, tail; /* written by the interrupt thread; by the taker */
static volatile u32 reader;     /* thread that waits for input; 0 = none */

static u32
get(u32 reg)
{
	return ioport_in(ports, reg, 1).r1;
}

void
cos_init(void)
{
	ports.slot = cos_grant(GRANT_IOPORT, 0)->slot;
	ioport_out(ports, INTERRUPTS, 1, INTERRUPT_INPUT);
}

/* Text that does not fit into the ring is lost: nobody reads. */
static void
take_input(void)
{
	while (get(STATUS) & STATUS_INPUT) {
		u8 c = get(DATA);

		if (head - tail < RING)
			ring[head % RING] = c;
		head += head - tail < RING;
	}
	if (reader)
		sched_wakeup(reader);
}

void
cos_thread(word_t number)
{
	struct rcv_cap r = {cos_grant(GRANT_RCV, 0)->slot};
	struct irq_cap irq = {cos_grant(GRANT_IRQ, 0)->slot};
	struct snd_cap s = {cos_grant(GRANT_FREE, 0)->slot};

	(void)number;
	if (rcv_make_snd(r, s.slot) || irq_attach(irq, 0, s))
		return;
	for (;;) {
		take_input();
		irq_ack(irq, 0);
		rcv_wait(r, 0, CYCLES_INF);
	}
}

static void
put_one(u8 c)
{
	static volatile u32 room;

	if (!room) {
		while (!(get(STATUS) & STATUS_EMPTY))
			;
		room = QUEUE;
	}
	room--;
	ioport_out(ports, DATA, 1, c);
}

long
console_put(word_t length, word_t w0, word_t w1, word_t w2, word_t w3, word_t w4)
{
	word_t w[] = {w0, w1, w2, w3, w4};

	if (length > PUT_LIMIT)
		return -EINVAL;
	mutex_lock(&port);
	for (word_t i = 0; i < length; i++) {
		u8 c = w[i / 8] >> i % 8 * 8;

		if (c == '\n')
			put_one('\r');
		put_one(c);
	}
	mutex_unlock(&port);
	return 0;
}

long
console_get(cycles_t timeout, word_t *out_low, word_t *out_high)
{
	word_t w[2] = {0, 0};
	long n = 0;

	reader = cos_thdid();
	while (head == tail)
		if (timeout <= cos_now() || sched_block(timeout) == -ETIMEDOUT)
			break;
	reader = 0;
	for (; n < 16 && head != tail; n++, tail++)
		w[n / 8] |= (word_t)ring[tail % RING] << n % 8 * 8;
	*out_low = w[0];
	*out_high = w[1];
	return n ? n : -ETIMEDOUT;
}
