/*
 * Pieces on the ring. A slot's number is its request's id, so there are never more requests than slots and neither side of the ring
 * overflows; the last slot is the flush's.
 *
 * The server is not trusted with more than the data: ids that are not in flight, and counts that cannot be, stop the component.
 */
#include "pieces.h"

#include <lib/string.h>

#include "nvram.h"

#define FLUSH_SLOT   PIECES
#define DATA_PAGES   256        /* 1 MiB */
#define WINDOW_PAGES (NVRAM_WINDOW / BRIDGE_PAGE)
#define BUFFER_PAGES (1 + DATA_PAGES + WINDOW_PAGES) /* the ring, data of requests, the window */

int
pieces_open(struct disk *d)
{
	int e = bridge_disk_open(d->number, BUFFER_PAGES, &d->is);

	if (e != 0)
		return e;
	blk_client_open(&d->ring, d->is.ring, 0);
	space_init(&d->space, DATA_PAGES);
	return 0;
}

size_t
pieces_window(void)
{
	return (1 + DATA_PAGES) * BRIDGE_PAGE;
}

static unsigned
pages_for(size_t len)
{
	return (unsigned)((len + BRIDGE_PAGE - 1) / BRIDGE_PAGE);
}

static uint64_t
offset_of(unsigned page)
{
	return BRIDGE_PAGE * (1 + (uint64_t)page);
}

/* A slot for each request means that there is always room. */
static void
ring_put(struct disk *d, const struct blk_request *r)
{
	if (!blk_client_issue(&d->ring, r))
		bridge_stop("the block ring has more requests than slots");
}

/* Result: number of a free piece, or -1. */
static int
piece_find(struct disk *d)
{
	for (unsigned i = 0; i < PIECES; i++) {
		unsigned n = (d->hint + i) % PIECES;

		if (d->pieces[n].bio == NULL) {
			d->hint = n + 1;
			return (int)n;
		}
	}
	return -1;
}

int
piece_issue(struct disk *d, const struct piece *p, uint64_t sector)
{
	int n = piece_find(d), page;

	if (n < 0)
		return 0;
	page = space_take(&d->space, pages_for(p->len));
	if (page < 0)
		return 0;
	if (p->op == BLK_WRITE)
		memcpy(d->is.buffer + offset_of((unsigned)page), p->data, p->len);
	d->pieces[n] = *p;
	d->pieces[n].page = (unsigned)page;
	ring_put(d, &(struct blk_request){(uint64_t)n, p->op, (uint32_t)(p->len / BLK_SECTOR), sector,
	                                  offset_of((unsigned)page)});
	return 1;
}

void
piece_flush(struct disk *d)
{
	ring_put(d, &(struct blk_request){.id = FLUSH_SLOT, .op = BLK_FLUSH});
}

static void
piece_over(struct disk *d, const struct blk_completion *c)
{
	struct piece *p;
	struct bio *b;

	if (c->id >= PIECES || d->pieces[c->id].bio == NULL)
		bridge_stop("the block server completed a request that is not in flight");
	p = &d->pieces[c->id];
	if (c->error == 0 && p->op == BLK_READ)
		memcpy(p->data, d->is.buffer + offset_of(p->page), p->len);
	space_give(&d->space, p->page, pages_for(p->len));
	b = p->bio;
	p->bio = NULL;
	bio_piece_over(b, (int)c->error);
}

void
pieces_take(struct disk *d)
{
	uint32_t n = blk_client_pending(&d->ring);

	if (n == BLK_RING_BROKEN)
		bridge_stop("the block server counts more completions than it can have");
	while (n-- > 0) {
		struct blk_completion c;

		blk_client_take(&d->ring, &c);
		if (c.id == FLUSH_SLOT)
			bio_flush_over(d, (int)c.error);
		else
			piece_over(d, &c);
	}
}
