/*
 * The memory beside the device.
 */
#include <blk/server.h>
#include <blk/server/nvram.h>
#include <lib/string.h>

static u8 *memory; /* guarded by the server's lock */
static u64 bytes;

void
blk_nvram_make(void)
{
	word_t pages = cos_param_number("nvram_kib", 0) * 1024 / PAGE_SIZE, va;

	if (!pages)
		return;
	if (mem_alloc(pages, &va))
		cos_panic("nvram_kib: there is no room for %lu pages; memory_kib says how much there may be", pages);
	memory = (u8 *)va;
	bytes = pages * PAGE_SIZE;
}

long
blk_nvram_size(void)
{
	long n;

	mutex_lock(&blk_lock);
	n = blk_client_find(blk_clients, cos_badge()) ? (long)bytes : -EBADF;
	mutex_unlock(&blk_lock);
	return n;
}

/* c: the caller, NULL if it is no client. Result: 0, -EBADF, -EINVAL. */
static long
check(const struct blk_client *c, word_t offset, word_t n, word_t position)
{
	if (!c)
		return -EBADF;
	if (offset < PAGE_SIZE || offset > c->bytes || n > c->bytes - offset || position > bytes || n > bytes - position)
		return -EINVAL;
	return 0;
}

static long
move(int writing, word_t offset, word_t n, word_t position)
{
	const struct blk_client *c;
	long e;

	mutex_lock(&blk_lock);
	c = blk_client_find(blk_clients, cos_badge());
	e = check(c, offset, n, position);
	if (!e && writing)
		memcpy(memory + position, (const u8 *)c->ring.ring + offset, n);
	else if (!e)
		memcpy((u8 *)c->ring.ring + offset, memory + position, n);
	mutex_unlock(&blk_lock);
	return e;
}

long
blk_nvram_write(word_t offset, word_t n, word_t position)
{
	return move(1, offset, n, position);
}

long
blk_nvram_read(word_t offset, word_t n, word_t position)
{
	return move(0, offset, n, position);
}
