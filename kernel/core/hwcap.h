/*
 * Interrupt lines and I/O ports as capabilities to ranges of them.
 *
 * A line that fires is masked and notifies the end point attached to it; IRQ_ACK unmasks it. A driver that gets more interrupts
 * than its tcap pays for leaves the line masked until it runs again.
 */
#ifndef CORE_HWCAP_H
#define CORE_HWCAP_H

#include "captbl.h"

word_t irq_op_attach(struct cap *, struct args *);
word_t irq_op_detach(struct cap *, struct args *);
word_t irq_op_ack(struct cap *, struct args *);
word_t ioport_op_in(struct cap *, struct args *);
word_t ioport_op_out(struct cap *, struct args *);

#endif
