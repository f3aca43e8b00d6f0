/*
 * Interrupt lines and I/O ports as capabilities to ranges of them.
 *
 * A line that fires is masked and notifies the end point attached to it; IRQ_ACK unmasks it. A driver that gets more interrupts
 * than its tcap pays for leaves the line masked until it runs again.
 */
#ifndef CORE_HWCAP_H
#define CORE_HWCAP_H

#include "captbl.h"

op_fn irq_op_attach, irq_op_detach, irq_op_ack, ioport_op_in, ioport_op_out;

#endif
