/*
 * The server's side of a device's memory: bytes that outlive the client. The server guards them with its lock.
 */
#ifndef BLK_NVRAM_H
#define BLK_NVRAM_H

#include <blk/server.h>
#include <lib/string.h>

struct blk_nvram {
	u8 *data;
	u64 bytes;
};

/* As many KiB as the parameter nvram_kib says. */
static inline void
blk_nvram_make(struct blk_nvram *m)
{
	word_t pages = cos_param_number("nvram_kib", 0) * 1024 / PAGE_SIZE, va;

	if (!pages)
		return;
	if (mem_alloc(pages, &va))
		cos_panic("nvram_kib: there is no room for %lu pages; memory_kib says how much there may be", pages);
	*m = (struct blk_nvram){(u8 *)va, pages * PAGE_SIZE};
}

/* n bytes at an offset of a client's session buffer and at a position of the memory. Result: 0, -EBADF, -EINVAL. */
static inline long
blk_nvram_check(const struct blk_nvram *m, const struct blk_client *c, word_t offset, word_t n, word_t position)
{
	if (!c)
		return -EBADF;
	if (offset < PAGE_SIZE || offset > c->bytes || n > c->bytes - offset || position > m->bytes || n > m->bytes - position)
		return -EINVAL;
	return 0;
}

/* blk_nvram_write and blk_nvram_read of a client; NULL if the caller is none. */
static inline long
blk_nvram_put(struct blk_nvram *m, struct blk_client *c, word_t offset, word_t n, word_t position)
{
	long e = blk_nvram_check(m, c, offset, n, position);

	if (!e)
		memcpy(m->data + position, (const u8 *)c->ring.ring + offset, n);
	return e;
}

static inline long
blk_nvram_get(const struct blk_nvram *m, struct blk_client *c, word_t offset, word_t n, word_t position)
{
	long e = blk_nvram_check(m, c, offset, n, position);

	if (!e)
		memcpy((u8 *)c->ring.ring + offset, m->data + position, n);
	return e;
}

#endif
