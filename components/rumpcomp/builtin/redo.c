/*
 * Writing the redo log. A record's header is written last, or together with all of it, so that a
 * record is there as a whole or not at all.
 */
#include "redo.h"

#include "journal.h"
#include "lwp.h"

_Static_assert(sizeof(struct redo_head) % 8 == 0 && sizeof(struct redo_record) % 8 == 0 &&
               sizeof(struct redo_range) % 8 == 0 && sizeof(struct redo_answer) % 8 == 0, "records are aligned");
_Static_assert(REDO_PIECE % 8 == 0 && REDO_END == 8, "where the piece is not full the end fits");
_Static_assert(sizeof(struct redo_head) + sizeof(struct redo_record) + REDO_ANSWERS * sizeof(struct redo_answer) + REDO_END <=
               REDO_PIECE, "an empty log is written at once");

/* It is kept by somebody whom we cannot do without: if he fails, what was acknowledged cannot be kept. */
static void
put(const struct redo *r, const void *data, size_t n, uint64_t at)
{
	const struct rumpuser_iovec iov = {(void *)(uintptr_t)data, n};
	size_t done = 0;
	int e = rumpuser_iovwrite(r->dev->nvram_fd, &iov, 1, (int64_t)at, &done);

	kassert(e == 0 && done == n, "the redo log cannot be written");
}

/* A record that is being written, by way of the log's piece. */
struct writing {
	struct redo *r;
	struct redo_record record;
	uint32_t used;  /* of the piece */
	uint64_t at;    /* where the piece goes */
	int in_pieces;  /* the piece does not begin with the record's header any more */
};

static void
flush(struct writing *w)
{
	uint32_t skip = w->in_pieces ? 0 : (uint32_t)sizeof(w->record);

	put(w->r, w->r->piece + skip, w->used - skip, w->at + skip);
	w->at += w->used;
	w->used = 0;
	w->in_pieces = 1;
}

static void
append(struct writing *w, const void *data, size_t n)
{
	const uint8_t *from = data;

	while (n > 0) {
		size_t part = min_u64(n, REDO_PIECE - w->used);

		memcpy(w->r->piece + w->used, from, part);
		w->used += (uint32_t)part;
		w->record.bytes += (uint32_t)part;
		from += part;
		n -= part;
		if (w->used == REDO_PIECE)
			flush(w);
	}
}

static struct writing
begin(struct redo *r)
{
	return (struct writing){
	        .r = r,
	        .record = {REDO_MAGIC, sizeof(struct redo_record), r->sequence, 0, 0},
	        .used = sizeof(struct redo_record),
	        .at = r->at,
	};
}

static void
end(struct writing *w)
{
	struct redo *r = w->r;

	memset(r->piece + w->used, 0, REDO_END);
	if (!w->in_pieces)
		memcpy(r->piece, &w->record, sizeof(w->record));
	put(r, r->piece, w->used + REDO_END, w->at);
	if (w->in_pieces)
		put(r, &w->record, sizeof(w->record), r->at);
	r->at += w->record.bytes;
	r->sequence++;
}

static void
add_range(struct writing *w, const struct buf *b, uint32_t at, uint32_t bytes)
{
	static const uint8_t zeros[8];
	struct redo_range range = {b->blkno, at, bytes};

	append(w, &range, sizeof(range));
	append(w, b->data + at, bytes);
	append(w, zeros, -bytes & 7);
	w->record.ranges++;
}

/* What has changed in a buffer since it was last recorded: runs of parts. */
static void
add_buffer(struct writing *w, struct buf *b)
{
	uint32_t part = b->size / BUF_PARTS;

	if (!(b->flags & BUF_VALID)) /* freed */
		b->changed = 0;
	while (b->changed != 0) {
		unsigned first = (unsigned)__builtin_ctzll(b->changed);
		uint64_t rest = ~(b->changed >> first);
		unsigned n = rest == 0 ? BUF_PARTS : (unsigned)__builtin_ctzll(rest);

		n = n > BUF_PARTS - first ? BUF_PARTS - first : n;
		add_range(w, b, first * part, n * part);
		b->changed &= ~buf_parts(b, first * part, n * part);
	}
}

/* In the place it has, a free one, or that of who was last heard of longest ago. The newest stands first. */
void
redo_remember(struct redo *r, const struct redo_answer *a)
{
	unsigned place = 0;

	while (place < REDO_ANSWERS - 1 && r->answers[place].client != a->client)
		place++;
	kmutex_enter(bcache.lock);
	for (; place > 0; place--)
		r->answers[place] = r->answers[place - 1];
	r->answers[0] = *a;
	kmutex_exit(bcache.lock);
}

static void
add_answer(struct writing *w, const struct redo_answer *a)
{
	append(w, a, sizeof(*a));
	w->record.answers++;
	redo_remember(w->r, a);
}

