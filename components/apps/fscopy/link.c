/*
 * A table of files that have several names.
 */
#include "link.h"

#include <abi/err.h>
#include <lib/string.h>

#define LINKS_MAX 512
#define TEXT_MAX  32768

static struct link links[LINKS_MAX];
static u32 count;
static char text[TEXT_MAX];
static u32 used;

struct link *
link_find(u64 source)
{
	for (u32 i = 0; i < count; i++)
		if (links[i].source == source)
			return &links[i];
	return NULL;
}

long
link_add(u64 source, u64 target, const char *path)
{
	size_t n = strlen(path) + 1;

	if (count == LINKS_MAX || n > TEXT_MAX - used)
		return -ENOMEM;
	links[count++] = (struct link){source, target, used};
	memcpy(text + used, path, n);
	used += (u32)n;
	return 0;
}

const char *
link_path(const struct link *l)
{
	return text + l->path;
}
