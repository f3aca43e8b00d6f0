/*
 * The booter's own capability slots, beyond those that the composer uses. The table grows as
 * needed.
 */
#include "booter.h"

static slot_t next, end = SLOTS_FIRST_FRAME;

void
slots_init(slot_t first)
{
	next = first;
}

slot_t
slot_take(void)
{
	while (next >= end) {
		if (end >= SLOT_LIMIT || captbl_extend(own_captbl, all_frames, alloc_frame(), end))
			die("the booter has no capability slot left");
		end += SLOTS_PER_FRAME;
	}
	return next++;
}

void
slot_put_back(slot_t slot)
{
	captbl_remove(own_captbl, slot);
	next = slot;
}
