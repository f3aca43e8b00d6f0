/*
 * Memory of memmgr's own. Only at its initialisation, when nobody else is there.
 */
#include <lib/component.h>

#include "memmgr.h"

static u64 used, mapped; /* bytes */
static u64 frames;

static void
add_tables(struct pgtbl_cap own, u64 va)
{
	for (word_t level = 3; level >= 1; level--) {
		int e = pgtbl_attach(own, frames_cap(), frames, va, level);

		if (e && e != EEXIST)
			cos_panic("a table of pages for memmgr itself: error %d", e);
		frames += !e;
	}
}

static void
map_page(struct pgtbl_cap own, u64 va)
{
	u64 f = frames++;
	int e = frame_to_user(frames_cap(), f);

	if (!e)
		e = pgtbl_map(own, frames_cap(), f, va, MAP_READ | MAP_WRITE);
	if (e == ENOENT) {
		add_tables(own, va);
		e = pgtbl_map(own, frames_cap(), f, va, MAP_READ | MAP_WRITE);
	}
	if (e)
		cos_panic("a page for memmgr itself: error %d", e);
}

void *
own_memory(u64 bytes)
{
	void *at = (void *)(HEAP_VA + used);

	used += bytes;
	for (; mapped < used; mapped += PAGE_SIZE)
		map_page(space_pgtbl(cos_info()->id), HEAP_VA + mapped);
	return at;
}

u64
own_frames(void)
{
	return frames;
}
