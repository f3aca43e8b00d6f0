/*
 * Commands of an AHCI port in memory (AHCI 1.3.1, 4.2; ATA's command set), and which of them are to be
 * issued when. Slot i is command slot i and tag i, with a piece of data memory, so nothing is
 * allocated. Reads and writes are queued commands (NCQ), of which the disk may have any number; a
 * flush is not, and must be alone. No kernel calls: tested on the host.
 */
#ifndef BLKDEV_AHCI_COMMAND_H
#define BLKDEV_AHCI_COMMAND_H

#include "../device.h"

#define AHCI_HEADERS 32

struct ahci_header {
	u16 flags;   /* length of the command in words; AHCI_WRITES */
	u16 regions; /* of data */
	u32 moved;   /* bytes: the controller's, not valid for queued commands */
	u64 table;   /* physical address */
	u32 reserved[4];
};

enum { AHCI_WRITES = 1 << 6 };

struct ahci_table {
	u8 command[64]; /* a register FIS, host to device */
	u8 packet[64];
	u64 address; /* of the one region of data */
	u32 reserved, bytes; /* less one */
	u8 pad[112];
};

struct ahci_memory { /* in one piece */
	struct ahci_header list[AHCI_HEADERS];
	u8 received[256];
	u8 pad0[768];
	struct ahci_table table[DEVICE_SLOTS];
	u8 pad1[2048];
	u8 data[DEVICE_SLOTS][DEVICE_PIECE];
};

_Static_assert(sizeof(struct ahci_header) == 32, "ahci_header layout");
_Static_assert(sizeof(struct ahci_table) == 256, "ahci_table layout");
_Static_assert(__builtin_offsetof(struct ahci_table, address) == 128, "ahci_table layout");
_Static_assert(__builtin_offsetof(struct ahci_memory, received) % 256 == 0, "received FIS");
_Static_assert(__builtin_offsetof(struct ahci_memory, data) == 8192, "ahci_memory layout");

enum ata_command { ATA_READ = 0x60, ATA_WRITE = 0x61, ATA_FLUSH = 0xea, ATA_IDENTIFY = 0xec };

/* Describes a command in a slot. phys: of the memory. sectors: of data, up to a piece; 0 if there is none. */
void ahci_describe(struct ahci_memory *, u64 phys, u32 slot, enum ata_command, u64 sector, u32 sectors);

struct ahci_queue { /* a bit for each slot */
	u32 ready, flying; /* to be issued; issued */
	u32 flushes;       /* of both */
	u32 alone;         /* of both: something failed, and to find out what, these are tried one at a time */
	u32 good, bad;     /* finished */
};

void ahci_queue_add(struct ahci_queue *, u32 slot, int is_flush);

/* Result: slots that are to be issued now; they fly then. */
u32 ahci_queue_next(struct ahci_queue *);

/* still: slots that the controller has. */
void ahci_queue_done(struct ahci_queue *, u32 still);

/*
 * The disk reported an error, and was reset: it has nothing any more. A flush has failed then, and is
 * not tried again: what the first one lost, a second would not miss.
 */
void ahci_queue_failed(struct ahci_queue *);

/* Takes a slot that is finished. Result: 0 if there is none. */
int ahci_queue_take(struct ahci_queue *, u32 *slot, int *good);

#endif
