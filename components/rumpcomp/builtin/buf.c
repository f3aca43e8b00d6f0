/*
 * The buffer cache's memory: finding, making, releasing and forgetting buffers. Transfers are in
 * bufio.c.
 *
 * Invariants: a buffer is in the hash table once it has an identity; in bcache.clean exactly if it
 * is neither BUSY nor DIRTY nor pinned; in bcache.dirty exactly if DIRTY; only clean ones are
 * taken from their block and given to another.
 */
#include "buf.h"
#include "journal.h"

#define HASH_SIZE 4096u /* power of two */

struct bcache bcache;

static struct buf *hash[HASH_SIZE];

void
bcache_init(void)
{
	kmutex_init(&bcache.lock);
	kcond_init(&bcache.released);
	link_init(&bcache.clean);
	link_init(&bcache.dirty);
	bcache.limit = kparam("RUMP_BUFCACHE_KB", 2048, 1024, 1024 * 1024) * 1024;
}

static struct buf **
hash_slot(struct bdev *d, uint64_t blkno)
{
	return &hash[(blkno + ((uintptr_t)d >> 4)) % HASH_SIZE];
}

static struct buf *
hash_find(struct bdev *d, uint64_t blkno)
{
	struct buf *b = *hash_slot(d, blkno);

	while (b != NULL && (b->blkno != blkno || b->dev != d))
		b = b->hash_next;
	return b;
}

static void
hash_insert(struct buf *b)
{
	struct buf **slot = hash_slot(b->dev, b->blkno);

	b->hash_next = *slot;
	*slot = b;
}

static void
hash_remove(struct buf *b)
{
	struct buf **at = hash_slot(b->dev, b->blkno);

	while (*at != b)
		at = &(*at)->hash_next;
	*at = b->hash_next;
}

void
buf_settle(struct buf *b)
{
	if (!(b->flags & (BUF_BUSY | BUF_DIRTY)) && b->pins == 0) {
		if (b->flags & BUF_VALID) {
			link_append(&bcache.clean, &b->lru);
		} else { /* worthless: the first to be reused */
			link_append(bcache.clean.next, &b->lru);
		}
	}
	if (b->wanted || bcache.short_of_memory) {
		b->wanted = 0;
		kcond_broadcast(bcache.released);
	}
}

void
buf_mark_dirty(struct buf *b)
{
	if (b->flags & BUF_DIRTY)
		return;
	b->flags |= BUF_DIRTY;
	b->dirtied = ++bcache.clock;
	bcache.dirty_bytes += b->size;
	link_append(&bcache.dirty, &b->dirty);
}

void
buf_mark_clean(struct buf *b)
{
	if (!(b->flags & BUF_DIRTY))
		return;
	b->flags &= ~(uint32_t)BUF_DIRTY;
	bcache.dirty_bytes -= b->size;
	link_remove(&b->dirty);
}

static void
buf_destroy(struct buf *b)
{
	bcache.bytes -= b->size;
	kmem_free(b->data, b->size);
	kmem_free(b, sizeof(*b));
}

static struct buf *
buf_create(uint32_t size)
{
	struct buf *b;

	if (bcache.bytes + size > bcache.limit)
		return NULL;
	b = kmem_zalloc(sizeof(*b));
	if (b == NULL)
		return NULL;
	b->data = kmem_alloc(size);
	if (b->data == NULL) {
		kmem_free(b, sizeof(*b));
		return NULL;
	}
	b->size = size;
	bcache.bytes += size;
	link_init(&b->lru);
	link_init(&b->dirty);
	return b;
}

/*
 * The least recently used clean buffer, out of all lists. Those of another size are given back
 * until the new one fits.
 */
static struct buf *
buf_recycle(uint32_t size)
{
	while (!link_empty(&bcache.clean)) {
		struct buf *b = container_of(bcache.clean.next, struct buf, lru);

		link_remove(&b->lru);
		hash_remove(b);
		if (b->size == size)
			return b;
		buf_destroy(b);
		b = buf_create(size);
		if (b != NULL)
			return b;
	}
	return NULL;
}

