/*
 * What a client's death leaves on the disk.
 */
#include <abi/err.h>
#include <blk/ring.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <mem/mem.h>
#include <ping/ping.h>
#include <sched/sched.h>

#define SECTORS 2048 /* that the other wants written: the last ones */
#define BYTES   (SECTORS * BLK_SECTOR)
#define BYTE    0xdd
#define PATIENCE 10  /* seconds */

static struct blk_client_ring ring;
static u8 *data; /* in the session buffer */
static u64 first;

static void
must(const char *what, int holds)
{
	if (holds)
		return;
	cos_printf("blkheir: wrong: %s\n", what);
	init_exit(1);
}

static void
pause_ms(u64 ms)
{
	cycles_t end = cos_now() + ms * (cycles_t)init_tsc_hz() / 1000;

	while (cos_now() < end)
		sched_block(end);
}

/* All of the sectors, or a flush. */
static void
carry_out(u32 op)
{
	struct blk_completion c = {0};
	u32 n = op == BLK_FLUSH ? 0 : SECTORS;

	blk_client_issue(&ring, &(struct blk_request){op, op, n, first, PAGE_SIZE});
	blk_kick();
	for (u32 i = 0; blk_client_pending(&ring) != 1; i++) {
		must("a request completes", i < PATIENCE * 1000);
		pause_ms(1);
	}
	blk_client_take(&ring, &c);
	must("a request succeeds", c.id == op && c.error == 0);
}

static void
open(void)
{
	word_t va, sectors, readonly;
	long session = mem_session_open(cos_provider("blk"), 1 + BYTES / PAGE_SIZE, &va);

	must("there is memory for a session", session > 0);
	blk_client_open(&ring, (struct blk_ring *)va, 1);
	must("the disk can be opened", blk_open(session, &sectors, &readonly) == 0);
	data = (u8 *)va + PAGE_SIZE;
	first = sectors - SECTORS;
}

/* Result: how many sectors are not as they were, but as the other wanted them. */
static u32
written(const u8 *before)
{
	static u8 wanted[BLK_SECTOR];
	u32 n = 0;

	memset(wanted, BYTE, sizeof(wanted));
	for (u64 at = 0; at < BYTES; at += BLK_SECTOR) {
		if (memcmp(data + at, before + at, BLK_SECTOR) == 0)
			continue;
		must("a sector is as it was, or as it was to be", memcmp(data + at, wanted, BLK_SECTOR) == 0);
		n++;
	}
	return n;
}

void
cos_main(void)
{
	word_t before, after;
	u32 n;

	must("there is memory", !mem_alloc(BYTES / PAGE_SIZE, &before) && !mem_alloc(BYTES / PAGE_SIZE, &after));
	open();
	carry_out(BLK_READ);
	memcpy((u8 *)before, data, BYTES);
	must("the other dies", ping_0() == -ECOMPDEAD);
	carry_out(BLK_READ);
	n = written((u8 *)before);
	memcpy((u8 *)after, data, BYTES);
	pause_ms(200);
	carry_out(BLK_READ);
	must("nothing is written after the death", memcmp((u8 *)after, data, BYTES) == 0);
	must("not all was written before it", SECTORS - n >= cos_param_number("dropped", 0));
	memcpy(data, (u8 *)before, BYTES);
	carry_out(BLK_WRITE);
	carry_out(BLK_FLUSH);
	cos_printf("blkheir: %u of %u sectors were written before the death, none after it\n", n, SECTORS);
	init_exit(0);
}
