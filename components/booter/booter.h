/*
 * The booter: builds every component from the boot image, hands out capabilities, receives
 * faults.
 *
 * It runs in two lives: on the kernel's first thread it builds everything and starts what comes
 * before the scheduler, after which that thread is never dispatched again; on its thread number
 * 1, made by the scheduler, it waits for faults.
 */
#ifndef BOOTER_H
#define BOOTER_H

#include <abi/boot.h>
#include <init/info.h>
#include <lib/component.h>
#include <lib/kcall.h>

#define COMPS_MAX 64

static const struct frame_cap all_frames = {SLOT_BOOT_FRAME};
static const struct captbl_cap own_captbl = {SLOT_BOOT_CAPTBL};
static const struct pgtbl_cap own_pgtbl = {SLOT_BOOT_PGTBL};

/* What the booter made for a component. */
struct built {
	const struct manifest_comp *comp;
	const struct comp_info *info; /* in the boot image */
	struct captbl_cap captbl;
	struct pgtbl_cap pgtbl;
	struct comp_cap cap;
};

/* image.c: the boot image. Every pointer into it has been checked to lie within. */
void image_init(const struct boot_info *);
const struct manifest *image_manifest(void);
const void *image_array(u32 offset, u32 count, u32 size); /* an array of the manifest */
const void *image_file(const char *name, u64 *size);      /* dies if there is none */
u64 image_frames(u64 offset, u64 bytes); /* the first frame of a part that is handed over */

/* alloc.c: untyped frames; out of memory ends the system. Results are numbers of frames. */
void alloc_init(const struct boot_info *);
u64 alloc_frame(void);
void alloc_undo(u64 frame); /* the last single frame taken was not needed */
u64 alloc_run(u64 count);
u64 alloc_rest(u64 *count); /* the largest run that is left, but for a few frames */

/* slots.c: the booter's own capability slots. */
void slots_init(slot_t first);
slot_t slot_take(void);
void slot_put_back(slot_t); /* empties the slot, which was the last taken */

/* space.c: address spaces. */
void space_map(struct pgtbl_cap, u64 frame, u64 va, word_t prot);  /* adds the page tables that are missing */
void space_map_of(struct pgtbl_cap, struct frame_cap, u64 frame, u64 va, word_t prot); /* of other frames than RAM */
void *window_open(u64 frame); /* maps a user frame at the booter's window, for writing; one at a time */
void window_close(void);

/* load.c: fills in a new component's memory. Result: entry. */
u64 load_program(struct pgtbl_cap, const char *file);

/* comp.c */
const struct comp_info *comp_find_info(const char *file); /* what a file NAME.info says of a component, checked */
void comp_map_own_stacks(const struct comp_info *); /* all but the one that the kernel made */
void comp_build(const struct manifest_comp *);
void comp_put(struct built *, slot_t to, slot_t from, word_t rights); /* copies an own capability into its table */
struct built *comp_built(u32 id);

/*
 * grant.c: everything but the rest of the memory; then that, when nothing else is wanted; and all
 * entry points.
 */
struct first_caps { /* the scheduler's first thread and its end point, in own slots */
	slot_t thd, rcv;
};
void grant_all(struct built *, const struct first_caps *);
void grant_rest(struct built *);
void grant_invocations(void);

/* end.c: messages before there is a console, and the end of the system. status 0 = good. */
void early_print(const char *text, unsigned long length);
void system_end(word_t status) __attribute__((noreturn));
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/*
 * main.c: goes back to the booter's first thread, which waits for that of component comp. Returns
 * only if it does not.
 */
void first_thread_done(word_t comp);

/* fault.c: body of the recovery thread. */
void fault_loop(void);

/*
 * death.c: what follows when a component is down in which a thread has faulted; and the bodies of the two threads that see
 * to it.
 */
void death_follows(u32 comp, word_t thread);
void death_resets(void) __attribute__((noreturn));
void death_announcements(void) __attribute__((noreturn));

#endif
