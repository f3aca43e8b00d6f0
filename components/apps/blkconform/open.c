/*
 * Opening and closing.
 */
#include <blk/blk.h>
#include <lib/component.h>
#include <mem/mem.h>

#include "test.h"

static int
again(void)
{
	return client_attach() == 0 && area_check();
}

static int
closed(void)
{
	CHECK_EQ(blk_close(), 0);
	CHECK_EQ(blk_kick(), -EBADF);
	CHECK_EQ(blk_close(), -EBADF);
	CHECK(again());
	return 1;
}

static int
facts(void)
{
	u64 sectors = me.sectors;
	word_t readonly = me.readonly, is[2];

	CHECK(sectors >= 2 * AREA);
	CHECK_EQ(readonly, cos_param_number("readonly", 0));
	CHECK_EQ(blk_kick(), 0);
	CHECK_EQ(blk_close(), 0);
	CHECK_EQ(blk_open(me.session, &is[0], &is[1]), 0);
	CHECK_EQ(is[0], sectors);
	CHECK_EQ(is[1], readonly);
	CHECK_EQ(blk_close(), 0);
	CHECK(again());
	return 1;
}

static int
twice(void)
{
	word_t sectors, readonly, va;
	long other;

	CHECK_EQ(blk_open(me.session, &sectors, &readonly), -EBUSY);
	other = mem_session_open(cos_provider("blk"), 4, &va);
	CHECK(other > 0);
	CHECK_EQ(blk_open(other, &sectors, &readonly), -EBUSY);
	CHECK_EQ(blk_open(0, &sectors, &readonly), -EBUSY);
	CHECK_EQ(mem_session_close(other), 0);
	CHECK(area_check());
	return 1;
}

static int
bad_sessions(void)
{
	word_t sectors = 1, readonly = 1, va;
	long elsewhere = mem_session_open(cos_provider("console"), 4, &va);
	const word_t bad[] = {0, 256, 257, ~0UL, 1UL << 63, me.session | 1UL << 32, me.session + 100, elsewhere};

	CHECK(elsewhere > 0);
	CHECK_EQ(blk_close(), 0);
	for (u32 i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(blk_open(bad[i], &sectors, &readonly), -ENOENT);
	CHECK_EQ(mem_session_close(elsewhere), 0);
	CHECK_EQ(blk_open(elsewhere, &sectors, &readonly), -ENOENT);
	CHECK(again());
	return 1;
}

static int
small(void)
{
	word_t sectors, readonly, va;
	long one = mem_session_open(cos_provider("blk"), 1, &va);

	CHECK(one > 0);
	CHECK_EQ(blk_close(), 0);
	CHECK_EQ(blk_open(one, &sectors, &readonly), -EINVAL);
	CHECK_EQ(blk_kick(), -EBADF);
	CHECK_EQ(mem_session_close(one), 0);
	CHECK(again());
	return 1;
}

/* With two pages there is room for eight sectors. */
static int
smallest(void)
{
	client_leave();
	CHECK(client_open(2));
	CHECK_EQ(client_do(BLK_READ, area_first, 8, DATA), 0);
	CHECK_EQ(client_do(BLK_READ, area_first, 9, DATA), EINVAL);
	client_leave();
	CHECK(client_open(PAGES));
	CHECK(area_check());
	return 1;
}

static int
many_times(void)
{
	word_t limit;
	long before = mem_usage(&limit);

	for (u32 i = 0; i < 300; i++) { /* more than there are sessions in the system */
		client_leave();
		CHECK(client_open(PAGES));
		CHECK_EQ(client_do(BLK_READ, area_first + i, 1, DATA), 0);
	}
	CHECK_EQ(mem_usage(&limit), before);
	CHECK(area_check());
	return 1;
}

/* The buffer lives until both sides have closed it. */
static int
buffer_gone(void)
{
	word_t sectors, readonly;

	CHECK_EQ(mem_session_close(me.session), 0);
	CHECK(blk_kick() >= 0);
	CHECK_EQ(blk_close(), 0);
	CHECK_EQ(blk_open(me.session, &sectors, &readonly), -ENOENT);
	CHECK(client_open(PAGES));
	CHECK(area_check());
	return 1;
}

static int
no_log(void)
{
	CHECK_EQ(blk_mark(1), -ENOSYS);
	CHECK_EQ(blk_close(), 0);
	CHECK_EQ(blk_mark(1), -ENOSYS);
	CHECK(again());
	return 1;
}

const struct test open_tests[] = {
	{"facts", "the device says its size and whether it can be written, each time the same", facts, ANY_DEVICE},
	{"closed", "a device that is not open is neither kicked nor closed", closed, WRITABLE},
	{"twice", "who has the device open cannot open it again", twice, WRITABLE},
	{"bad_sessions", "a session that is nobody's, closed, or somebody else's is refused", bad_sessions, WRITABLE},
	{"small", "a buffer without room for data is refused, and nothing is open then", small, WRITABLE},
	{"smallest", "a buffer of two pages does, and its end is its end", smallest, WRITABLE},
	{"many_times", "opened and closed 300 times, it costs nobody memory", many_times, WRITABLE},
	{"buffer_gone", "a client that gives its buffer away can close, and open with another", buffer_gone, WRITABLE},
	{"no_log", "a server that keeps no log refuses marks", no_log, ANY_DEVICE},
	{0},
};
