/*
 * The kernel's words, on the first serial port; ports; and the end.
 */
#include "arch_main.h"
#include "x86.h"

#define SERIAL 0x3f8
#define DEBUG_EXIT 0xf4 /* QEMU's isa-debug-exit */
#define STATUS_PANIC 0x7e

void
serial_init(void)
{
	hal_port_out(SERIAL + 1, 1, 0);    /* no interrupts */
	hal_port_out(SERIAL + 3, 1, 0x80); /* divisor: 115200 baud */
	hal_port_out(SERIAL + 0, 1, 1);
	hal_port_out(SERIAL + 1, 1, 0);
	hal_port_out(SERIAL + 3, 1, 3);    /* 8 bits, no parity, 1 stop bit */
	hal_port_out(SERIAL + 2, 1, 0xc7); /* queues on, cleared */
	hal_port_out(SERIAL + 4, 1, 0x0b); /* ready, interrupt line enabled */
}

void
hal_putc(char c)
{
	if (c == '\n')
		hal_putc('\r');
	for (u32 i = 0; i < 100000 && !(hal_port_in(SERIAL + 5, 1) & 0x20); i++)
		;
	hal_port_out(SERIAL, 1, c);
}

void
hal_halt(void)
{
	hal_port_out(DEBUG_EXIT, 4, STATUS_PANIC);
	for (;;)
		asm volatile("cli; hlt");
}

u32
hal_port_in(u16 port, u32 width)
{
	u32 v = 0;

	if (width == 1)
		asm volatile("inb %1, %b0" : "+a"(v) : "Nd"(port));
	else if (width == 2)
		asm volatile("inw %1, %w0" : "+a"(v) : "Nd"(port));
	else
		asm volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

void
hal_port_out(u16 port, u32 width, u32 v)
{
	if (width == 1)
		asm volatile("outb %b0, %1" : : "a"(v), "Nd"(port));
	else if (width == 2)
		asm volatile("outw %w0, %1" : : "a"(v), "Nd"(port));
	else
		asm volatile("outl %0, %1" : : "a"(v), "Nd"(port));
}
