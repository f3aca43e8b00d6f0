/*
 * Address spaces under construction.
 */
#include "booter.h"

#define WINDOW_VA 0x0000000031000000UL /* beside boot_info; nothing else lies there */

static void
need(int err, u64 va)
{
	if (err)
		die("mapping %lx failed with error %d", va, err);
}

static void
add_tables(struct pgtbl_cap p, u64 va)
{
	for (word_t level = 3; level >= 1; level--) {
		u64 n = alloc_frame();
		int e = pgtbl_attach(p, all_frames, n, va, level);

		if (e && e != EEXIST)
			need(e, va);
		if (e)
			alloc_undo(n);
	}
}

void
space_map_of(struct pgtbl_cap p, struct frame_cap of, u64 frame, u64 va, word_t prot)
{
	int e = pgtbl_map(p, of, frame, va, prot);

	if (e == ENOENT) {
		add_tables(p, va);
		e = pgtbl_map(p, of, frame, va, prot);
	}
	need(e, va);
}

void
space_map(struct pgtbl_cap p, u64 frame, u64 va, word_t prot)
{
	space_map_of(p, all_frames, frame, va, prot);
}

void *
window_open(u64 frame)
{
	space_map(own_pgtbl, frame, WINDOW_VA, MAP_READ | MAP_WRITE);
	return (void *)WINDOW_VA;
}

void
window_close(void)
{
	pgtbl_unmap(own_pgtbl, WINDOW_VA, 1);
}
