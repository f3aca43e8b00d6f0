/*
 * Frames: memmgr's own range, the rest of the machine.
 */
#include <lib/component.h>

#include "memmgr.h"

#define FRAMES_MAX (1UL << 20) /* 4 GiB */

static struct bitmap map;
static struct frame_cap cap;
static u64 base;

void
frames_init(void)
{
	const struct info_grant *g = cos_grant(GRANT_FRAMES, 0);

	if (!g)
		cos_panic("the script gives no frames");
	cap.slot = g->slot;
	base = g->b;
	map.bits = g->a < FRAMES_MAX ? g->a : FRAMES_MAX;
	map.word = own_memory((map.bits + 63) / 64 * sizeof(u64));
}

void
frames_begin(void)
{
	if (own_frames() && bitmap_take(&map, own_frames(), 1) != 0)
		cos_panic("the machine has too little memory");
}

struct frame_cap
frames_cap(void)
{
	return cap;
}

u64
frames_base(void)
{
	return base;
}

/* Alignment is of the machine's numbers: the range is searched for the first index that is
 * aligned there. */
u64
frames_take(u64 count, u64 align)
{
	u64 extra = align > 1 ? align - 1 : 0;
	u64 at = bitmap_take(&map, count + extra, 1), skip;

	if (at == BITMAP_NONE)
		return at;
	skip = extra ? (align - (base + at) % align) % align : 0;
	bitmap_give(&map, at, skip);
	bitmap_give(&map, at + skip + count, extra - skip);
	for (u64 i = 0; i < count; i++)
		frame_to_user(cap, at + skip + i);
	return at + skip;
}

void
frames_give(u64 first, u64 count)
{
	for (u64 i = first; i < first + count; i++)
		if (frame_reclaim(cap, i) == EOK)
			bitmap_give(&map, i, 1);
}

u64
frames_left(void)
{
	return bitmap_free(&map);
}

u64
frames_take_untyped(void)
{
	return bitmap_take(&map, 1, 1);
}

void
frames_give_untyped(u64 frame)
{
	bitmap_give(&map, frame, 1);
}
