/*
 * Commits and checkpoints. Everything here runs under the journal's lock with operations stopped,
 * so nothing changes while it is written.
 */
#include "journal.h"

#include "jbd.h"
#include "lwp.h"
#include "op.h"
#include "redo.h"

#define TRIES        3 /* of a write to the journal */
#define TRANSACTIONS 3 /* of the largest size have room in it */

/* Every chunk begins with a descriptor block, which has room for tags of all that fit behind it. */
static uint32_t
listed_in_chunk(const struct bdev *d)
{
	return IO_MAX / d->bsize - 1;
}

/* Blocks of the ring that a transaction of so many buffers takes. */
static uint32_t
blocks_for(const struct bdev *d, uint32_t buffers)
{
	return buffers + (buffers + listed_in_chunk(d) - 1) / listed_in_chunk(d) + 1;
}

int
journal_has_room(const struct journal *j, unsigned active)
{
	return j->aborted || j->logged + (active + 1) * OP_BUFS <= j->limit;
}

static uint32_t
next(const struct journal *j, uint32_t block, uint32_t n)
{
	uint32_t size = j->length - j->first;

	return j->first + (block - j->first + n) % size;
}

/* Writes n blocks of the chunk to the ring, in as few transfers as the file's blocks allow. */
static int
write_ring(struct journal *j, uint32_t at, uint32_t n, int op)
{
	uint32_t bsize = j->dev->bsize, done = 0;
	int e = 0;

	while (done < n && e == 0) {
		uint32_t block = next(j, at, done), run = 1;

		while (done + run < n && block + run < j->length && j->map[block + run] == j->map[block] + run)
			run++;
		done += run;
		for (int i = 0; i < TRIES; i++) {
			e = bdev_transfer(j->dev, done == n ? op : RUMPUSER_BIO_WRITE, j->chunk + (done - run) * bsize,
			                  run * bsize, j->map[block]);
			if (e == 0)
				break;
		}
	}
	return e;
}

/* start: 0, or where recovery has to begin. */
static int
write_super(struct journal *j, uint32_t start, int op)
{
	struct jbd_super *sb = (struct jbd_super *)j->chunk;
	int e = bdev_transfer(j->dev, RUMPUSER_BIO_READ, j->chunk, j->dev->bsize, j->map[0]);

	if (e != 0)
		return e;
	sb->start = be32(start);
	sb->sequence = be32(j->sequence);
	return bdev_transfer(j->dev, op, j->chunk, j->dev->bsize, j->map[0]);
}

/* A transaction that is being written. */
struct log {
	struct journal *j;
	uint32_t at;          /* block of the ring where the chunk goes */
	uint32_t n;           /* blocks in the chunk */
	uint8_t *tag;         /* where the next tag goes in the chunk's descriptor block */
	struct jbd_tag *last; /* the one before; NULL: it would be the first */
	int error;
};

static uint8_t *
log_block(struct log *l)
{
	return l->j->chunk + (size_t)l->n++ * l->j->dev->bsize;
}

static uint8_t *
log_header(struct log *l, enum jbd_type type)
{
	uint8_t *block = log_block(l);

	memset(block, 0, l->j->dev->bsize);
	*(struct jbd_header *)block = (struct jbd_header){be32(JBD_MAGIC), be32(type), be32(l->j->sequence)};
	return block + sizeof(struct jbd_header);
}

static void
log_flush(struct log *l, int op)
{
	if (l->n > 0 && l->error == 0)
		l->error = write_ring(l->j, l->at, l->n, op);
	l->at = next(l->j, l->at, l->n);
	l->n = 0;
	l->last = NULL;
}

static void
log_tag(struct log *l, uint32_t block, uint32_t flags)
{
	struct jbd_tag *tag = (struct jbd_tag *)l->tag;

	l->tag += sizeof(*tag);
	if (l->last == NULL)
		l->tag += JBD_UUID;
	else
		l->last->flags &= be32(~(uint32_t)JBD_LAST);
	*tag = (struct jbd_tag){be32(block), be32(flags | (l->last == NULL ? 0 : JBD_SAME_UUID) | JBD_LAST)};
	l->last = tag;
}