/* The record of those operations of a chain that are on one device. */
static void
record_device(struct redo *r, struct op *ops)
{
	struct writing w = begin(r);

	for (struct op *op = ops; op != NULL; op = op->next) {
		if (op->dev == r->dev && op->answer.client != 0 && op->answer.operation != 0)
			add_answer(&w, &op->answer);
	}
	for (struct op *op = ops; op != NULL; op = op->next) {
		for (unsigned i = 0; op->dev == r->dev && i < op->n; i++)
			add_buffer(&w, op->bufs[i]);
	}
	end(&w);
}

static int
is_first_of_device(const struct op *op, const struct op *ops)
{
	while (ops->dev != op->dev)
		ops = ops->next;
	return ops == op;
}

void
redo_record(struct op *ops)
{
	for (struct op *op = ops; op != NULL; op = op->next) {
		if (is_first_of_device(op, ops))
			record_device(op->dev->redo, ops);
	}
}

/* The head, and behind it one record with the answers, at once. */
void
redo_reset(struct redo *r)
{
	struct redo_record record = {REDO_MAGIC, sizeof(record), r->sequence++, 0, 0};
	uint8_t *to = r->piece + sizeof(r->head) + sizeof(record);

	r->head.sequence = record.sequence;
	for (int i = 0; i < REDO_ANSWERS && r->answers[i].client != 0; i++) {
		memcpy(to, &r->answers[i], sizeof(r->answers[i]));
		to += sizeof(r->answers[i]);
		record.bytes += (uint32_t)sizeof(r->answers[i]);
		record.answers++;
	}
	memcpy(r->piece, &r->head, sizeof(r->head));
	memcpy(r->piece + sizeof(r->head), &record, sizeof(record));
	memset(to, 0, REDO_END);
	put(r, r->piece, (size_t)(to - r->piece) + REDO_END, 0);
	r->at = sizeof(r->head) + record.bytes;
}

/* Most that the record of an operation takes: a buffer that is recorded in runs takes no more than one that is recorded whole. */
static uint64_t
most(const struct redo *r)
{
	return sizeof(struct redo_record) + sizeof(struct redo_answer) + REDO_END +
	       OP_BUFS * (sizeof(struct redo_range) + (uint64_t)r->head.bsize);
}

int
redo_has_room(const struct redo *r, unsigned operations)
{
	return r->at + operations * most(r) <= r->dev->nvram_size;
}

int
redo_start(struct redo *r, const uint8_t *uuid, int clean)
{
	r->head.bsize = r->dev->bsize;
	r->head.clean = (uint32_t)clean;
	memcpy(r->head.uuid, uuid, sizeof(r->head.uuid));
	redo_reset(r);
	if (!redo_has_room(r, 1)) {
		kprintf("%s: not mounted: the redo log has %llu bytes, but needs %llu\n", r->dev->key,
		        (unsigned long long)r->dev->nvram_size, (unsigned long long)(r->at + most(r)));
		redo_stop(r);
		return EINVAL;
	}
	kmutex_enter(bcache.lock);
	r->dev->redo = r;
	kmutex_exit(bcache.lock);
	return 0;
}

void
redo_stop(struct redo *r)
{
	kmutex_enter(bcache.lock);
	r->dev->redo = NULL;
	kmutex_exit(bcache.lock);
	r->head.bsize = 0;
	redo_reset(r);
}

int
redo_checkpoint(struct redo *r)
{
	int e;

	if (r->dev->journal != NULL)
		return journal_commit(r->dev->journal);
	ops_stop();
	e = buf_write_all(r->dev, 0);
	if (e == 0)
		redo_reset(r);
	ops_go();
	return e;
}

/* Whose system call the thread makes. */
static _Thread_local struct { uint64_t client, operation; } caller;

void
rsys_identify(uint64_t client, uint64_t operation)
{
	caller.client = client;
	caller.operation = operation;
}

void
op_answers(struct op *op, int64_t result)
{
	op->answer = (struct redo_answer){caller.client, caller.operation, result};
}

static int
find_answer(uint64_t client, struct redo_answer *found)
{
	for (unsigned i = 0; dev_nth(i) != NULL; i++) {
		const struct redo *r = dev_nth(i)->redo;

		for (int k = 0; r != NULL && k < REDO_ANSWERS && r->answers[k].client != 0; k++) {
			if (r->answers[k].client == client && r->answers[k].operation >= found->operation)
				*found = r->answers[k];
		}
	}
	return found->client != 0;
}

long
rsys_last(uint64_t client, uint64_t *operation, int64_t *result)
{
	struct redo_answer a = {0, 0, 0};
	struct lwp l;
	int found;

	kernel_enter(&l, NULL);
	kmutex_enter(bcache.lock);
	found = find_answer(client, &a);
	kmutex_exit(bcache.lock);
	kernel_leave(&l);
	*operation = a.operation;
	*result = a.result;
	return found;
}
