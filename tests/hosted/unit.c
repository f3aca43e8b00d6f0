/*
 * Parts of the component's host that stand alone: the cipher against its published vector, the
 * pages of the session buffer, and the allocator, which must give back what it took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "rumpuser/bridge.h"
#include "rumpuser/chacha.h"
#include "rumpuser/heap.h"
#include "rumpuser/space.h"

static int failed;
static size_t pages_out; /* that the allocator has from below */
static size_t pages_limit = SIZE_MAX;

void *
bridge_pages_alloc(size_t pages)
{
	void *p;

	if (pages > pages_limit || pages_out > pages_limit - pages)
		return NULL;
	p = mmap(NULL, pages * BRIDGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pages_out += pages;
	return p;
}

void
bridge_pages_free(void *mem, size_t pages)
{
	munmap(mem, pages * BRIDGE_PAGE);
	pages_out -= pages;
}

uint32_t bridge_self(void) { return 1; }
int bridge_block(uint64_t until) { return (void)until, abort(), 0; }
void bridge_wakeup(uint32_t thread) { (void)thread; }
void bridge_stop(const char *why) { fprintf(stderr, "stopped: %s\n", why), abort(); }

static void
report(const char *name, const char *sentence, int holds)
{
	printf("%s %s%s%s\n", holds ? "PASS" : "FAIL", name, holds ? "" : ": not so: ", holds ? "" : sentence);
	failed += !holds;
}

static void
test_chacha(void)
{
	/* RFC 8439, section 2.3.2. */
	static const uint32_t want[16] = {
		0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033, 0x9aaa2204, 0x4e6cd4c3,
		0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9, 0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2,
	};
	static const uint32_t nonce[3] = {0x09000000, 0x4a000000, 0};
	uint32_t key[8], out[16];

	for (uint32_t i = 0; i < 8; i++)
		key[i] = 0x03020100 + i * 0x04040404;
	chacha_block(out, key, 1, nonce);
	report("chacha", "the cipher gives the published block", memcmp(out, want, sizeof(want)) == 0);
}

static void
test_space(void)
{
	struct space s;
	int a, b, c, d;

	space_init(&s, 100);
	a = space_take(&s, 60);
	b = space_take(&s, 30);
	c = space_take(&s, 11);
	report("space-full", "what does not fit is refused", a == 0 && b == 60 && c == -1);
	space_give(&s, 0, 60);
	c = space_take(&s, 61);
	d = space_take(&s, 60);
	report("space-run", "a run is found where it fits and nowhere else", c == -1 && d == 0);
}

#define BLOCKS 300

struct block {
	uint8_t *at;
	size_t len;
};

static int
whole(const struct block *b)
{
	uint8_t mark = (uint8_t)((uintptr_t)b->at >> 4);

	return b->at[0] == mark && b->at[b->len - 1] == mark;
}

static void
test_heap(void)
{
	static struct block block[BLOCKS];
	unsigned r = 7;
	int good = 1;

	for (int i = 0; i < 100000; i++) {
		struct block *b = &block[(r = r * 1664525 + 1013904223) >> 8 & 255];
		size_t align = (size_t)8 << (r >> 20 & 7) * 2;

		if (b->at != NULL) {
			good &= whole(b);
			heap_free(b->at, b->len);
		}
		b->len = 1 + (r >> 10) % (r & 1 ? 200 : r & 2 ? 9000 : 200000);
		align = align > HEAP_ALIGN_MAX ? HEAP_ALIGN_MAX : align;
		b->at = heap_alloc(b->len, align);
		good &= b->at != NULL && ((uintptr_t)b->at & (align - 1)) == 0;
		b->at[0] = b->at[b->len - 1] = (uint8_t)((uintptr_t)b->at >> 4);
	}
	report("heap-content", "memory is aligned, and nobody else's", good);
	for (int i = 0; i < BLOCKS; i++) {
		if (block[i].at != NULL)
			heap_free(block[i].at, block[i].len);
	}
	report("heap-return", "all but one chunk goes back when everything is freed",
	       pages_out <= 64 && heap_usage().chunks <= 1);
}

static void
test_heap_limit(void)
{
	void *mem[2000];
	int n = 0;

	pages_limit = 300;
	while (n < 2000 && (mem[n] = heap_alloc(3000, 8)) != NULL)
		n++;
	report("heap-limit", "with no pages left there is no memory, and no crash", n > 200 && n < 300);
	while (n-- > 0)
		heap_free(mem[n], 3000);
	report("heap-again", "what was freed can be had again", heap_alloc(100000, 4096) != NULL);
}

int
main(void)
{
	test_chacha();
	test_space();
	test_heap();
	test_heap_limit();
	return failed != 0;
}
