/*
 * USTAR: a header of 512 bytes before each member, numbers as octal digits, members filled up to
 * whole blocks.
 */
#include "tar.h"

#include <lib/string.h>

enum {
	BLOCK = 512,
	NAME_BYTES = 100,
	SIZE = 124, SIZE_DIGITS = 11,
	SUM = 148, SUM_BYTES = 8,
	MAGIC = 257,
};

/*
 * Up to count digits, ended by a zero or a space before that, or by the field's last byte.
 * Result: 0 if something else stands there.
 */
static int
octal(const u8 *p, u32 count, u64 *v)
{
	u32 i;

	*v = 0;
	for (i = 0; i < count && p[i] >= '0' && p[i] <= '7'; i++)
		*v = *v * 8 + (p[i] - '0');
	return i > 0 && (i == count || p[i] == 0 || p[i] == ' ');
}

/* The sum of a header's bytes, the field of the sum itself taken for spaces. */
static u64
sum(const u8 *h)
{
	u64 s = SUM_BYTES * ' ';

	for (u32 i = 0; i < BLOCK; i++)
		s += i >= SUM && i < SUM + SUM_BYTES ? 0 : h[i];
	return s;
}

static int
header_right(const u8 *h, u64 behind)
{
	u64 size, stated;

	return memcmp(h + MAGIC, "ustar", 6) == 0 && octal(h + SUM, SUM_BYTES - 1, &stated) && stated == sum(h) &&
	       octal(h + SIZE, SIZE_DIGITS, &size) && size <= behind;
}

/* From a member's header to the next. */
static u64
stride(const u8 *h)
{
	u64 size;

	octal(h + SIZE, SIZE_DIGITS, &size);
	return BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
}

int
tar_check(const u8 *archive, u64 bytes, u64 *bad)
{
	u64 at = 0;

	for (; at < bytes && bytes - at >= BLOCK; at += stride(archive + at)) {
		if (archive[at] == 0)
			return 1;
		if (!header_right(archive + at, bytes - at - BLOCK))
			break;
	}
	*bad = at;
	return 0;
}

const void *
tar_find(const u8 *archive, u64 bytes, const char *name, u64 *size)
{
	for (u64 at = 0; bytes - at >= BLOCK && archive[at]; at += stride(archive + at)) {
		if (strncmp((const char *)archive + at, name, NAME_BYTES))
			continue;
		octal(archive + at + SIZE, SIZE_DIGITS, size);
		return archive + at + BLOCK;
	}
	return NULL;
}
