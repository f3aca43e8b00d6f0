/*
 * mem: session buffers. One run of adjacent frames for each, mapped into its client and then into its server.
 *
 * Each side has two bits: open, and leaving (it unmaps). A side leaves by one compare-and-swap, so that it does so once; the frames go
 * when no bit is left. A server can come in only while the client is there.
 */
#include <lib/component.h>
#include <mem/mem.h>

#include "memmgr.h"

#define SESSIONS 256
#define SESSION_PAGES 4096UL

enum { CLIENT = 1, SERVER = 2, LEAVING = 4, /* shifted side bits */ SETUP = 64 };

static struct session {
	u32 state; /* 0 = free; changed atomically */
	u32 client, server;
	u64 pages, frame;
	u64 va[2]; /* of the client, of the server */
} sessions[SESSIONS];

static struct session *
take(void)
{
	for (u32 i = 0; i < SESSIONS; i++) {
		u32 none = 0;

		if (__atomic_compare_exchange_n(&sessions[i].state, &none, SETUP, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			return &sessions[i];
	}
	return NULL;
}

static u64
map_side(struct session *s, struct space *space)
{
	u64 at = bitmap_take(&space->shared, s->pages + 1, 1); /* one page between sessions stays unmapped */
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
	for (u64 i = 0; i < s->pages; i++)
		space_unmap(space, va + i * PAGE_SIZE);
	bitmap_give(&space->shared, (va - SHARED_VA) / PAGE_SIZE, s->pages + 1);
}

/* A side's last word: the frames go with the last one, while SETUP keeps the place taken. */
static void
drop(struct session *s, u32 bit)
{
	u32 state = s->state, left;

	do
		left = state & ~bit ? state & ~bit : SETUP;
	while (!__atomic_compare_exchange_n(&s->state, &state, left, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	if (left != SETUP)
		return;
	frames_give(s->frame, s->pages);
	space_discharge(space_of(s->client), s->pages);
	__atomic_store_n(&s->state, 0, __ATOMIC_RELEASE);
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

	if (!client || !space_of(server) || server == cos_badge() || pages == 0 || pages > SESSION_PAGES)
		return -EINVAL;
	if (!space_charge(client, pages))
		return -ENOMEM;
	s = take();
	id = s ? open_session(s, client, server, pages) : -ENOMEM;
	if (id < 0) {
		space_discharge(client, pages);
		if (s)
			__atomic_store_n(&s->state, 0, __ATOMIC_RELEASE);
		return id;
	}
	*out_va = s->va[0];
	__atomic_store_n(&s->state, CLIENT, __ATOMIC_RELEASE);
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
	u32 expected = CLIENT;

	if (!s || !server || !(s->state & CLIENT) || s->client != client || s->server != cos_badge())
		return -ENOENT;
	if (!__atomic_compare_exchange_n(&s->state, &expected, CLIENT | SERVER * LEAVING, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return expected & (SERVER | SERVER * LEAVING) ? -EBUSY : -ENOENT;
	s->va[1] = map_side(s, server);
	if (!s->va[1]) {
		drop(s, SERVER * LEAVING);
		return -ENOMEM;
	}
	*out_va = s->va[1];
	__atomic_add_fetch(&s->state, SERVER - SERVER * LEAVING, __ATOMIC_ACQ_REL);
	return s->pages;
}

static long
leave(struct session *s, u32 side, struct space *space)
{
	u32 state = s->state;

	do
		if (!(state & side))
			return -ENOENT;
	while (!__atomic_compare_exchange_n(&s->state, &state, (state & ~side) | side * LEAVING, 0, __ATOMIC_ACQ_REL,
	                                    __ATOMIC_RELAXED));
	unmap_side(s, space, s->va[side - 1]);
	drop(s, side * LEAVING);
	return 0;
}

long
mem_session_close(word_t id)
{
	struct session *s = find(id);
	struct space *space = space_of(cos_badge());

	if (!s || !space)
		return -ENOENT;
	if (s->client == cos_badge() && (s->state & CLIENT))
		return leave(s, CLIENT, space);
	if (s->server == cos_badge() && (s->state & SERVER))
		return leave(s, SERVER, space);
	return -ENOENT;
}
