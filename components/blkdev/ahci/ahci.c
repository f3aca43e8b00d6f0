/*
 * A SATA disk behind an AHCI controller (AHCI 1.3.1): the first port with one. Its registers lie
 * where the script says (devices). When the disk reports an error, the controller is reset, and
 * what the disk had is tried again one by one, so that only what is wrong fails.
 */
#include <lib/component.h>
#include <mem/mem.h>

#include "../device.h"
#include "../pci.h"
#include "command.h"

#define CLASS_AHCI 0x01060100u /* mass storage, SATA, AHCI; the low byte is a revision */
#define REGISTERS_BAR 5
#define TRIES 1000000 /* looks at a register that is to change at once */

enum reg { CAP = 0, GHC = 4, IS = 8, PI = 0xc, PORTS = 0x100, PORT_BYTES = 0x80 };
enum { CAP_NCQ = 1 << 30, GHC_RESET = 1, GHC_INTERRUPTS = 2, GHC_AHCI = 1u << 31 };
enum port_reg {
	P_LIST = 0, P_RECEIVED = 8, P_IS = 0x10, P_IE = 0x14, P_CMD = 0x18, P_TASK = 0x20, P_SIGNATURE = 0x24,
	P_STATUS = 0x28, P_ERROR = 0x30, P_ACTIVE = 0x34, P_ISSUED = 0x38,
};
enum { CMD_START = 1, CMD_SPIN = 2, CMD_POWER = 4, CMD_RECEIVE = 1 << 4, CMD_RECEIVES = 1 << 14, CMD_RUNS = 1 << 15 };
enum { TASK_ERROR = 1, TASK_WANTS = 1 << 3, TASK_BUSY = 1 << 7, STATUS_PRESENT = 3, SIGNATURE_DISK = 0x101 };
enum {
	IS_FIS = 1, IS_BITS = 1 << 3, IS_ERRORS = 1 << 27 | 1 << 28 | 1 << 29 | 1 << 30, /* interface, bus, bus, task */
};
/* Words of what a disk says of itself. */
enum { ID_DEPTH = 75, ID_SATA = 76, ID_SETS = 83, ID_SECTORS = 100 };
enum { SATA_NCQ = 1 << 8, SETS_LBA48 = 1 << 10, SETS_FLUSH = 1 << 13 };

static struct ahci_memory *memory;
static u64 phys;
static struct ahci_queue queue;
static struct device disk; /* as it said in the beginning */
static u32 port;
static u32 errors; /* of the port's interrupts, taken back and not dealt with */

static volatile u32 *
reg(u32 at)
{
	return (volatile u32 *)(DEVICES_VA + (u64)at);
}

static volatile u32 *
port_reg(enum port_reg at)
{
	return reg(PORTS + port * PORT_BYTES + at);
}

/* Waits until the bits of a register are as wanted, which takes no time in the end. */
static void
wait_until(volatile u32 *r, u32 mask, u32 wanted, const char *what)
{
	for (u32 i = 0; (*r & mask) != wanted; i++)
		if (i == TRIES)
			cos_panic("the AHCI controller does not %s", what);
}

void
device_stop(void)
{
	*reg(GHC) = GHC_AHCI;
	*reg(GHC) = GHC_AHCI | GHC_RESET;
	wait_until(reg(GHC), GHC_RESET, 0, "reset itself");
	*reg(GHC) = GHC_AHCI;
}

static void
find_port(void)
{
	for (port = 0; port < AHCI_HEADERS; port++)
		if (*reg(PI) >> port & 1 && (*port_reg(P_STATUS) & 15) == STATUS_PRESENT)
			return;
	cos_panic("there is no disk at the AHCI controller");
}

static void
set_address(enum port_reg at, u64 address)
{
	*port_reg(at) = address;
	*port_reg(at + 4) = address >> 32;
}

/* From any state to one in which commands can be issued; the disk has none. */
static void
start_port(void)
{
	device_stop();
	find_port();
	*port_reg(P_CMD) &= ~(u32)(CMD_START | CMD_RECEIVE);
	wait_until(port_reg(P_CMD), CMD_RUNS | CMD_RECEIVES, 0, "stop a port");
	set_address(P_LIST, phys + offsetof(struct ahci_memory, list));
	set_address(P_RECEIVED, phys + offsetof(struct ahci_memory, received));
	*port_reg(P_ERROR) = ~0u;
	*port_reg(P_IS) = ~0u;
	*port_reg(P_CMD) |= CMD_SPIN | CMD_POWER | CMD_RECEIVE;
	wait_until(port_reg(P_TASK), TASK_BUSY | TASK_WANTS, 0, "find its disk ready");
	if (*port_reg(P_SIGNATURE) != SIGNATURE_DISK)
		cos_panic("what is at the AHCI controller is no disk");
	*port_reg(P_CMD) |= CMD_START;
	errors = 0;
}

