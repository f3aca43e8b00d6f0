/*
 * What a component learns of itself at start, and what the booter learns of the system: the two
 * binary formats that the composer writes and nobody else. Little endian; every record has a fixed
 * size; offsets count from the start of the blob.
 *
 * Each component's blob is a file NAME.info of the boot image; the booter maps it read-only at
 * INFO_VA. The system's manifest is the first file of the boot image, "manifest"; only the booter
 * reads it.
 */
#ifndef INIT_INFO_H
#define INIT_INFO_H

#include <abi/types.h>

/* Where things lie in every component's address space. */
#define IMAGE_VA      0x0000000000400000UL /* the program, as linked */
#define STACK_VA      0x0000000010000000UL /* stack i occupies the top of [STACK_VA + i * STACK_STRIDE, + STACK_STRIDE) */
#define STACK_STRIDE  0x0000000000010000UL /* at least the lowest page of each is the guard and never mapped */
#define STACKS_MAX    64
#define INFO_VA       0x0000000020000000UL /* struct comp_info and its arrays, read-only */
#define DEVICES_VA    0x0000000038000000UL /* device memory that the script gives, range after range */
#define HEAP_VA       0x0000000040000000UL /* pages from memmgr, upwards */
#define HEAP_VA_END   0x0000000800000000UL
#define SHARED_VA     0x0000000800000000UL /* session buffers and rings from memmgr, upwards */
#define SHARED_VA_END 0x0000001000000000UL
#define FILES_VA      0x0000001000000000UL /* files of the boot image handed over by frame */

#define INFO_MAGIC     0x4f464e49u /* "INFO" */
#define MANIFEST_MAGIC 0x53464e4du /* "MNFS" */
#define NAME_LEN 32 /* with the terminating zero */

/* A capability that the composition script gives to a component, at a slot of the composer's choice. */
enum grant_kind {
	/*
	 * CAP_FRAME over untyped frames; a = number of frames; 0 = all that are left, and the
	 * booter fills in how many that are; b: the machine's number of the first, filled in too
	 */
	GRANT_FRAMES  = 1,
	GRANT_IOPORT  = 2, /* CAP_IOPORT; a = first port, b = number */
	GRANT_IRQ     = 3, /* CAP_IRQ; a = first line, b = number */
	GRANT_CAPTBL  = 4, /* CAP_CAPTBL of component a */
	GRANT_PGTBL   = 5, /* CAP_PGTBL of component a */
	GRANT_COMP    = 6, /* CAP_COMP of component a */
	GRANT_TCAP    = 7, /* CAP_TCAP with all the time there is: the scheduler's */
	GRANT_DEVICE  = 8, /* CAP_FRAME over device memory, mapped from DEVICES_VA on; a = physical address, b = bytes */
	GRANT_RCV     = 9, /* nothing at start: the scheduler puts the CAP_RCV of the component's thread number a here */
	GRANT_FREE    = 10, /* a run of b empty slots for the component's own use, from this one on */
	/*
	 * nothing at start: the scheduler puts a CAP_SND to the end point of component a's thread
	 * number b here
	 */
	GRANT_SND     = 12,
	GRANT_THREADS = 13, /* a run of b slots, empty at start: the scheduler puts the CAP_THD of thread id t at slot + t */
	/*
	 * the booter only: by this slot it tells component b that component a, a client of it, has died;
	 * RESET: before anybody else hears of it
	 */
	GRANT_DEATH   = 14,
	GRANT_RESET   = 15,
	/*
	 * the scheduler's first thread only: CAP_THD of itself at this slot, CAP_RCV root end
	 * point at the next
	 */
	GRANT_CONTROL = 11,
};

struct info_grant {
	u32 kind; /* enum grant_kind */
	u32 slot;
	u64 a, b;
};

struct info_param { u32 key, value; };               /* offsets of two strings */
struct info_file  { u32 name, flags; u64 va, bytes; }; /* name: offset of a string; mapped at va, whole pages; flags: FILE_* */
enum info_file_flag { FILE_WRITABLE = 1 };

