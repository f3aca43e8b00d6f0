/*
 * Wants the last sectors of the disk written, and dies.
 */
#include <abi/err.h>
#include <blk/ring.h>
#include <lib/component.h>
#include <lib/string.h>
#include <mem/mem.h>
#include <ping/ping.h>

#define REQUESTS 16
#define SECTORS  128 /* of each */
#define BYTE     0xdd

static volatile char *volatile nowhere = (char *)8;

/* Result: an error, if it lives. */
long
ping_0(void)
{
	word_t va, sectors, readonly;
	long session = mem_session_open(cos_provider("blk"), 1 + REQUESTS * SECTORS / 8, &va), e;
	struct blk_client_ring ring;

	if (session < 0)
		return session;
	blk_client_open(&ring, (struct blk_ring *)va, 1);
	e = blk_open(session, &sectors, &readonly);
	if (e)
		return e;
	memset((u8 *)va + PAGE_SIZE, BYTE, REQUESTS * SECTORS * BLK_SECTOR);
	for (u64 i = 0; i < REQUESTS; i++)
		blk_client_issue(&ring, &(struct blk_request){i, BLK_WRITE, SECTORS, sectors - (i + 1) * SECTORS,
		                                              PAGE_SIZE + i * SECTORS * BLK_SECTOR});
	blk_kick();
	*nowhere = 0;
	return 0;
}

long
ping_6(word_t a, word_t b, word_t c, word_t d, word_t e, word_t f)
{
	return (long)(a + b + c + d + e + f);
}

long
ping_words(word_t a, word_t b, word_t *out_sum, word_t *out_xor)
{
	*out_sum = a + b;
	*out_xor = a ^ b;
	return 0;
}

long
ping_who(word_t *out_thdid)
{
	*out_thdid = cos_thdid();
	return 0;
}
