/*
 * Three sizes of memory:
 *
 *   up to 2 KiB     an object of a page that is cut into objects of one power of two, which so align themselves
 *   up to 31 pages  a run of pages of a chunk, found in the chunk's bitmap
 *   more            pages of their own from below, which go back there when they are freed
 *
 * A chunk is 64 pages from below; its first page holds its records. Chunks are in a table ordered
 * by address, so that free finds the chunk, and with it the record of the page, from an address
 * alone. A page without objects goes back to its chunk, and a chunk without pages goes back
 * below, but for one that is kept in store.
 */
#include "heap.h"

#include <stdint.h>

#include "bridge.h"
#include "qlock.h"

#define CHUNK_PAGES 64u
#define RUN_MAX     31u /* pages of the largest run in a chunk */
#define CHUNKS_MAX  1024u
#define CLASS_MIN   4u  /* 1 << 4 bytes */
#define CLASS_MAX   11u
#define CLASSES     (CLASS_MAX - CLASS_MIN + 1)

struct object {
	struct object *next;
};

struct page { /* of a chunk; used only by a page that is cut into objects */
	struct page *next, *prev; /* pages of the same class with a free object */
	struct object *free;
	uint16_t used;
	uint8_t class;            /* 0: not cut */
};

struct chunk {
	uint64_t busy;            /* a bit for each page */
	struct page page[CHUNK_PAGES];
};

_Static_assert(sizeof(struct chunk) <= BRIDGE_PAGE, "the records fit in a page");
_Static_assert(CHUNK_PAGES == 64, "a chunk has a word of bits");

static struct qlock lock; /* guards everything below */
static struct chunk *chunks[CHUNKS_MAX]; /* by address */
static size_t nchunks, nempty, large_pages;
static struct page *partial[CLASSES];

static char *
page_address(struct chunk *c, size_t index)
{
	return (char *)c + index * BRIDGE_PAGE;
}

/* The records lie in the chunk's first page, so a record tells its chunk. */
static struct chunk *
page_chunk(struct page *p)
{
	return (struct chunk *)((uintptr_t)p & ~(BRIDGE_PAGE - 1));
}

