/*
 * Both sides of the ring of blk.h. Each side keeps its own copy of the counters that it
 * writes, and
 * of a request or completion before it looks at it; whatever it reads of the other's is checked. A
 * side that is lied to gets BLK_RING_BROKEN, and never touches anything outside the ring.
 *
 * Counters count for ever, modulo 2^32. In flight = taken - done. What the server writes into
 * done[] is never overwritten before the client took it, however wrong the client's counters are:
 * the server takes a request only if its completion will have a place.
 */
#ifndef BLK_RING_H
#define BLK_RING_H

#include <abi/err.h>
#include <blk/blk.h>

#define BLK_RING_BROKEN (~0u)

struct blk_server_ring {
	struct blk_ring *ring;
	u32 taken;       /* requests taken */
	u32 done;        /* completions written */
	u32 incarnation; /* of the client, when the ring was opened */
};

struct blk_client_ring {
	struct blk_ring *ring;
	u32 issued;      /* requests written */
	u32 taken;       /* completions taken */
};

static inline u32
blk_ring_load(const u32 *counter)
{
	return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

/* Both sides count from 0, so that a buffer which had a ring before must be made zero. */
static inline void
blk_server_open(struct blk_server_ring *s, struct blk_ring *ring)
{
	*s = (struct blk_server_ring){ring, 0, 0, blk_ring_load(&ring->incarnation)};
}

/* How many requests can be taken now; BLK_RING_BROKEN if the client's counters or its
 * incarnation cannot be. */
static inline u32
blk_server_pending(const struct blk_server_ring *s)
{
	u32 waiting = blk_ring_load(&s->ring->req_head) - s->taken;
	u32 unread = s->done - blk_ring_load(&s->ring->done_tail);
	u32 flying = s->taken - s->done;

	if (waiting > BLK_RING_SLOTS || unread > BLK_RING_SLOTS ||
	    flying + unread > BLK_RING_SLOTS ||
	    blk_ring_load(&s->ring->incarnation) != s->incarnation)
		return BLK_RING_BROKEN;
	return waiting < BLK_RING_SLOTS - flying - unread ? waiting
							  : BLK_RING_SLOTS - flying - unread;
}

/* Copies the next request out, once; blk_server_pending said that there is one. */
static inline void
blk_server_take(struct blk_server_ring *s, struct blk_request *out)
{
	const volatile struct blk_request *r = &s->ring->req[s->taken++ % BLK_RING_SLOTS];

	*out = (struct blk_request){r->id, r->op, r->sectors, r->sector, r->offset};
}

/*
 * Is a request right for a device of so many sectors and a session buffer of so many bytes? r is
 * the server's own copy. Result: 0; EINVAL malformed; ENOSPC outside the device; EROFS.
 */
static inline u32
blk_request_check(const struct blk_request *r, u64 sectors, int readonly, u64 buffer_bytes)
{
	u64 bytes = (u64)r->sectors * BLK_SECTOR;

	if (r->op == BLK_FLUSH)
		return r->sectors ? EINVAL : EOK;
	if ((r->op != BLK_READ && r->op != BLK_WRITE) || r->sectors == 0 ||
	    r->offset % BLK_SECTOR || r->offset < PAGE_SIZE || r->offset > buffer_bytes ||
	    bytes > buffer_bytes - r->offset)
		return EINVAL;
	if (r->sector > sectors || r->sectors > sectors - r->sector)
		return ENOSPC;
	return r->op == BLK_WRITE && readonly ? EROFS : EOK;
}

/* Writes a completion. A request that was taken has a place for it. */
static inline void
blk_server_complete(struct blk_server_ring *s, u64 id, u32 error)
{
	s->ring->done[s->done % BLK_RING_SLOTS] = (struct blk_completion){id, error, 0};
	__atomic_store_n(&s->ring->done_head, ++s->done, __ATOMIC_RELEASE);
}

static inline void
blk_client_open(struct blk_client_ring *c, struct blk_ring *ring, u32 incarnation)
{
	*c = (struct blk_client_ring){ring, 0, 0};
	__atomic_store_n(&ring->incarnation, incarnation, __ATOMIC_RELEASE);
}

/* Writes a request; the server sees it at once and looks when it is kicked. Result: 0 if
 * the ring is full. */
static inline int
blk_client_issue(struct blk_client_ring *c, const struct blk_request *r)
{
	if (c->issued - c->taken >= BLK_RING_SLOTS)
		return 0;
	c->ring->req[c->issued % BLK_RING_SLOTS] = *r;
	__atomic_store_n(&c->ring->req_head, ++c->issued, __ATOMIC_RELEASE);
	return 1;
}

/* How many completions there are; BLK_RING_BROKEN if the server counts more than there are
 * requests. */
static inline u32
blk_client_pending(const struct blk_client_ring *c)
{
	u32 n = blk_ring_load(&c->ring->done_head) - c->taken;

	return n > c->issued - c->taken ? BLK_RING_BROKEN : n;
}

/* Copies the next completion out, once; blk_client_pending said that there is one. */
static inline void
blk_client_take(struct blk_client_ring *c, struct blk_completion *out)
{
	const volatile struct blk_completion *d = &c->ring->done[c->taken % BLK_RING_SLOTS];

	*out = (struct blk_completion){d->id, d->error, 0};
	__atomic_store_n(&c->ring->done_tail, ++c->taken, __ATOMIC_RELEASE);
}

#endif
