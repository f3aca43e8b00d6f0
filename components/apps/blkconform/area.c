/*
 * The sectors that the tests use.
 */
#include <lib/component.h>
#include <lib/string.h>
#include <mem/mem.h>

#include "test.h"

#define WORDS (BLK_SECTOR / 8)

u64 area_first;
static u32 model[AREA]; /* salts; 0 = what was there */
static u8 *kept;        /* what was there: the area, and what lies before it for talk */

static u64
first_word(u64 at, u32 salt)
{
	u64 x = (at + 1) * 0x9e3779b97f4a7c15UL ^ salt * 0xbf58476d1ce4e5b9UL;

	x = (x ^ x >> 30) * 0x94d049bb133111ebUL;
	return x ^ x >> 31;
}

void
area_fill(u64 offset, u64 at, u32 n, u32 salt)
{
	u64 *to = (u64 *)(me.buffer + offset);

	for (u32 i = 0; i < n; i++)
		for (u64 w = 0, x = first_word(at + i, salt); w < WORDS; w++)
			*to++ = x + w * 0x0101010101010101UL;
}

int
area_holds(u64 offset, u64 at, u32 n, u32 salt)
{
	const u64 *is = (const u64 *)(me.buffer + offset);

	for (u32 i = 0; i < n; i++)
		for (u64 w = 0, x = first_word(at + i, salt); w < WORDS; w++)
			if (*is++ != x + w * 0x0101010101010101UL)
				return 0;
	return 1;
}

void
area_note(u64 at, u32 n, u32 salt)
{
	for (u32 i = 0; i < n; i++)
		model[at + i] = salt;
}

int
area_write(u64 at, u32 n, u32 salt, u64 offset)
{
	area_fill(offset, at, n, salt);
	if (client_do(BLK_WRITE, area_first + at, n, offset))
		return 0;
	area_note(at, n, salt);
	return 1;
}

/* Does the buffer hold at this offset what the model says of a sector? */
static int
as_noted(u64 offset, u64 at)
{
	if (model[at])
		return area_holds(offset, at, 1, model[at]);
	return memcmp(me.buffer + offset, kept + (TALK + at) * BLK_SECTOR, BLK_SECTOR) == 0;
}

int
area_check(void)
{
	memset(me.buffer + DATA, 0xee, AREA * BLK_SECTOR);
	if (client_do(BLK_READ, area_first, AREA, DATA))
		return 0;
	for (u32 i = 0; i < AREA; i++)
		if (!as_noted(DATA + i * BLK_SECTOR, i))
			return 0;
	return 1;
}

int
area_settled(u32 salt)
{
	if (client_do(BLK_READ, area_first, AREA, DATA))
		return 0;
	for (u32 i = 0; i < AREA; i++)
		if (area_holds(DATA + i * BLK_SECTOR, i, 1, salt))
			model[i] = salt;
	client_pause(30);
	return area_check();
}

/* What was there, to or from the device. */
static int
move_kept(u32 op)
{
	u64 bytes = (AREA + TALK) * BLK_SECTOR;

	if (op == BLK_WRITE)
		memcpy(me.buffer + DATA, kept, bytes);
	if (client_do(op, area_first - TALK, AREA + TALK, DATA))
		return 0;
	if (op == BLK_READ)
		memcpy(kept, me.buffer + DATA, bytes);
	return 1;
}

int
area_begin(void)
{
	word_t va;

	if (me.sectors < 2 * (AREA + TALK) || mem_alloc((AREA + TALK) * BLK_SECTOR / PAGE_SIZE + 1, &va))
		return 0;
	area_first = me.sectors - AREA;
	kept = (u8 *)va;
	return move_kept(BLK_READ) && (me.readonly || area_write(0, AREA, 1, DATA));
}

int
area_end(void)
{
	return move_kept(BLK_WRITE) && client_do(BLK_FLUSH, 0, 0, 0) == 0;
}