static void
log_buffer(struct log *l, const struct buf *b)
{
	uint32_t flags = 0;
	uint8_t *to;

	if (l->n == 0)
		l->tag = log_header(l, JBD_DESCRIPTOR);
	to = log_block(l);
	memcpy(to, b->data, b->size);
	if (*(uint32_t *)to == be32(JBD_MAGIC)) {
		memset(to, 0, sizeof(uint32_t));
		flags = JBD_ESCAPED;
	}
	log_tag(l, (uint32_t)b->blkno, flags);
}

/*
 * Writes the running transaction. What it consists of is stable before the commit block is
 * written, and that before this returns.
 */
static int
log_write(struct journal *j, const struct buf *chain, uint32_t buffers)
{
	struct log l = {.j = j, .at = j->head};

	for (const struct buf *b = chain; b != NULL; b = b->io_next) {
		log_buffer(&l, b);
		if (b->io_next == NULL)
			log_flush(&l, RUMPUSER_BIO_WRITE | RUMPUSER_BIO_SYNC);
		else if (l.n == IO_MAX / j->dev->bsize)
			log_flush(&l, RUMPUSER_BIO_WRITE);
	}
	log_header(&l, JBD_COMMIT);
	log_flush(&l, RUMPUSER_BIO_WRITE | RUMPUSER_BIO_SYNC);
	if (l.error != 0)
		return l.error;
	j->head = l.at;
	j->used += blocks_for(j->dev, buffers);
	j->sequence++;
	return 0;
}

static void
abort_journal(struct journal *j)
{
	kprintf("%s: the journal cannot be written: read-only from now on, and what was not synced is lost\n", j->dev->key);
	kmutex_enter(bcache.lock);
	j->aborted = 1;
	j->dev->lost = 1;
	kmutex_exit(bcache.lock);
	j->events->failed(j->arg);
}

/* What was written becomes stable: the journal's superblock is written again, as it is. */
static int
make_stable(struct journal *j)
{
	int e = bdev_transfer(j->dev, RUMPUSER_BIO_READ, j->chunk, j->dev->bsize, j->map[0]);

	return e != 0 ? e : bdev_transfer(j->dev, RUMPUSER_BIO_WRITE | RUMPUSER_BIO_SYNC, j->chunk, j->dev->bsize, j->map[0]);
}

/*
 * All that is committed is written in place. Only when it is stable may the superblock say that
 * the journal does not need it; what could not be written is still there for recovery.
 */
static int
checkpoint(struct journal *j, int empty)
{
	int e = buf_write_all(j->dev, 0);

	if (e == 0)
		e = bdev_lost(j->dev) ? EIO : make_stable(j);
	if (e == 0)
		e = write_super(j, empty ? 0 : j->head, RUMPUSER_BIO_WRITE | RUMPUSER_BIO_SYNC);
	if (e == 0)
		j->used = 0;
	return e;
}

/* The running transaction, with operations stopped. *freed: it has freed metadata. */
static int
commit(struct journal *j, int *freed)
{
	struct buf *chain;
	unsigned n;
	int e = buf_write_all(j->dev, 1);

	if (e != 0)
		return e;
	chain = buf_take_logged(j->dev, &n);
	if (n > 0) /* there is room, unless checkpoints fail */
		e = j->used + blocks_for(j->dev, n) > j->length - j->first ? EIO : log_write(j, chain, n);
	if (e != 0)
		abort_journal(j);
	kmutex_enter(bcache.lock);
	*freed = j->freed;
	j->freed = 0;
	j->logged = 0;
	kmutex_exit(bcache.lock);
	buf_give_logged(chain, e == 0);
	if (e == 0)
		j->events->committed(j->arg);
	return e;
}

static int
needs_checkpoint(const struct journal *j)
{
	return j->used + blocks_for(j->dev, j->limit + OP_BUFS) > j->length - j->first;
}

