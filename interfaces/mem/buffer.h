/*
 * A session buffer towards one server for each thread of a client: what client.c of interfaces with bulk data is
 * made on.
 *
 * A buffer belongs to an execution stack, which one thread is on at a time: it stays when the thread ends, and is
 * bound to the next. What a thread knows of its buffer is thread-local, so nothing is shared and nothing is locked.
 */
#ifndef MEM_BUFFER_H
#define MEM_BUFFER_H

#include <lib/component.h>
#include <mem/mem.h>

#define MEM_BUFFER_PAGES_MAX 64

/* Of each stack; static. */
struct mem_buffers {
	struct {
		long id;
		char *at; /* NULL: not opened */
		word_t bytes;
	} of[STACKS_MAX];
};

/* Of each thread; thread-local. */
struct mem_buffer {
	word_t owner; /* thread id; 0 at first, and another's may be left over in a server */
	char *at;
	word_t bytes;
};

/* Opens the buffer of the stack that the thread is on. */
static inline long
mem_buffer_open(struct mem_buffers *all, word_t server, word_t pages)
{
	word_t va, stack = cos_stack();
	long id = mem_session_open(server, pages, &va);

	if (id < 0)
		return id;
	all->of[stack].id = id;
	all->of[stack].at = (char *)va;
	all->of[stack].bytes = pages * PAGE_SIZE;
	return 0;
}

/*
 * Makes sure that the calling thread has its buffer, of pages if it must be opened. interface: whose provider it is
 * for; bind: the invocation by which a thread names its buffer to it. Result: 0 or an error.
 */
static inline long
mem_buffer_ready(struct mem_buffer *b, struct mem_buffers *all, const char *interface, word_t pages,
                 long (*bind)(word_t session))
{
	word_t stack = cos_stack();
	long e = 0;

	if (b->owner == cos_thdid())
		return 0;
	if (all->of[stack].at == NULL)
		e = mem_buffer_open(all, cos_provider(interface), pages);
	if (e == 0)
		e = bind((word_t)all->of[stack].id);
	if (e == 0)
		*b = (struct mem_buffer){cos_thdid(), all->of[stack].at, all->of[stack].bytes};
	return e;
}

#endif
