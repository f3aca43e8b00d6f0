/*
 * The booter's part towards a server of blk, on demand.
 */
#include <blk/blk.h>
#include <undertaker/undertaker.h>

long
undertaker_reset(word_t comp)
{
	return blk_reset(comp);
}