/* Place of the first chunk that begins behind an address. */
static size_t
place_after(const void *addr)
{
	size_t low = 0, high = nchunks;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if ((uintptr_t)chunks[mid] <= (uintptr_t)addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct chunk *
chunk_of(const void *addr)
{
	size_t i = place_after(addr);

	if (i == 0 || (uintptr_t)addr >= (uintptr_t)chunks[i - 1] + CHUNK_PAGES * BRIDGE_PAGE)
		return NULL;
	return chunks[i - 1];
}

static struct chunk *
chunk_new(void)
{
	struct chunk *c;
	size_t at;

	if (nchunks == CHUNKS_MAX)
		return NULL;
	c = bridge_pages_alloc(CHUNK_PAGES);
	if (c == NULL)
		return NULL;
	c->busy = 1;
	at = place_after(c);
	for (size_t i = nchunks; i > at; i--)
		chunks[i] = chunks[i - 1];
	chunks[at] = c;
	nchunks++;
	nempty++;
	return c;
}

static void
chunk_drop(struct chunk *c)
{
	size_t at = place_after(c) - 1;

	nchunks--;
	nempty--;
	for (size_t i = at; i < nchunks; i++)
		chunks[i] = chunks[i + 1];
	bridge_pages_free(c, CHUNK_PAGES);
}

static uint64_t
run_bits(size_t first, size_t pages)
{
	return ((UINT64_C(1) << pages) - 1) << first;
}

/* A free run of a chunk at a multiple of align bytes. Result: its first page, or 0: that one
 * is never free. */
static size_t
run_find(struct chunk *c, size_t pages, size_t align)
{
	size_t step = align > BRIDGE_PAGE ? align / BRIDGE_PAGE : 1;
	size_t first = (0 - (uintptr_t)c / BRIDGE_PAGE) & (step - 1);

	for (; first + pages <= CHUNK_PAGES; first += step) {
		if (!(c->busy & run_bits(first, pages)))
			return first;
	}
	return 0;
}

static void *
run_take(struct chunk *c, size_t first, size_t pages)
{
	if (c->busy == 1)
		nempty--;
	c->busy |= run_bits(first, pages);
	return page_address(c, first);
}

static void *
run_alloc(size_t pages, size_t align)
{
	struct chunk *c;
	size_t first;

	for (size_t i = 0; i < nchunks; i++) {
		first = run_find(chunks[i], pages, align);
		if (first != 0)
			return run_take(chunks[i], first, pages);
	}
	c = chunk_new();
	first = c != NULL ? run_find(c, pages, align) : 0;
	return first != 0 ? run_take(c, first, pages) : NULL;
}

static void
run_free(struct chunk *c, size_t first, size_t pages)
{
	uint64_t bits = run_bits(first, pages);

	if ((c->busy & bits) != bits)
		bridge_stop("memory is freed that is free");
	c->busy &= ~bits;
	if (c->busy != 1)
		return;
	nempty++;
	if (nempty > 1)
		chunk_drop(c);
}

static unsigned
class_of(size_t size)
{
	unsigned class = CLASS_MIN;

	while ((size_t)1 << class < size)
		class++;
	return class;
}

static void
partial_add(struct page *p)
{
	struct page **head = &partial[p->class - CLASS_MIN];

	p->prev = NULL;
	p->next = *head;
	if (*head != NULL)
		(*head)->prev = p;
	*head = p;
}

static void
partial_remove(struct page *p)
{
	if (p->prev != NULL)
		p->prev->next = p->next;
	else
		partial[p->class - CLASS_MIN] = p->next;
	if (p->next != NULL)
		p->next->prev = p->prev;
}

static struct page *
page_cut(unsigned class)
{
	char *at = run_alloc(1, BRIDGE_PAGE);
	struct chunk *c;
	struct page *p;

	if (at == NULL)
		return NULL;
	c = chunk_of(at);
	p = &c->page[(size_t)(at - (char *)c) / BRIDGE_PAGE];
	*p = (struct page){.class = (uint8_t)class};
	for (size_t off = BRIDGE_PAGE; off > 0; off -= (size_t)1 << class) {
		struct object *o = (struct object *)(at + off - ((size_t)1 << class));

		o->next = p->free;
		p->free = o;
	}
	partial_add(p);
	return p;
}

static void *
object_alloc(unsigned class)
{
	struct page *p = partial[class - CLASS_MIN];
	struct object *o;

	if (p == NULL)
		p = page_cut(class);
	if (p == NULL)
		return NULL;
	o = p->free;
	p->free = o->next;
	p->used++;
	if (p->free == NULL)
		partial_remove(p);
	return o;
}

static void
object_free(struct page *p, void *mem)
{
	struct object *o = mem;
	struct chunk *c = page_chunk(p);

	if (p->free == NULL)
		partial_add(p);
	o->next = p->free;
	p->free = o;
	if (--p->used != 0)
		return;
	partial_remove(p);
	p->class = 0;
	run_free(c, (size_t)(p - c->page), 1);
}

static size_t
pages_for(size_t len)
{
	return (len + BRIDGE_PAGE - 1) / BRIDGE_PAGE;
}

/* Pages of their own: some more than needed if they must be aligned, and what is too much goes
 * back at once. */
static void *
large_alloc(size_t pages, size_t align)
{
	size_t more = align > BRIDGE_PAGE ? align / BRIDGE_PAGE - 1 : 0, before;
	char *at = bridge_pages_alloc(pages + more);

	if (at == NULL)
		return NULL;
	before = ((0 - (uintptr_t)at) & (align - 1)) / BRIDGE_PAGE;
	if (before > 0)
		bridge_pages_free(at, before);
	if (more > before)
		bridge_pages_free(at + (before + pages) * BRIDGE_PAGE, more - before);
	large_pages += pages;
	return at + before * BRIDGE_PAGE;
}

void *
heap_alloc(size_t len, size_t align)
{
	size_t size = len > align ? len : align;
	void *mem;

	if (len > SIZE_MAX - HEAP_ALIGN_MAX)
		return NULL;
	qlock_enter(&lock);
	if (size <= (size_t)1 << CLASS_MAX)
		mem = object_alloc(class_of(size));
	else if (pages_for(len) <= RUN_MAX)
		mem = run_alloc(len == 0 ? 1 : pages_for(len), align);
	else
		mem = large_alloc(pages_for(len), align);
	qlock_exit(&lock);
	return mem;
}

static void
free_locked(void *mem, size_t len)
{
	struct chunk *c = chunk_of(mem);
	size_t first;

	if (c == NULL) {
		large_pages -= pages_for(len);
		bridge_pages_free(mem, pages_for(len));
		return;
	}
	first = ((uintptr_t)mem - (uintptr_t)c) / BRIDGE_PAGE;
	if (c->page[first].class != 0)
		object_free(&c->page[first], mem);
	else
		run_free(c, first, len == 0 ? 1 : pages_for(len));
}

void
heap_free(void *mem, size_t len)
{
	qlock_enter(&lock);
	free_locked(mem, len);
	qlock_exit(&lock);
}

struct heap_usage
heap_usage(void)
{
	struct heap_usage u;

	qlock_enter(&lock);
	u = (struct heap_usage){nchunks, large_pages};
	qlock_exit(&lock);
	return u;
}
