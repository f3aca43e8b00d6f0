/*
 * Cache and log as the script wants them.
 */
#include <blk/server/setup.h>
#include <lib/component.h>
#include <lib/string.h>
#include <mem/mem.h>

static void
make_cache(struct blk_cache *c)
{
	u64 pages = cos_param_number("cache_kib", 256) * 1024 / PAGE_SIZE;
	word_t va;

	if (pages < BLK_CACHE_WAYS)
		cos_panic("cache_kib is less than %u", BLK_CACHE_WAYS * 4);
	if (mem_alloc((blk_cache_bytes(pages) + PAGE_SIZE - 1) / PAGE_SIZE, &va))
		cos_panic("the script's memory_kib has no room for a cache of %lu KiB", pages * 4);
	blk_cache_init(c, pages, (void *)va);
}

static void
make_log(struct blk_log *l)
{
	const struct info_file *f = cos_file("blk.log");
	u64 bytes = cos_param_number("log", 0) * 1024;

	if (!f || !(f->flags & FILE_WRITABLE) || !bytes || f->bytes < bytes)
		cos_panic("log: the script gives no file blk.log that can be written and has %lu KiB", bytes / 1024);
	blk_log_init(l, (void *)f->va, bytes);
}

void
blk_setup(struct blk_cache *c, struct blk_log *l)
{
	const char *cache = cos_param("cache");

	if (cache && strcmp(cache, "volatile") == 0)
		make_cache(c);
	else if (cache && strcmp(cache, "none") != 0)
		cos_panic("cache is neither none nor volatile: %s", cache);
	if (cos_param("log"))
		make_log(l);
}
