/*
 * Untyped frames, from the regions that the kernel left. Single frames come off the front of the
 * smallest region that has any, runs off the end of the largest, so that what is left stays in one
 * piece and the small regions are used at all.
 */
#include "booter.h"

#define SPARE 64 /* frames kept when the rest is given away: page tables for it, and later rebuilding */

static struct {
	u64 first, count;
} region[BOOT_REGIONS];

void
alloc_init(const struct boot_info *b)
{
	for (u32 i = 0; i < b->regions && i < BOOT_REGIONS; i++) {
		region[i].first = b->region[i].first;
		region[i].count = b->region[i].count;
	}
}

/* The smallest that has frames; BOOT_REGIONS if none has. */
static u32
smallest(void)
{
	u32 best = BOOT_REGIONS;

	for (u32 i = 0; i < BOOT_REGIONS; i++)
		if (region[i].count && (best == BOOT_REGIONS || region[i].count < region[best].count))
			best = i;
	return best;
}

static u32
largest(void)
{
	u32 best = 0;

	for (u32 i = 1; i < BOOT_REGIONS; i++)
		if (region[i].count > region[best].count)
			best = i;
	return best;
}

u64
alloc_frame(void)
{
	u32 i = smallest();

	if (i == BOOT_REGIONS)
		die("the machine has too little memory");
	region[i].count--;
	return region[i].first++;
}

void
alloc_undo(u64 frame)
{
	for (u32 i = 0; i < BOOT_REGIONS; i++) {
		if (region[i].first != frame + 1)
			continue;
		region[i].first--;
		region[i].count++;
		return;
	}
}

u64
alloc_run(u64 count)
{
	u32 i = largest();

	if (region[i].count < count)
		die("the machine has too little memory: %lu pages in one piece are wanted, %lu are left", count,
		    region[i].count);
	region[i].count -= count;
	return region[i].first + region[i].count;
}

u64
alloc_rest(u64 *count)
{
	u64 left = region[largest()].count;

	if (left <= SPARE)
		die("the machine has too little memory");
	*count = left - SPARE;
	return alloc_run(*count);
}
