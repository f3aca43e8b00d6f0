/*
 * The memory manager: frames, address spaces, budgets, sessions. Everything that two threads may
 * touch at once is changed by one atomic operation or by the kernel, which decides races: there is
 * no lock, because memmgr comes before the scheduler and cannot block.
 */
#ifndef MEMMGR_H
#define MEMMGR_H

#include <init/info.h>
#include <stddef.h>
#include <lib/kcall.h>

#include "bitmap.h"

#define COMPS 32
#define HEAP_PAGES   65536UL /* of addresses that a component's heap can have at most */
#define HEAP_LEAST   1024UL  /* at least */
#define HEAP_TIMES   8       /* as many as its budget has pages: it may be in pieces */
#define SHARED_PAGES 8192UL

struct space {
	u32 comp;             /* component id; 0: unused */
	struct pgtbl_cap pgtbl;
	u64 limit, used, most; /* pages; used, and the most it ever was, are changed atomically */
	int dma;              /* it may have adjacent frames, and know where they are */
	struct bitmap heap, shared; /* addresses in use */
	u64 *freeing;         /* a bit for each heap page that a thread is taking out */
};

/*
 * own.c: memory for tables, zeroed: frames from the beginning of memmgr's range, before anybody else can take any, mapped
 * where its own heap would be, and there for ever.
 */
void *own_memory(u64 bytes); /* a multiple of 8 */
u64   own_frames(void); /* how many they are, page tables included */

/* space.c */
void space_init(void);
struct pgtbl_cap space_pgtbl(u32 comp);
struct space *space_of(word_t comp); /* NULL: no such component */
/* Charges pages to a component; 0 if that is over its budget. */
int  space_charge(struct space *, u64 pages);
void space_discharge(struct space *, u64 pages);
/* Maps count adjacent frames; on failure nothing stays mapped. Result: enum err. */
int  space_map(struct space *, u64 frame, u64 va, u64 count);
/* Unmaps pages that nobody else unmaps or maps. */
void space_unmap(struct space *, u64 va, u64 count);
/* Takes out a page of the heap. Result: its frame, now the caller's; BITMAP_NONE if it was not
 * mapped, or another thread is quicker. */
u64  space_free(struct space *, u64 page);

/* frames.c: user frames, zeroed. Results are indices into memmgr's range. */
void frames_init(void);
void frames_begin(void); /* all tables are made: frames can be taken from now on */
/* BITMAP_NONE if there are none; align counts in pages of physical memory. */
u64  frames_take(u64 count, u64 align);
void frames_give(u64 first, u64 count); /* they are mapped nowhere */
u64  frames_left(void);                 /* how many are nobody's, just now */
struct frame_cap frames_cap(void);
u64  frames_base(void);                 /* the machine's number of the first */
/* An untyped frame for a page table; BITMAP_NONE. And back, still untyped. */
u64  frames_take_untyped(void);
void frames_give_untyped(u64 frame);

#endif
