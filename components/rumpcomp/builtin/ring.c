/*
 * Rings of bytes.
 */
#include "ring.h"

#include "socket.h"

#define RING_LEAST ((size_t)4096)

int
ring_reserve(struct ring *r, size_t n, size_t most)
{
	struct ring new = {.account = r->account, .size = min_u64(n > 2 * r->size ? n : 2 * r->size, most)};

	if (n <= r->size)
		return 0;
	if (new.size < RING_LEAST)
		new.size = min_u64(RING_LEAST, most);
	new.at = so_alloc(r->account, new.size);
	if (new.at == NULL)
		return ENOBUFS;
	new.used = ring_peek(r, new.at, r->used);
	ring_free(r);
	*r = new;
	return 0;
}

void
ring_put(struct ring *r, const void *from, size_t n)
{
	size_t end = r->begin + r->used, first;

	end = end >= r->size ? end - r->size : end;
	first = min_u64(n, r->size - end);
	memcpy(r->at + end, from, first);
	memcpy(r->at, (const uint8_t *)from + first, n - first);
	r->used += n;
}

size_t
ring_peek(const struct ring *r, void *to, size_t n)
{
	size_t first;

	n = min_u64(n, r->used);
	first = min_u64(n, r->size - r->begin);
	if (n == 0)
		return 0;
	memcpy(to, r->at + r->begin, first);
	memcpy((uint8_t *)to + first, r->at, n - first);
	return n;
}

void
ring_drop(struct ring *r, size_t n)
{
	r->used -= n;
	r->begin = r->used == 0 ? 0 : r->begin + n;
	if (r->begin >= r->size && r->size > 0)
		r->begin -= r->size;
}

void
ring_free(struct ring *r)
{
	if (r->at != NULL)
		so_free(r->account, r->at, r->size);
	*r = (struct ring){.account = r->account};
}