int
buf_take_idle(struct bdev *d, uint64_t blkno, struct buf **bp)
{
	struct buf *b = hash_find(d, blkno);

	if (b != NULL)
		return EEXIST;
	b = buf_create(d->bsize);
	if (b == NULL)
		b = buf_recycle(d->bsize);
	if (b == NULL)
		return bcache.bytes == 0 ? ENOMEM : EBUSY;
	b->dev = d;
	b->blkno = blkno;
	b->flags = BUF_BUSY;
	b->owner = BUF_OWNER_META;
	b->error = 0;
	b->wanted = 0;
	b->failures = 0;
	b->changed = 0;
	hash_insert(b);
	*bp = b;
	return 0;
}

/* Everything is busy or dirty: the write-back thread shall hurry. */
static void
wait_for_memory(void)
{
	bcache.short_of_memory++;
	syncer_wake();
	kcond_wait(bcache.released, bcache.lock);
	bcache.short_of_memory--;
}

static int
buf_get_locked(struct bdev *d, uint64_t blkno, struct buf **bp)
{
	for (;;) {
		struct buf *b = hash_find(d, blkno);
		int e;

		if (b != NULL && !(b->flags & BUF_BUSY)) {
			b->flags |= BUF_BUSY;
			link_remove(&b->lru);
			*bp = b;
			return 0;
		}
		if (b != NULL) {
			b->wanted = 1;
			kcond_wait(bcache.released, bcache.lock);
			continue;
		}
		e = buf_take_idle(d, blkno, bp);
		if (e != EBUSY)
			return e;
		wait_for_memory();
	}
}

int
buf_get(struct bdev *d, uint64_t blkno, struct buf **bp)
{
	int e;

	kmutex_enter(bcache.lock);
	e = buf_get_locked(d, blkno, bp);
	kmutex_exit(bcache.lock);
	return e;
}

void
buf_release(struct buf *b)
{
	kmutex_enter(bcache.lock);
	b->flags &= ~(uint32_t)BUF_BUSY;
	buf_settle(b);
	kmutex_exit(bcache.lock);
}

void
buf_set_valid(struct buf *b)
{
	kmutex_enter(bcache.lock);
	b->flags |= BUF_VALID;
	kmutex_exit(bcache.lock);
}

int
buf_zeroed(struct bdev *d, uint64_t blkno, struct buf **bp)
{
	int e = buf_get(d, blkno, bp);

	if (e != 0)
		return e;
	memset((*bp)->data, 0, (*bp)->size);
	buf_set_valid(*bp);
	return 0;
}

void
buf_discard(struct bdev *d, uint64_t blkno)
{
	struct buf *b;

	kmutex_enter(bcache.lock);
	while ((b = hash_find(d, blkno)) != NULL && (b->flags & BUF_BUSY)) {
		b->wanted = 1;
		kcond_wait(bcache.released, bcache.lock);
	}
	if (b != NULL) {
		link_remove(&b->lru);
		buf_mark_clean(b);
		if (b->flags & BUF_LOGGED)
			d->journal->logged--;
		b->flags &= ~(uint32_t)(BUF_VALID | BUF_LOGGED);
		buf_settle(b);
	}
	kmutex_exit(bcache.lock);
}

/* Result: whether the slot has a busy buffer of the device. */
static int
purge_slot(struct buf **at, struct bdev *d)
{
	int busy = 0;

	while (*at != NULL) {
		struct buf *b = *at;

		if (b->dev != d || (b->flags & BUF_BUSY)) {
			busy |= b->dev == d;
			b->wanted |= b->dev == d;
			at = &b->hash_next;
			continue;
		}
		*at = b->hash_next;
		link_remove(&b->lru);
		buf_mark_clean(b);
		buf_destroy(b);
	}
	return busy;
}

void
buf_purge(struct bdev *d)
{
	kmutex_enter(bcache.lock);
	for (unsigned i = 0; i < HASH_SIZE; i++) {
		while (purge_slot(&hash[i], d))
			kcond_wait(bcache.released, bcache.lock);
	}
	kmutex_exit(bcache.lock);
}
