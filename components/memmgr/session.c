/*
 * mem: session buffers. One run of adjacent frames for each, mapped into its client and then into
 * its server.
 *
 * Each side has two bits: open, and busy (it maps or unmaps). A side comes and leaves by one
 * compare-and-swap, so that it does so once; the frames go when no bit is left. A server can come
 * in only while the client is there. The bits share their word with a count of the sessions that
 * this place had: whoever has looked at client and server in the meantime of two others fails in
 * the swap.
 */
#include <lib/component.h>
#include <mem/mem.h>

#include "memmgr.h"

#define SESSIONS 256
#define SESSION_PAGES 4096UL

enum { CLIENT = 1, SERVER = 2, BUSY = 4 /* times a side */, SETUP = 64, BITS = 127, AGE = 128 };

static struct session {
	u64 state; /* bits, 0 = free, and age; changed atomically */
	u32 client, server;
	u64 pages, frame;
	u64 va[2]; /* of the client, of the server */
} sessions[SESSIONS];

static u64
load(const struct session *s)
{
	return __atomic_load_n(&s->state, __ATOMIC_ACQUIRE);
}

/* Changes the bits if nothing has changed since *state was loaded; else loads it again. */
static int
swap(struct session *s, u64 *state, u64 bits)
{
	u64 next = (*state & ~(u64)BITS) | bits;

	return __atomic_compare_exchange_n(&s->state, state, next, 0, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

static struct session *
take(void)
{
	for (u32 i = 0; i < SESSIONS; i++) {
		u64 state = load(&sessions[i]);

		if (!(state & BITS) && swap(&sessions[i], &state, SETUP))
			return &sessions[i];
	}
	return NULL;
}

/* The place is free again, for another session. */
static void
release(struct session *s)
{
	__atomic_store_n(&s->state, (load(s) & ~(u64)BITS) + AGE, __ATOMIC_RELEASE);
}

static u64
map_side(struct session *s, struct space *space)
{
	/* one page between sessions stays unmapped */
	u64 at = bitmap_take(&space->shared, s->pages + 1, 1);
	u64 va = SHARED_VA + at * PAGE_SIZE;

	if (at == BITMAP_NONE)
		return 0;
	if (!space_map(space, s->frame, va, s->pages))
		return va;
	bitmap_give(&space->shared, at, s->pages + 1);
	return 0;
}

static void
unmap_side(struct session *s, struct space *space, u64 va)
{
	space_unmap(space, va, s->pages);
	bitmap_give(&space->shared, (va - SHARED_VA) / PAGE_SIZE, s->pages + 1);
}

/* A side's last word: the frames go with the last one, while SETUP keeps the place taken. */
static void
drop(struct session *s, u64 bit)
{
	u64 state = load(s), left;

	do
		left = state & BITS & ~bit ? state & BITS & ~bit : SETUP;
	while (!swap(s, &state, left));
	if (left != SETUP)
		return;
	frames_give(s->frame, s->pages);
	space_discharge(space_of(s->client), s->pages);
	release(s);
}

static long
open_session(struct session *s, struct space *client, u32 server, u64 pages)
{
	s->client = client->comp;
	s->server = server;
	s->pages = pages;
	s->frame = frames_take(pages, 1);
	if (s->frame == BITMAP_NONE)
		return -ENOMEM;
	s->va[0] = map_side(s, client);
	if (!s->va[0]) {
		frames_give(s->frame, pages);
		return -ENOMEM;
	}
	return s - sessions + 1;
}

long
mem_session_open(word_t server, word_t pages, word_t *out_va)
{
	struct space *client = space_of(cos_badge());
	struct session *s;
	long id;

	if (!client || !space_of(server) || server == cos_badge() || pages == 0 ||
	    pages > SESSION_PAGES)
		return -EINVAL;
	if (!space_charge(client, pages))
		return -ENOMEM;
	s = take();
	id = s ? open_session(s, client, server, pages) : -ENOMEM;
	if (id < 0) {
		space_discharge(client, pages);
		if (s)
			release(s);
		return id;
	}
	*out_va = s->va[0];
	__atomic_add_fetch(&s->state, CLIENT - SETUP, __ATOMIC_ACQ_REL);
	return id;
}

static struct session *
find(word_t id)
{
	return id >= 1 && id <= SESSIONS ? &sessions[id - 1] : NULL;
}

long
mem_session_accept(word_t id, word_t client, word_t *out_va)
{
	struct session *s = find(id);
	struct space *server = space_of(cos_badge());
	u64 state;

	if (!s || !server)
		return -ENOENT;
	state = load(s);
	if (!(state & CLIENT) || s->client != client || s->server != cos_badge())
		return -ENOENT;
	if (state & (SERVER | SERVER * BUSY))
		return -EBUSY;
	if (!swap(s, &state, CLIENT | SERVER * BUSY))
		return state & CLIENT ? -EBUSY : -ENOENT;
	s->va[1] = map_side(s, server);
	if (!s->va[1]) {
		drop(s, SERVER * BUSY);
		return -ENOMEM;
	}
	*out_va = s->va[1];
	__atomic_add_fetch(&s->state, SERVER - SERVER * BUSY, __ATOMIC_ACQ_REL);
	return s->pages;
}

/* Which side of a session a component is, and has open; 0 = neither. */
static u64
side_of(const struct session *s, u64 state, word_t comp)
{
	if (s->client == comp && state & CLIENT)
		return CLIENT;
	return s->server == comp && state & SERVER ? SERVER : 0;
}

static long
close_side(struct session *s, struct space *space)
{
	u64 state = load(s), side;

	do {
		side = side_of(s, state, space->comp);
		if (!side)
			return -ENOENT;
	} while (!swap(s, &state, (state & BITS & ~side) | side * BUSY));
	unmap_side(s, space, s->va[side - 1]);
	drop(s, side * BUSY);
	return 0;
}

long
mem_session_close(word_t id)
{
	struct session *s = find(id);
	struct space *space = space_of(cos_badge());

	return s && space ? close_side(s, space) : -ENOENT;
}

long
mem_gone(word_t comp)
{
	struct space *space = space_of(comp);

	if (cos_badge() != cos_provider("init"))
		return -EPERM;
	if (!space)
		return -EINVAL;
	for (u32 i = 0; i < SESSIONS; i++)
		close_side(&sessions[i], space);
	return 0;
}