struct info_thread { /* a thread that the script names */
	/*
	 * component id; the thread's number within it, passed as argument to its entry; 0 = the
	 * main thread
	 */
	u32 comp, number;
	u32 priority;         /* 0 is the highest */
	u32 rcv_slot;         /* where its end point goes in the component's table; 0 = it has none */
	u64 budget_us, period_us; /* 0, 0 = no limit */
};

struct info_place { /* a GRANT_SND or GRANT_THREADS of a component, as the scheduler sees it */
	u32 comp, slot;
	u32 kind, reserved;
	u64 a, b;
};

struct info_comp { /* a component as memmgr and sched see it */
	char name[NAME_LEN];
	u32 id;
	u32 order;          /* initialisation order, 0 first */
	u32 ceiling;        /* best priority of any thread that can be inside */
	u32 max_threads;    /* threads it may have at once, those named included */
	u64 memory_pages;   /* what memmgr may give it */
};

struct comp_info {
	u32 magic, size;
	char name[NAME_LEN];
	u32 id;             /* also its badge towards every server */
	u32 stacks;         /* number of execution stacks */
	u32 stack_pages;    /* mapped pages of each */
	u32 reserved;
	u32 ngrants, grants;   /* count and offset of struct info_grant */
	u32 nparams, params;
	u32 nfiles, files;
	u32 nthreads, threads; /* its own threads; for the scheduler: those of all components */
	u32 ncomps, comps;     /* only with a GRANT_CAPTBL, GRANT_PGTBL or GRANT_COMP: all components */
	u32 nplaces, places;   /* only for the scheduler: slots in other components' tables that it fills */
};

_Static_assert(sizeof(struct info_grant) == 24, "info_grant layout");
_Static_assert(sizeof(struct info_file) == 24, "info_file layout");
_Static_assert(sizeof(struct info_thread) == 32, "info_thread layout");
_Static_assert(sizeof(struct info_place) == 32, "info_place layout");
_Static_assert(sizeof(struct info_comp) == 56, "info_comp layout");
_Static_assert(sizeof(struct comp_info) == 104, "comp_info layout");

/* The manifest: header, then arrays. */
struct manifest_comp {
	char name[NAME_LEN];
	char program[NAME_LEN]; /* file of the boot image: an ELF64 executable */
	char info[NAME_LEN];    /* file of the boot image: its struct comp_info */
	u32 id;
	u32 order;
	u32 flags;              /* enum comp_flag */
	u32 captbl_slots;       /* slots its table needs */
	u64 image_pages;        /* pages the program needs */
};

enum comp_flag {
	COMP_TRUSTED = 1, /* a fault in it ends the system */
	COMP_BOOTER  = 2, /* the booter's own entry */
	COMP_SCHED   = 4, /* gets GRANT_CONTROL; started before all others but memmgr */
};

struct manifest_sinv { /* one capability to invoke one function */
	u32 client, slot;
	u32 server, reserved;
	u64 entry;              /* address in the server */
	u64 badge;
};

struct manifest_file { /* a file handed over by frame: mapped into comp at va */
	u32 comp, flags;        /* enum info_file_flag */
	u64 offset;             /* in the boot image, page-aligned */
	u64 bytes, va;
};

struct manifest {
	u32 magic, size;
	u32 ncomps, comps;
	u32 nsinvs, sinvs;
	u32 nfiles, files;
	u64 reserved_frames;    /* untyped frames the booter may use for kernel objects */
};

_Static_assert(sizeof(struct manifest_comp) == 120, "manifest_comp layout");
_Static_assert(sizeof(struct manifest_sinv) == 32, "manifest_sinv layout");
_Static_assert(sizeof(struct manifest_file) == 32, "manifest_file layout");
_Static_assert(sizeof(struct manifest) == 40, "manifest layout");

#endif
