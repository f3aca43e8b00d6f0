/*
 * Reading the list. Once list_open has found every entry inside the list and the paths in
 * ascending order, the others need no checks.
 */
#include "list.h"

#include <lib/string.h>

const struct list_entry *
list_entry(const struct list *l, u64 i)
{
	return (const struct list_entry *)((const char *)l->header + l->header->offset[i]);
}

static int
compare(const struct list_entry *e, const char *path, size_t pathlen)
{
	size_t n = e->pathlen < pathlen ? e->pathlen : pathlen;
	int order = memcmp(e->text, path, n);

	return order ? order : (e->pathlen > pathlen) - (e->pathlen < pathlen);
}

static bool
is_inside(const struct list *l, u64 i)
{
	u64 at = l->header->offset[i], bytes = l->header->bytes;
	const struct list_entry *e;

	if (at % 8 || at > bytes || bytes - at < sizeof(struct list_entry))
		return false;
	e = list_entry(l, i);
	return e->pathlen < PATH_MOST && (u64)e->pathlen + e->targetlen <= bytes - at - sizeof(*e);
}

const char *
list_open(struct list *l, const void *data, u64 bytes)
{
	const struct list_header *h = data;
	const struct list_entry *before = NULL;

	if (bytes < sizeof(*h) || h->magic != LIST_MAGIC)
		return "it is no list";
	if (h->bytes > bytes || h->bytes < sizeof(*h))
		return "it is cut off";
	if (h->count > (h->bytes - sizeof(*h)) / sizeof(u64))
		return "it is cut off";
	l->header = h;
	l->count = h->count;
	for (u64 i = 0; i < l->count; i++) {
		if (!is_inside(l, i))
			return "an entry is outside";
		if (before && compare(before, list_entry(l, i)->text, list_entry(l, i)->pathlen) >= 0)
			return "it is not sorted";
		before = list_entry(l, i);
	}
	if (l->count == 0 || list_entry(l, 0)->pathlen != 0)
		return "it has no root";
	return NULL;
}

u64
list_find(const struct list *l, const char *path, size_t pathlen)
{
	u64 low = 0, high = l->count;

	while (low < high) {
		u64 middle = low + (high - low) / 2;
		int order = compare(list_entry(l, middle), path, pathlen);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return l->count;
}
