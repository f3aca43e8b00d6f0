/*
 * What every server of blk does with its clients: who has the device open, with which ring. The
 * server guards the table with its one lock; ids are never 0, which marks a free place.
 */
#ifndef BLK_SERVER_H
#define BLK_SERVER_H

#include <blk/ring.h>
#include <lib/component.h>
#include <lib/kcall.h>
#include <lib/mutex.h>
#include <mem/mem.h>

#define BLK_CLIENTS 8

struct blk_client {
	word_t comp; /* component id; 0 = free */
	word_t session;
	struct blk_server_ring ring;
	u64 bytes;   /* of the session buffer */
	int closing; /* nothing more is taken from its ring */
	int told;    /* it has completions that it was not notified of */
};

/* Defined by the server. */
extern struct blk_client blk_clients[BLK_CLIENTS];
extern struct mutex blk_lock;

/* The client with a component id; NULL if there is none. */
static inline struct blk_client *
blk_client_find(struct blk_client *table, word_t comp)
{
	for (u32 i = 0; i < BLK_CLIENTS; i++)
		if (table[i].comp == comp)
			return &table[i];
	return NULL;
}

/* The caller opens the device: blk_open but for what it says of the device. */
static inline long
blk_client_enter(struct blk_client *table, word_t session)
{
	struct blk_client *c = blk_client_find(table, cos_badge()) ? NULL : blk_client_find(table, 0);
	word_t va;
	long pages = c ? mem_session_accept(session, cos_badge(), &va) : -EBUSY;

	if (pages >= 0 && pages < 2) {
		mem_session_close(session);
		pages = -EINVAL;
	}
	if (pages < 0)
		return pages;
	*c = (struct blk_client){.comp = cos_badge(), .session = session, .bytes = pages * PAGE_SIZE};
	blk_server_open(&c->ring, (struct blk_ring *)va);
	return 0;
}

/* None of its requests is being carried out: its buffer and its place are given back. */
static inline void
blk_client_leave(struct blk_client *c)
{
	mem_session_close(c->session);
	c->comp = 0;
}

/* Sends to the end points of the client's threads that take completions. */
static inline void
blk_client_notify(word_t comp)
{
	const struct info_grant *g;

	for (u32 i = 0; (g = cos_grant(GRANT_SND, i)); i++)
		if (g->a == comp)
			snd_send((struct snd_cap){g->slot});
}

#endif
