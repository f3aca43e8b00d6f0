/*
 * A split virtqueue (virtio 1.x, 2.7) for block requests. Slot i owns descriptors 3i to 3i + 2
 * (header, data, status) and a piece of data memory, so nothing is allocated and a number that the
 * device gives back is a slot or a lie. No kernel calls: tested on the host.
 *
 * Who writes what: the driver all of struct virtq_shared but used, status, and the data of reads.
 * What the device writes is read once, and checked; a device that lies is broken for ever.
 */
#ifndef BLKDEV_VIRTQ_H
#define BLKDEV_VIRTQ_H

#include <abi/types.h>

#define VIRTQ_SLOTS 16
#define VIRTQ_SIZE  64    /* descriptors: a power of two, at least three for each slot */
#define VIRTQ_PIECE 65536 /* bytes of data of each slot */

enum virtq_type { VIRTQ_READ = 0, VIRTQ_WRITE = 1, VIRTQ_FLUSH = 4 };
enum virtq_flag { VIRTQ_NEXT = 1, VIRTQ_DEVICE_WRITES = 2 };

struct virtq_desc {
	u64 address;
	u32 bytes;
	u16 flags, next;
};

struct virtq_header {
	u32 type, reserved;
	u64 sector;
};

struct virtq_used {
	u32 id, bytes;
};

struct virtq_shared {
	struct virtq_desc desc[VIRTQ_SIZE];
	u16 avail_flags, avail_head; /* the available ring */
	u16 avail[VIRTQ_SIZE];
	u32 pad0;
	u16 used_flags, used_head; /* the used ring */
	struct virtq_used used[VIRTQ_SIZE];
	u32 pad1;
	struct virtq_header header[VIRTQ_SLOTS];
	u8 status[VIRTQ_SLOTS];
	u8 pad2[2144];
	u8 data[VIRTQ_SLOTS][VIRTQ_PIECE];
};

_Static_assert(sizeof(struct virtq_desc) == 16, "virtq_desc layout");
_Static_assert(sizeof(struct virtq_header) == 16, "virtq_header layout");
_Static_assert(__builtin_offsetof(struct virtq_shared, avail_flags) % 2 == 0, "available ring");
_Static_assert(__builtin_offsetof(struct virtq_shared, used_flags) % 4 == 0, "used ring");
_Static_assert(__builtin_offsetof(struct virtq_shared, data) == 4096, "virtq_shared layout");

struct virtq {
	struct virtq_shared *shared;
	u64 phys;                /* where the device sees it */
	u16 head, taken;         /* requests made available; used ones taken, both for ever */
	u32 busy;                /* a bit for each slot that the device has */
	u32 wanted[VIRTQ_SLOTS]; /* bytes that the device must have written */
	int broken;
};

/* shared is zero. */
void virtq_init(struct virtq *, struct virtq_shared *, u64 phys);

/* The device was stopped: it has nothing any more, and begins anew. */
void virtq_reset(struct virtq *);

/* Gives a slot, which is not busy, to the device. bytes: 1 to VIRTQ_PIECE; 0 for a flush. */
void virtq_submit(struct virtq *, u32 slot, enum virtq_type, u64 sector, u32 bytes);

/*
 * Takes a slot that the device has finished. good: it says that all went well, and wrote as much
 * as it had to. Result: 1; 0 there is none, or the device lied: then broken is set.
 */
int virtq_take(struct virtq *, u32 *slot, int *good);

#endif
