/*
 * Interrupt lines and I/O ports.
 */
#include "hwcap.h"

#include "rcv.h"
#include "sched.h"

#define LINES 256

static struct weak attached[LINES]; /* the end point of each line */

/* The machine's number of a line of this capability. */
static word_t
line_of(const struct cap *c, u64 index, u64 *line)
{
	*line = c->first + index;
	return index < c->count && *line < hal_irq_lines() && *line < LINES ? EOK : EINVAL;
}

word_t
irq_op_attach(struct cap *c, struct args *a)
{
	struct cap *s;
	u64 line;
	word_t e;

	if ((e = line_of(c, a->a1, &line)) || (e = cap_find(a->a2, CAP_SND, RIGHT_USE, &s)))
		return e;
	if (weak_get(attached[line]))
		return EBUSY;
	attached[line] = s->obj;
	hal_irq_unmask(line);
	return EOK;
}

word_t
irq_op_detach(struct cap *c, struct args *a)
{
	u64 line;
	word_t e = line_of(c, a->a1, &line);

	if (e)
		return e;
	hal_irq_mask(line);
	attached[line] = (struct weak){0, 0};
	return EOK;
}

word_t
irq_op_ack(struct cap *c, struct args *a)
{
	u64 line;
	word_t e = line_of(c, a->a1, &line);

	if (!e && weak_get(attached[line]))
		hal_irq_unmask(line);
	return e;
}

void
irq(u32 line)
{
	struct rcv *r = line < LINES ? weak_get(attached[line]) : NULL;
	struct cpu *c = cpu_this();

	if (r)
		rcv_notify(c, r);
	if (!c->thd)
		idle_check(c);
}

static word_t
port_of(const struct cap *c, u64 index, u64 width, u64 *port)
{
	*port = c->first + index;
	if (width != 1 && width != 2 && width != 4)
		return EINVAL;
	return index < c->count && width <= c->count - index ? EOK : EINVAL;
}

word_t
ioport_op_in(struct cap *c, struct args *a)
{
	u64 port;
	word_t e = port_of(c, a->a1, a->a2, &port);

	if (!e)
		a->r[0] = hal_port_in(port, a->a2);
	return e;
}

word_t
ioport_op_out(struct cap *c, struct args *a)
{
	u64 port;
	word_t e = port_of(c, a->a1, a->a2, &port);

	if (!e)
		hal_port_out(port, a->a2, a->a3);
	return e;
}
