/*
 * Requests that are to be done later. Entries stand in the order in which they came.
 */
#include "late.h"

static u64
random(struct late *l)
{
	l->seed ^= l->seed << 13;
	l->seed ^= l->seed >> 7;
	return l->seed ^= l->seed << 17;
}

void
late_add(struct late *l, u32 client, const struct blk_request *r, u64 now)
{
	l->entry[l->count++] = (struct late_entry){client, now + random(l) % (l->delay + 1), *r};
}

static void
remove_at(struct late *l, u32 i)
{
	l->count--;
	for (; i < l->count; i++)
		l->entry[i] = l->entry[i + 1];
}

/* When an entry can be taken: a flush waits for those of its client that came before. */
static u64
time_of(const struct late *l, u32 i)
{
	u64 when = l->entry[i].due;

	for (u32 k = 0; l->entry[i].request.op == BLK_FLUSH && k < i; k++)
		if (l->entry[k].client == l->entry[i].client && l->entry[k].due > when)
			when = l->entry[k].due;
	return when;
}

static int
is_first(const struct late *l, u32 i)
{
	for (u32 k = 0; k < i; k++)
		if (l->entry[k].client == l->entry[i].client)
			return 0;
	return 1;
}

static int
may_go(const struct late *l, u32 i, u64 now)
{
	return l->entry[i].due <= now && (l->entry[i].request.op != BLK_FLUSH || is_first(l, i));
}

int
late_take(struct late *l, u64 now, struct late_entry *out)
{
	u32 ready = 0, chosen;

	for (u32 i = 0; i < l->count; i++)
		ready += may_go(l, i, now);
	if (!ready)
		return 0;
	chosen = random(l) % ready;
	for (u32 i = 0;; i++) {
		if (!may_go(l, i, now) || chosen--)
			continue;
		*out = l->entry[i];
		remove_at(l, i);
		return 1;
	}
}

u64
late_next(const struct late *l)
{
	u64 next = ~0UL;

	for (u32 i = 0; i < l->count; i++)
		if (time_of(l, i) < next)
			next = time_of(l, i);
	return next;
}

void
late_drop(struct late *l, u32 client)
{
	for (u32 i = l->count; i-- > 0;)
		if (l->entry[i].client == client)
			remove_at(l, i);
}
