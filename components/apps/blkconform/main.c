/*
 * Tests a server of blk against the contract, as one of its clients; with the parameter role =
 * "rival", the other client of one of the tests.
 */
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>

#include "test.h"

static char why[160];

int
test_differs(const char *file, int line, const char *what, u64 is, u64 should)
{
	if (!why[0])
		cos_snprintf(why, sizeof(why), ": %s:%d: %s is %lx, not %lx", file, line, what, is, should);
	return 0;
}

/* A test that failed may have left anything, so the next one begins anew. */
static int
run_one(const struct test *t)
{
	int good;

	why[0] = 0;
	good = t->run();
	if (good && blk_client_pending(&me.ring))
		good = test_differs("main.c", 0, "completions left over", blk_client_pending(&me.ring), 0);
	cos_printf("%s blk.%s: %s%s\n", good ? "PASS" : "FAIL", t->name, t->sentence, why);
	if (good)
		return 1;
	client_leave();
	if (!client_open(PAGES))
		cos_panic("the device cannot be opened again");
	return 0;
}

static const struct test *const lists[] = {
	open_tests, request_tests, ring_tests, flight_tests, end_tests, rival_tests, nvram_tests,
};

static u32
run_list(const struct test *t, u32 *run)
{
	u32 failed = 0;

	for (; t->name; t++) {
		if (me.readonly && t->needs == WRITABLE)
			continue;
		failed += !run_one(t);
		++*run;
	}
	return failed;
}

/* If the script says so: acknowledged writes, without a flush, over what makes the disk a file system. */
static void
leave(void)
{
	const char *how = cos_param("leave");
	u64 bytes = 64 * BLK_SECTOR;
	u8 *data = me.buffer + DATA;

	if (!how || strcmp(how, "unflushed") != 0)
		return;
	memset(data, 0, bytes);
	memset(data + bytes, 0xee, bytes);
	if (client_do(BLK_WRITE, 0, 64, DATA) || client_do(BLK_READ, 0, 64, DATA + bytes) || memcmp(data, data + bytes, bytes))
		cos_panic("the first sectors cannot be written");
	cos_printf("blkconform: wrote over the first sectors, and leaves without a flush\n");
}

static void
test_main(void)
{
	u32 run = 0, failed = 0;

	if (!client_open(PAGES) || !area_begin())
		cos_panic("the device cannot be opened, or its last sectors not be read and written");
	if (cos_param("bad_sector"))
		failed += run_list(bad_tests, &run);
	for (u32 i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		failed += run_list(lists[i], &run);
	if (me.readonly)
		failed += run_list(readonly_tests, &run);
	else if (!area_end())
		cos_panic("what was on the device cannot be put back");
	cos_printf("blkconform: %u of %u failed\n", failed, run);
	leave();
	init_exit(failed);
}

void
cos_main(void)
{
	const char *role = cos_param("role");

	client_init();
	if (role && strcmp(role, "rival") == 0)
		rival_main();
	else
		test_main();
}
