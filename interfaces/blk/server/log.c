/*
 * The log of writes.
 */
#include <blk/blk.h>
#include <blk/server/log.h>
#include <lib/string.h>

void
blk_log_init(struct blk_log *l, void *memory, u64 bytes)
{
	*l = (struct blk_log){.memory = memory, .bytes = bytes};
}

static void
append(struct blk_log *l, u32 kind, u64 offset, const u8 *data, u64 length)
{
	u64 room = l->bytes - l->used - sizeof(struct blk_log_record); /* the last record may have to be FULL */

	if (!l->memory || l->full)
		return;
	if (room < sizeof(struct blk_log_record) || length > room - sizeof(struct blk_log_record)) {
		l->full = 1;
		kind = BLK_LOG_FULL;
		length = 0;
	}
	*(struct blk_log_record *)(l->memory + l->used) = (struct blk_log_record){kind, length, offset};
	l->used += sizeof(struct blk_log_record);
	if (length)
		memcpy(l->memory + l->used, data, length);
	l->used += length;
	l->writes += kind == BLK_LOG_WRITE;
}

void
blk_log_write(struct blk_log *l, u64 sector, u32 sectors, const u8 *data)
{
	if (sectors)
		append(l, BLK_LOG_WRITE, sector * BLK_SECTOR, data, (u64)sectors * BLK_SECTOR);
}

void
blk_log_flush(struct blk_log *l, u64 writes)
{
	append(l, BLK_LOG_FLUSH, writes, NULL, 0);
}

void
blk_log_mark(struct blk_log *l, u64 number)
{
	append(l, BLK_LOG_MARK, number, NULL, 0);
}