/* Asks the disk what it is. */
static void
identify(void)
{
	const u16 *id = (const u16 *)memory->data[0];

	ahci_describe(memory, phys, 0, ATA_IDENTIFY, 0, 1);
	*port_reg(P_ISSUED) = 1;
	wait_until(port_reg(P_ISSUED), 1, 0, "let its disk say what it is");
	if (*port_reg(P_TASK) & TASK_ERROR)
		cos_panic("the disk does not say what it is");
	if (!(id[ID_SATA] & SATA_NCQ) || (id[ID_DEPTH] & 31) + 1 < DEVICE_SLOTS || !(*reg(CAP) & CAP_NCQ) ||
	    (*reg(CAP) >> 8 & 31) + 1 < DEVICE_SLOTS)
		cos_panic("disk or controller cannot have %u queued commands", DEVICE_SLOTS);
	if (!(id[ID_SETS] & SETS_LBA48))
		cos_panic("the disk has no addresses of 48 bits");
	disk.sectors = id[ID_SECTORS] | (u64)id[ID_SECTORS + 1] << 16 | (u64)id[ID_SECTORS + 2] << 32;
	disk.can_flush = !!(id[ID_SETS] & SETS_FLUSH);
	disk.line = pci_read(PCI_LINE) & 0xff;
}

/* What the disk says of itself goes to memory of slot 0, so it is asked before that has anything else. */
void
device_find(void)
{
	word_t va, at, pages = sizeof(*memory) / PAGE_SIZE;

	if (mem_alloc_contiguous(pages, 1, &va, &at))
		cos_panic("%lu pages in one piece are wanted", pages);
	memory = (struct ahci_memory *)va;
	phys = at;
	if (!pci_find(PCI_CLASS, 0xffffff00, CLASS_AHCI))
		cos_panic("there is no AHCI controller on the PCI bus");
	if (pci_move(REGISTERS_BAR) < PORTS + AHCI_HEADERS * PORT_BYTES)
		cos_panic("the script's range is too small for the controller's registers");
	start_port();
	identify();
}

static void
allow_interrupts(void)
{
	*port_reg(P_IS) = ~0u;
	*reg(IS) = ~0u;
	*port_reg(P_IE) = IS_FIS | IS_BITS | IS_ERRORS;
	*reg(GHC) = GHC_AHCI | GHC_INTERRUPTS;
}

void
device_start(struct device *d)
{
	queue = (struct ahci_queue){0};
	start_port();
	allow_interrupts();
	*d = disk;
}

u8 *
device_data(u32 slot)
{
	return memory->data[slot];
}

void
device_submit(u32 slot, enum device_op op, u64 sector, u32 sectors)
{
	static const enum ata_command commands[] = {
		[DEVICE_READ] = ATA_READ, [DEVICE_WRITE] = ATA_WRITE, [DEVICE_FLUSH] = ATA_FLUSH};

	ahci_describe(memory, phys, slot, commands[op], sector, sectors);
	ahci_queue_add(&queue, slot, op == DEVICE_FLUSH);
}

/* A bit of the first register says that a command is queued at the disk, of the second that it is the controller's. */
void
device_notify(void)
{
	u32 next = ahci_queue_next(&queue);

	if (!next)
		return;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!(next & queue.flushes))
		*port_reg(P_ACTIVE) = next;
	*port_reg(P_ISSUED) = next;
}

/* What is over is looked at before what is wrong: what fails in between has not been taken for over. */
int
device_take(u32 *slot, int *good)
{
	u32 still = *port_reg(P_ACTIVE) | *port_reg(P_ISSUED);
	u32 wrong = __atomic_exchange_n(&errors, 0, __ATOMIC_SEQ_CST) | (*port_reg(P_IS) & IS_ERRORS);

	if (!wrong || !(queue.flying & queue.flushes)) /* a flush that failed looks like one that is over */
		ahci_queue_done(&queue, still);
	if (wrong) {
		start_port();
		allow_interrupts();
		ahci_queue_failed(&queue);
	}
	device_notify();
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return ahci_queue_take(&queue, slot, good);
}

void
device_quiet(void)
{
	u32 why = *port_reg(P_IS);

	__atomic_fetch_or(&errors, why & IS_ERRORS, __ATOMIC_SEQ_CST);
	*port_reg(P_IS) = why;
	*reg(IS) = 1u << port;
}
