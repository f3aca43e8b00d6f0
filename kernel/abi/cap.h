/*
 * Capabilities: kinds, rights, and the slots with a fixed meaning.
 *
 * A capability table has 120 slots in its first frame, numbered 8 to 127, and 128 more
 * for each further frame (128 to 255 in the first, and so on). Slot 0 means "return from this
 * invocation" and holds nothing; 1 to 7 do not exist.
 */
#ifndef ABI_CAP_H
#define ABI_CAP_H

enum cap_kind {
	CAP_NONE   = 0,
	CAP_CAPTBL = 1,  /* a capability table */
	CAP_PGTBL  = 2,  /* an address space (its top page table) */
	CAP_COMP   = 3,  /* a component: captbl + pgtbl + upcall entry */
	CAP_THD    = 4,  /* a thread */
	CAP_TCAP   = 5,  /* a budget of time with a priority */
	CAP_SINV   = 6,  /* one entry point of a component, with a badge */
	CAP_RCV    = 7,  /* the receiving side of an end point */
	CAP_SND    = 8,  /* the sending side */
	CAP_IRQ    = 9,  /* a range of interrupt lines */
	CAP_IOPORT = 10, /* a range of I/O ports */
	CAP_FRAME  = 11, /* a range of physical frames */
	CAP_KINDS  = 12,
};

/* Rights. Derivation only clears bits. */
enum cap_right {
	RIGHT_USE    = 1,  /* the kind's everyday operations: dispatch, wait, send, map, in/out */
	RIGHT_CREATE = 2,  /* make other capabilities or objects from it */
	RIGHT_MODIFY = 4,  /* change it: table entries, component state, registers of a parked thread */
	RIGHT_READ   = 8,  /* look at its state */
	RIGHT_ALL    = 15,
};

enum cap_slot {
	SLOT_RETURN    = 0,
	SLOT_FIRST     = 8,   /* the first slot there is */
	SLOTS_FIRST_FRAME = 128, /* slots below this live in the table's first frame */
	SLOTS_PER_FRAME = 128,
	SLOT_LIMIT     = 2048,

	/* What the booter finds in its table at start. */
	SLOT_BOOT_CAPTBL = 8,
	SLOT_BOOT_PGTBL  = 9,
	SLOT_BOOT_COMP   = 10,
	SLOT_BOOT_THD    = 11,
	SLOT_BOOT_TCAP   = 12, /* all the time there is */
	SLOT_BOOT_RCV    = 13, /* end point of the first thread: the first scheduler */
	SLOT_BOOT_FRAME  = 14, /* every frame of the machine */
	SLOT_BOOT_DEVICE = 15, /* device memory: the physical addresses that are not RAM, below 4 GiB */
	SLOT_BOOT_IRQ    = 16, /* every interrupt line */
	SLOT_BOOT_IOPORT = 17, /* every port */
	SLOT_BOOT_FREE   = 32, /* the booter's own slots begin here */
};

enum {
	INVSTK_DEPTH = 24, /* invocations that one thread can have open at once */
};

#endif
