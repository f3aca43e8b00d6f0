/*
 * A session buffer towards one server for each thread of a client: what client.c of interfaces with bulk data is
 * made on.
 *
 * The structure is thread-local, so nothing is shared and nothing is locked. Thread-local storage may be that of an
 * earlier thread which ran on the same stack; then its buffer is bound to the new thread instead of opening another.
 */
#ifndef MEM_BUFFER_H
#define MEM_BUFFER_H

#include <lib/component.h>
#include <mem/mem.h>

#define MEM_BUFFER_PAGES_MAX 64

struct mem_buffer {
	word_t owner; /* thread id; 0 at first */
	long id;
	char *at;     /* NULL: not opened */
	word_t bytes;
};

static inline long
mem_buffer_open(struct mem_buffer *b, word_t server, word_t pages)
{
	word_t va;
	long id = mem_session_open(server, pages, &va);

	if (id < 0)
		return id;
	*b = (struct mem_buffer){0, id, (char *)va, pages * PAGE_SIZE};
	return 0;
}

/*
 * Makes sure that the calling thread has its buffer. import: whose provider it is for, its name; bind: the invocation by
 * which a thread names its buffer to it. Result: 0 or an error.
 */
static inline long
mem_buffer_ready(struct mem_buffer *b, const char *import, word_t pages, long (*bind)(word_t session))
{
	long e = 0;

	if (b->owner == cos_thdid())
		return 0;
	if (b->at == NULL)
		e = mem_buffer_open(b, cos_provider(import), pages);
	if (e == 0)
		e = bind((word_t)b->id);
	if (e == 0)
		b->owner = cos_thdid();
	return e;
}

#endif
