/*
 * The name cache: a table of small sets, in each the name that was wanted last first.
 */
#include "ncache.h"

#include "sync.h"

#define SETS    128
#define WAYS    4
#define LONGEST 43

struct known {
	const struct mount *mp; /* NULL: nothing */
	uint32_t dir, ino;
	uint8_t len;
	char text[LONGEST];
};

static kmutex lock;
static struct known table[SETS][WAYS]; /* guarded by lock */

void
ncache_init(void)
{
	kmutex_init(&lock);
}

/* FNV-1a. */
static struct known *
set_of(uint32_t dir, const struct name *name)
{
	uint32_t h = 2166136261u ^ dir * 2654435761u;

	for (size_t i = 0; i < name->len; i++)
		h = (h ^ (uint8_t)name->s[i]) * 16777619u;
	return table[(h ^ h >> 16) % SETS];
}

/* The lock is held. The place of a name in its set; WAYS: it has none. */
static unsigned
place_of(const struct known *set, const struct mount *mp, uint32_t dir, const struct name *name)
{
	unsigned i = 0;

	while (i < WAYS && (set[i].dir != dir || set[i].mp != mp || set[i].len != name->len ||
	                    memcmp(set[i].text, name->s, name->len) != 0))
		i++;
	return i;
}

static void
move_first(struct known *set, unsigned i)
{
	struct known k = set[i];

	for (; i > 0; i--)
		set[i] = set[i - 1];
	set[0] = k;
}

int
ncache_find(const struct mount *mp, uint32_t dir, const struct name *name, uint32_t *inop)
{
	struct known *set = set_of(dir, name);
	unsigned i;

	kmutex_enter(lock);
	i = place_of(set, mp, dir, name);
	if (i < WAYS) {
		*inop = set[i].ino;
		if (i > 0)
			move_first(set, i);
	}
	kmutex_exit(lock);
	return i < WAYS;
}

void
ncache_enter(const struct mount *mp, uint32_t dir, const struct name *name, uint32_t ino)
{
	struct known *set = set_of(dir, name);
	unsigned i;

	if (name->len > LONGEST)
		return;
	kmutex_enter(lock);
	i = place_of(set, mp, dir, name);
	move_first(set, i < WAYS ? i : WAYS - 1);
	set[0] = (struct known){.mp = mp, .dir = dir, .ino = ino, .len = (uint8_t)name->len};
	memcpy(set[0].text, name->s, name->len);
	kmutex_exit(lock);
}

void
ncache_forget(const struct mount *mp, uint32_t dir, const struct name *name)
{
	struct known *set = set_of(dir, name);
	unsigned i;

	kmutex_enter(lock);
	i = place_of(set, mp, dir, name);
	if (i < WAYS)
		set[i].mp = NULL;
	kmutex_exit(lock);
}

void
ncache_purge(const struct mount *mp)
{
	kmutex_enter(lock);
	for (unsigned i = 0; i < SETS; i++) {
		for (unsigned k = 0; k < WAYS; k++) {
			if (table[i][k].mp == mp)
				table[i][k].mp = NULL;
		}
	}
	kmutex_exit(lock);
}
