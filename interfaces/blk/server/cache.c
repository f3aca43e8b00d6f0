/*
 * The volatile cache.
 */
#include <blk/blk.h>
#include <blk/server/cache.h>
#include <lib/string.h>

u64
blk_cache_bytes(u64 pages)
{
	return pages * (PAGE_SIZE + sizeof(struct blk_cache_page));
}

void
blk_cache_init(struct blk_cache *c, u64 pages, void *memory)
{
	*c = (struct blk_cache){pages / BLK_CACHE_WAYS, (void *)((u8 *)memory + pages * PAGE_SIZE), memory};
}

/* The place of a disk's page; if it has none, and create is set, a free one. NULL: there is none. */
static struct blk_cache_page *
find(const struct blk_cache *c, u64 number, int create)
{
	struct blk_cache_page *set = &c->page[number % c->sets * BLK_CACHE_WAYS], *unused = NULL;

	for (u32 i = 0; i < BLK_CACHE_WAYS; i++) {
		if (set[i].sectors && set[i].number == number)
			return &set[i];
		if (!set[i].sectors)
			unused = &set[i];
	}
	if (create && unused)
		unused->number = number;
	return create ? unused : NULL;
}

static u8 *
data_of(const struct blk_cache *c, const struct blk_cache_page *p, u32 sector)
{
	return c->data + (p - c->page) * PAGE_SIZE + sector * BLK_SECTOR;
}

u32
blk_cache_write(struct blk_cache *c, u64 sector, u32 sectors, const u8 *data)
{
	u32 done = 0;

	for (; done < sectors; done++) {
		u32 within = (sector + done) % BLK_CACHE_SECTORS;
		struct blk_cache_page *p = find(c, (sector + done) / BLK_CACHE_SECTORS, 1);

		if (!p)
			break;
		memcpy(data_of(c, p, within), data + (u64)done * BLK_SECTOR, BLK_SECTOR);
		p->sectors |= 1u << within;
	}
	return done;
}

void
blk_cache_read(const struct blk_cache *c, u64 sector, u32 sectors, u8 *data)
{
	if (!c->sets)
		return;
	for (u32 i = 0; i < sectors; i++) {
		u32 within = (sector + i) % BLK_CACHE_SECTORS;
		const struct blk_cache_page *p = find(c, (sector + i) / BLK_CACHE_SECTORS, 0);

		if (p && p->sectors >> within & 1)
			memcpy(data + (u64)i * BLK_SECTOR, data_of(c, p, within), BLK_SECTOR);
	}
}

int
blk_cache_next(const struct blk_cache *c, u64 *at, struct blk_cache_run *run)
{
	u64 end = c->sets * BLK_CACHE_WAYS * BLK_CACHE_SECTORS;

	for (; *at < end; ++*at) {
		const struct blk_cache_page *p = &c->page[*at / BLK_CACHE_SECTORS];
		u32 within = *at % BLK_CACHE_SECTORS, n = 0;

		for (; within + n < BLK_CACHE_SECTORS && p->sectors >> (within + n) & 1; n++)
			;
		if (!n)
			continue;
		*run = (struct blk_cache_run){p->number * BLK_CACHE_SECTORS + within, n, data_of(c, p, within)};
		*at += n;
		return 1;
	}
	return 0;
}

void
blk_cache_clear(struct blk_cache *c)
{
	for (u64 i = 0; i < c->sets * BLK_CACHE_WAYS; i++)
		c->page[i].sectors = 0;
}