/* The lock is held. */
static int
commit_and_check(struct journal *j)
{
	int freed = 0, e;

	ops_stop();
	e = j->aborted ? EIO : commit(j, &freed);
	if (e == 0 && j->dev->redo != NULL)
		redo_reset(j->dev->redo);
	if (e == 0 && (freed || needs_checkpoint(j)))
		e = checkpoint(j, 0);
	if (e == 0 && bdev_unstable(j->dev))
		e = make_stable(j);
	ops_go();
	return e;
}

int
journal_commit(struct journal *j)
{
	int e;

	kmutex_enter(j->lock);
	e = commit_and_check(j);
	kmutex_exit(j->lock);
	return e != 0 ? e : bdev_lost(j->dev) ? EIO : 0;
}

/* All that are open, for the thread that commits. Taken before a journal's lock. */
static kmutex all_lock;
static kcond never;
static struct journal *all;

#define INTERVAL 5 /* seconds that a transaction runs at most, if nobody asks */

static void
committer(void)
{
	kmutex_enter(all_lock);
	for (;;) {
		rumpuser_cv_timedwait(never, all_lock, INTERVAL, 0);
		for (struct journal *j = all; j != NULL; j = j->next_open)
			journal_commit(j);
	}
}

void
journal_init(void)
{
	kmutex_init(&all_lock);
	kcond_init(&never);
	kassert(kthread_create(committer, "committer") == 0, "no thread for commits");
}

static void
register_journal(struct journal *j)
{
	kmutex_enter(all_lock);
	j->next_open = all;
	all = j;
	kmutex_exit(all_lock);
}

static void
forget_journal(struct journal *j)
{
	struct journal **at = &all;

	kmutex_enter(all_lock);
	while (*at != j)
		at = &(*at)->next_open;
	*at = j->next_open;
	kmutex_exit(all_lock);
}

static void
journal_free(struct journal *j)
{
	if (j->chunk != NULL)
		kmem_free(j->chunk, IO_MAX);
	kmutex_destroy(j->lock);
	kmem_free(j, sizeof(*j));
}

int
journal_open(struct bdev *d, uint32_t *map, uint32_t length, const struct journal_events *events, void *arg,
             struct journal **jp)
{
	struct jbd_super sb;
	struct journal *j;
	uint32_t ring;
	int e = journal_read_super(d, map, length, &sb);

	if (e != 0)
		return e;
	ring = be32(sb.maxlen) - be32(sb.first);
	if (ring < TRANSACTIONS * blocks_for(d, 2 * OP_BUFS)) {
		kprintf("%s: the journal is too small: %u blocks\n", d->key, ring);
		return EINVAL;
	}
	j = kmem_zalloc(sizeof(*j));
	if (j == NULL)
		return ENOMEM;
	*j = (struct journal){.dev = d, .map = map, .length = be32(sb.maxlen), .first = be32(sb.first),
	                      .head = be32(sb.first), .sequence = be32(sb.sequence), .events = events, .arg = arg};
	j->limit = ring / TRANSACTIONS - OP_BUFS;
	j->limit = (uint32_t)min_u64(j->limit, bcache.limit / 2 / d->bsize);
	j->chunk = kmem_alloc(IO_MAX);
	kmutex_init(&j->lock);
	e = j->chunk == NULL ? ENOMEM : write_super(j, j->head, RUMPUSER_BIO_WRITE | RUMPUSER_BIO_SYNC);
	if (e == 0) {
		*jp = j;
		register_journal(j);
	} else {
		journal_free(j);
	}
	return e;
}

int
journal_close(struct journal *j, int force)
{
	int e, e2;

	kmutex_enter(j->lock);
	e = commit_and_check(j);
	ops_stop();
	e2 = e == 0 ? checkpoint(j, 1) : 0;
	ops_go();
	e = e != 0 ? e : e2;
	kmutex_exit(j->lock);
	if (e != 0 && !force)
		return e;
	forget_journal(j);
	kmutex_enter(bcache.lock);
	j->dev->journal = NULL;
	kmutex_exit(bcache.lock);
	journal_free(j);
	return e;
}
