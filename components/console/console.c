/*
 * console: a 16550 serial port. Output waits for the port's queue of 16 bytes to be empty, then
 * fills it. Input arrives by interrupt in a ring, from which one thread at a time takes. Whoever
 * waits for input says so by a bit, looks at the ring then, and sleeps; the interrupt thread fills
 * the ring and looks at the bits then: one of the two sees the other.
 */
#include <console/console.h>
#include <lib/component.h>
#include <lib/kcall.h>
#include <lib/mutex.h>
#include <sched/sched.h>

#define QUEUE 16
#define RING  4096 /* a power of two */
#define PUT_LIMIT 32

#define GET_LIMIT 16
#define THREADS 256 /* thread ids are below */

enum { DATA = 0, INTERRUPTS = 1, QUEUES = 2, MODEM = 4, STATUS = 5 };
enum {
	STATUS_INPUT = 1,
	STATUS_EMPTY = 0x20,
	INTERRUPT_INPUT = 1,
	QUEUES_ON = 1,
	MODEM_INTERRUPTS = 0x0b
};

static struct ioport_cap ports;
static struct mutex port; /* guards output, and room */
static u32 room;          /* bytes that the port takes without a look at its status */
static struct mutex input; /* guards tail */
static volatile u8 ring[RING];
static u32 head, tail;          /* written by the interrupt thread; by whoever takes */
static u64 waiting[THREADS / 64]; /* a bit for each thread that waits for input */

static u32
get(u32 reg)
{
	return ioport_in(ports, reg, 1).r1;
}

void
cos_init(void)
{
	ports.slot = cos_grant(GRANT_IOPORT, 0)->slot;
	ioport_out(ports, QUEUES, 1, QUEUES_ON);
	ioport_out(ports, MODEM, 1, MODEM_INTERRUPTS);
	ioport_out(ports, INTERRUPTS, 1, INTERRUPT_INPUT);
}

static u32
load(const u32 *counter)
{
	return __atomic_load_n(counter, __ATOMIC_SEQ_CST);
}

static void
wake_readers(void)
{
	for (u32 i = 0; i < THREADS / 64; i++)
		for (u64 w = __atomic_load_n(&waiting[i], __ATOMIC_SEQ_CST); w; w &= w - 1)
			sched_wakeup(i * 64 + __builtin_ctzl(w));
}

/* Text that does not fit into the ring is lost: nobody reads. */
static void
take_input(void)
{
	u32 before = head;

	while (get(STATUS) & STATUS_INPUT) {
		u8 c = get(DATA);

		if (head - load(&tail) == RING)
			continue;
		ring[head % RING] = c;
		__atomic_store_n(&head, head + 1, __ATOMIC_SEQ_CST);
	}
	if (head != before)
		wake_readers();
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
	if (!room) {
		while (!(get(STATUS) & STATUS_EMPTY))
			;
		room = QUEUE;
	}
	room--;
	ioport_out(ports, DATA, 1, c);
}

long
console_put(word_t length, word_t w0, word_t w1, word_t w2, word_t w3)
{
	word_t w[] = {w0, w1, w2, w3};

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

/* Result: number of bytes taken from the ring. */
static long
take_ring(word_t *w)
{
	long n = 0;

	mutex_lock(&input);
	for (; n < GET_LIMIT && tail != load(&head); n++) {
		w[n / 8] |= (word_t)ring[tail % RING] << n % 8 * 8;
		__atomic_store_n(&tail, tail + 1, __ATOMIC_SEQ_CST);
	}
	mutex_unlock(&input);
	return n;
}

long
console_get(cycles_t timeout, word_t *out_low, word_t *out_high)
{
	word_t me = cos_thdid(), w[2] = {0, 0};
	u64 *word = &waiting[me / 64 % (THREADS / 64)], bit = 1UL << me % 64;
	long n;

	__atomic_fetch_or(word, bit, __ATOMIC_SEQ_CST);
	while ((n = take_ring(w)) == 0 && timeout > cos_now())
		sched_block(timeout);
	__atomic_fetch_and(word, ~bit, __ATOMIC_SEQ_CST);
	*out_low = w[0];
	*out_high = w[1];
	return n ? n : -ETIMEDOUT;
}
