/*
 * Pieces on the ring. A slot's number is its request's id, so there are never more requests than slots and neither side of the ring
 * overflows; the last slot is the flush's.
 *
 * The server is not trusted with more than the data: ids that are not in flight, and counts that cannot be, stop the component.
 */
#include "pieces.h"

#include <lib/string.h>

#include "nvram.h"
#include "space.h"

#define FLUSH_SLOT   (BLK_RING_SLOTS - 1)
#define PIECES       FLUSH_SLOT /* slots for data */
#define DATA_PAGES   256        /* 1 MiB */
#define WINDOW_PAGES (NVRAM_WINDOW / BRIDGE_PAGE)
#define BUFFER_PAGES (1 + DATA_PAGES + WINDOW_PAGES) /* the ring, data of requests, the window */

static struct bridge_disk disk;
static struct blk_client_ring ring;
static struct space space;
static struct piece pieces[PIECES];
static unsigned hint; /* where the search for a free piece begins */

int
pieces_open(void)
{
	int e = bridge_disk_open(BUFFER_PAGES, &disk);

	if (e != 0)
		return e;
	blk_client_open(&ring, disk.ring, 0);
	space_init(&space, DATA_PAGES);
	return 0;
}

const struct bridge_disk *
pieces_disk(void)
{
	return &disk;
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
ring_put(const struct blk_request *r)
{
	if (!blk_client_issue(&ring, r))
		bridge_stop("the block ring has more requests than slots");
}

/* Result: number of a free piece, or -1. */
static int
piece_find(void)
{
	for (unsigned i = 0; i < PIECES; i++) {
		unsigned n = (hint + i) % PIECES;

		if (pieces[n].bio == NULL) {
			hint = n + 1;
			return (int)n;
		}
	}
	return -1;
}

int
piece_issue(const struct piece *p, uint64_t sector)
{
	int n = piece_find(), page;

	if (n < 0)
		return 0;
	page = space_take(&space, pages_for(p->len));
	if (page < 0)
		return 0;
	if (p->op == BLK_WRITE)
		memcpy(disk.buffer + offset_of((unsigned)page), p->data, p->len);
	pieces[n] = *p;
	pieces[n].page = (unsigned)page;
	ring_put(&(struct blk_request){(uint64_t)n, p->op, (uint32_t)(p->len / BLK_SECTOR), sector, offset_of((unsigned)page)});
	return 1;
}

void
piece_flush(void)
{
	ring_put(&(struct blk_request){.id = FLUSH_SLOT, .op = BLK_FLUSH});
}

static void
piece_over(const struct blk_completion *c)
{
	struct piece *p;
	struct bio *b;

	if (c->id >= PIECES || pieces[c->id].bio == NULL)
		bridge_stop("the block server completed a request that is not in flight");
	p = &pieces[c->id];
	if (c->error == 0 && p->op == BLK_READ)
		memcpy(p->data, disk.buffer + offset_of(p->page), p->len);
	space_give(&space, p->page, pages_for(p->len));
	b = p->bio;
	p->bio = NULL;
	bio_piece_over(b, (int)c->error);
}

void
pieces_take(void)
{
	uint32_t n = blk_client_pending(&ring);

	if (n == BLK_RING_BROKEN)
		bridge_stop("the block server counts more completions than it can have");
	while (n-- > 0) {
		struct blk_completion c;

		blk_client_take(&ring, &c);
		if (c.id == FLUSH_SLOT)
			bio_flush_over((int)c.error);
		else
			piece_over(&c);
	}
}
