/*
 * The memory beside the device: its bounds, and what outlives a client.
 */
#include <blk/blk.h>
#include <lib/string.h>

#include "test.h"

#define FAR (~0UL - 4095) /* with anything added it would wrap around */

static u64 size;

static void
fill(u8 *to, u64 n, u32 salt)
{
	for (u64 i = 0; i < n; i++)
		to[i] = (u8)(i * 7 + (i >> 8) + salt);
}

static int
is_there(u64 position, u64 n, u32 salt)
{
	u8 *wanted = me.buffer + DATA + n;

	fill(wanted, n, salt);
	memset(me.buffer + DATA, 0, n);
	CHECK_EQ(blk_nvram_read(DATA, n, position), 0);
	return memcmp(me.buffer + DATA, wanted, n) == 0;
}

static int
some(void)
{
	long n = blk_nvram_size();

	CHECK(n >= 4096 && n <= 64 * 4096);
	size = (u64)n;
	return 1;
}

static int
zeros(void)
{
	u8 *got = me.buffer + DATA;

	memset(got, 0x55, size);
	CHECK_EQ(blk_nvram_read(DATA, size, 0), 0);
	for (u64 i = 0; i < size; i++)
		CHECK(got[i] == 0);
	return 1;
}

static int
intact(void)
{
	static const u64 lengths[] = {1, 7, 8, 511, 1000, 4096};

	for (u32 i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		u64 n = lengths[i], at = (size - n) / (i + 1);

		fill(me.buffer + DATA, n, i);
		CHECK_EQ(blk_nvram_write(DATA, n, at), 0);
		CHECK(is_there(at, n, i));
	}
	fill(me.buffer + DATA, size, 77);
	CHECK_EQ(blk_nvram_write(DATA, size, 0), 0);
	CHECK(is_there(0, size, 77));
	return 1;
}

/* All of it is as the last test left it. */
static int
untouched(void)
{
	return is_there(0, size, 77);
}

static int
behind_its_end(void)
{
	static const struct { u64 n, back; } cases[] = {{2, 1}, {4096, 4095}};

	memset(me.buffer + DATA, 0, 4096);
	for (u32 i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_EQ(blk_nvram_write(DATA, cases[i].n, size - cases[i].back), -EINVAL);
	CHECK_EQ(blk_nvram_write(DATA, 1, size), -EINVAL);
	CHECK_EQ(blk_nvram_write(DATA, 8, FAR), -EINVAL);
	CHECK_EQ(blk_nvram_write(DATA, FAR, 0), -EINVAL);
	CHECK_EQ(blk_nvram_read(DATA, size + 1, 0), -EINVAL);
	CHECK_EQ(blk_nvram_read(DATA, FAR, 8), -EINVAL);
	return untouched();
}

static int
outside_the_buffer(void)
{
	CHECK_EQ(blk_nvram_write(me.bytes - 1, 2, 0), -EINVAL);
	CHECK_EQ(blk_nvram_write(me.bytes + 1, 1, 0), -EINVAL);
	CHECK_EQ(blk_nvram_write(FAR, 8, 0), -EINVAL);
	CHECK_EQ(blk_nvram_read(me.bytes - 1, 2, 0), -EINVAL);
	return untouched();
}

static int
over_the_ring(void)
{
	CHECK_EQ(blk_nvram_read(0, 8, 0), -EINVAL);
	CHECK_EQ(blk_nvram_read(DATA - 1, 8, 0), -EINVAL);
	CHECK_EQ(blk_nvram_write(0, 8, 0), -EINVAL);
	return untouched();
}

static int
not_open(void)
{
	blk_close();
	CHECK_EQ(blk_nvram_size(), -EBADF);
	CHECK_EQ(blk_nvram_write(DATA, 8, 0), -EBADF);
	CHECK_EQ(blk_nvram_read(DATA, 8, 0), -EBADF);
	CHECK_EQ(client_attach(), 0);
	return untouched();
}

static int
outlives(void)
{
	client_leave();
	CHECK(client_open(PAGES));
	CHECK_EQ(blk_nvram_size(), size);
	return untouched();
}

const struct test nvram_tests[] = {
	{"nvram_some", "there is as much memory beside the device as the script says", some, ANY_DEVICE},
	{"nvram_zeros", "it holds zeros at first", zeros, ANY_DEVICE},
	{"nvram_intact", "what is written there is read again, at any place and of any length", intact, ANY_DEVICE},
	{"nvram_end", "what does not lie within it is refused, and nothing is written", behind_its_end, ANY_DEVICE},
	{"nvram_buffer", "so is what does not lie within the buffer", outside_the_buffer, ANY_DEVICE},
	{"nvram_ring", "so is the buffer's page that has the ring", over_the_ring, ANY_DEVICE},
	{"nvram_closed", "it is for those who have the device open", not_open, ANY_DEVICE},
	{"nvram_outlives", "it is there for who comes after", outlives, ANY_DEVICE},
	{0},
};
