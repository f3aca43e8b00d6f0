/*
 * Recovery: what whole transactions of a journal hold is written to where it belongs. Three passes:
 * where the last whole transaction ends; which blocks are revoked; writing. The journal may be
 * anybody's: every number in it is checked.
 */
#include "journal.h"

#include "jbd.h"
#include "op.h"

struct revoked {
	uint32_t block, sequence; /* transactions up to this one do not write it */
};

struct replay {
	struct bdev *dev;
	const uint32_t *map;
	uint32_t length, first;
	uint32_t sequence, start; /* of the first transaction */
	uint32_t end;             /* the transaction that is not whole */
	struct revoked *revoked;  /* a hash table; block 0: nothing */
	size_t nrevoked, room;    /* room: a power of two, or 0 */
	uint64_t written;
};

int
journal_read_super(struct bdev *d, const uint32_t *map, uint32_t length, struct jbd_super *sb)
{
	struct buf *b;
	const char *why = NULL;
	int e = length == 0 ? EINVAL : buf_read(d, map[0], 0, &b);

	if (e != 0)
		return e;
	memcpy(sb, b->data, sizeof(*sb));
	buf_release(b);
	if (be32(sb->header.magic) != JBD_MAGIC ||
	    (be32(sb->header.type) != JBD_SUPER_V1 && be32(sb->header.type) != JBD_SUPER_V2))
		why = "it has no superblock";
	else if (be32(sb->blocksize) != d->bsize)
		why = "its block size is another";
	else if (be32(sb->maxlen) > length || be32(sb->first) == 0 || be32(sb->first) >= be32(sb->maxlen))
		why = "its length is wrong";
	else if (be32(sb->start) != 0 && (be32(sb->start) < be32(sb->first) || be32(sb->start) >= be32(sb->maxlen)))
		why = "its start is wrong";
	else if (be32(sb->header.type) == JBD_SUPER_V2 &&
	         ((be32(sb->incompat) & ~(uint32_t)JBD_INCOMPAT_REVOKE) != 0 || sb->ro_compat != 0))
		why = "it has features that are not known";
	if (why != NULL)
		kprintf("%s: the journal cannot be used: %s\n", d->key, why);
	return why != NULL ? EINVAL : 0;
}

/* A block of the ring. */
static int
read_block(struct replay *r, uint32_t at, struct buf **bp)
{
	return buf_read(r->dev, r->map[at], 0, bp);
}

static uint32_t
step(const struct replay *r, uint32_t at)
{
	return at + 1 < r->length ? at + 1 : r->first;
}

/* Calls f for every tag of a descriptor block, with the place of its block. *at ends behind the last. */
static int
each_tag(struct replay *r, const uint8_t *block, uint32_t *at, uint32_t sequence,
         int (*f)(struct replay *, const struct jbd_tag *, uint32_t at, uint32_t sequence))
{
	uint32_t off = sizeof(struct jbd_header);
	const struct jbd_tag *tag;
	int e = 0;

	do {
		if (off + sizeof(*tag) > r->dev->bsize)
			return EIO;
		tag = (const struct jbd_tag *)(block + off);
		off += sizeof(*tag) + (be32(tag->flags) & JBD_SAME_UUID ? 0 : JBD_UUID);
		if (f != NULL)
			e = f(r, tag, *at, sequence);
		*at = step(r, *at);
	} while (e == 0 && !(be32(tag->flags) & JBD_LAST));
	return e;
}

/* Where a block is, or would be, in a table that is never full. */
static struct revoked *
find_revoked(struct revoked *table, size_t room, uint32_t block)
{
	size_t i = block * 2654435761u & (room - 1);

	while (table[i].block != 0 && table[i].block != block)
		i = (i + 1) & (room - 1);
	return &table[i];
}

static int
grow_revoked(struct replay *r)
{
	size_t room = r->room == 0 ? 256 : r->room * 2;
	struct revoked *more = kmem_zalloc(room * sizeof(*more));

	if (more == NULL)
		return ENOMEM;
	for (size_t i = 0; i < r->room; i++) {
		if (r->revoked[i].block != 0)
			*find_revoked(more, room, r->revoked[i].block) = r->revoked[i];
	}
	if (r->room > 0)
		kmem_free(r->revoked, r->room * sizeof(*more));
	r->revoked = more;
	r->room = room;
	return 0;
}

/* Transactions come in their order, so the last word on a block is the latest. */
static int
add_revoked(struct replay *r, uint32_t block, uint32_t sequence)
{
	struct revoked *at;
	int e = r->nrevoked * 2 >= r->room ? grow_revoked(r) : 0;

	if (e != 0 || block == 0) /* the superblock is never freed */
		return e;
	at = find_revoked(r->revoked, r->room, block);
	r->nrevoked += at->block == 0;
	*at = (struct revoked){block, sequence};
	return 0;
}

static int
take_revoked(struct replay *r, const uint8_t *block, uint32_t sequence)
{
	const struct jbd_revoke *head = (const struct jbd_revoke *)block;
	uint32_t bytes = be32(head->bytes);
	int e = 0;

	if (bytes > r->dev->bsize)
		return EIO;
	for (uint32_t off = sizeof(*head); e == 0 && off + 4 <= bytes; off += 4)
		e = add_revoked(r, be32(*(const uint32_t *)(block + off)), sequence);
	return e;
}

static int
is_revoked(const struct replay *r, uint32_t block, uint32_t sequence)
{
	const struct revoked *at;

	if (r->room == 0 || block == 0)
		return 0;
	at = find_revoked(r->revoked, r->room, block);
	return at->block == block && (int32_t)(at->sequence - sequence) >= 0;
}

static int
write_tag(struct replay *r, const struct jbd_tag *tag, uint32_t at, uint32_t sequence)
{
	uint32_t block = be32(tag->block);
	struct buf *from, *to;
	struct op op;
	int e;

	if (is_revoked(r, block, sequence))
		return 0;
	if ((block + 1ull) * r->dev->bsize > r->dev->size || block == r->map[at])
		return EIO;
	op_begin(&op, r->dev);
	e = buf_get(r->dev, block, &to);
	if (e == 0) {
		e = read_block(r, at, &from);
		if (e == 0) {
			memcpy(to->data, from->data, r->dev->bsize);
			buf_release(from);
			if (be32(tag->flags) & JBD_ESCAPED)
				*(uint32_t *)to->data = be32(JBD_MAGIC);
			buf_set_valid(to);
			op_dirty(&op, to, BUF_OWNER_META);
			r->written++;
		}
		buf_release(to);
	}
	op_end(&op);
	return e;
}

enum pass { FIND_END, REVOKE, WRITE };

/* One block that has a header. *at is behind it, and ends at the next header. Result: 1: a commit. */
static int
take_header(struct replay *r, enum pass pass, const uint8_t *block, uint32_t *at, uint32_t sequence)
{
	switch (be32(((const struct jbd_header *)block)->type)) {
	case JBD_DESCRIPTOR:
		return -each_tag(r, block, at, sequence, pass == WRITE ? write_tag : NULL);
	case JBD_REVOKE:
		return pass == REVOKE ? -take_revoked(r, block, sequence) : 0;
	case JBD_COMMIT:
		return 1;
	}
	return -EIO;
}

/*
 * One pass. It ends at a block that is not of the expected transaction, or after as many blocks as
 * there are; the first pass fixes where.
 */
static int
run_pass(struct replay *r, enum pass pass, uint8_t *copy)
{
	uint32_t at = r->start, sequence = r->sequence;
	const struct jbd_header *h = (const struct jbd_header *)copy;

	for (uint32_t i = 0; i < r->length && (pass == FIND_END || sequence != r->end); i++) {
		struct buf *b;
		int e = read_block(r, at, &b);

		if (e != 0)
			return e;
		memcpy(copy, b->data, r->dev->bsize);
		buf_release(b);
		if (be32(h->magic) != JBD_MAGIC || be32(h->sequence) != sequence)
			break;
		at = step(r, at);
		e = take_header(r, pass, copy, &at, sequence);
		if (e < 0 && pass == FIND_END)
			break;
		if (e < 0)
			return -e;
		sequence += (uint32_t)e;
	}
	if (pass == FIND_END)
		r->end = sequence;
	return 0;
}

/* Empty, and the next transaction's number is one that is not in it. */
static int
empty_journal(struct replay *r)
{
	struct jbd_super *sb;
	struct buf *b;
	struct op op;
	int e;

	op_begin(&op, r->dev);
	e = read_block(r, 0, &b);
	if (e == 0) {
		sb = (struct jbd_super *)b->data;
		sb->start = 0;
		sb->sequence = be32(r->end + 1);
		op_dirty(&op, b, BUF_OWNER_META);
		buf_release(b);
	}
	op_end(&op);
	return e != 0 ? e : buf_flush(r->dev, BUF_OWNER_META);
}

int
journal_replay(struct bdev *d, const uint32_t *map, uint32_t length)
{
	struct replay r = {.dev = d, .map = map};
	struct jbd_super sb;
	uint8_t *copy;
	int e = journal_read_super(d, map, length, &sb);

	if (e != 0 || sb.start == 0)
		return e;
	r.length = be32(sb.maxlen);
	r.first = be32(sb.first);
	r.sequence = be32(sb.sequence);
	r.start = be32(sb.start);
	copy = kmem_alloc(d->bsize);
	e = copy == NULL ? ENOMEM : 0;
	for (enum pass pass = FIND_END; e == 0 && pass <= WRITE; pass++)
		e = run_pass(&r, pass, copy);
	if (e == 0)
		e = buf_flush(d, BUF_OWNER_META);
	if (e == 0)
		e = empty_journal(&r);
	if (e == 0)
		kprintf("%s: the journal is recovered: %u transactions, %llu blocks\n", d->key, r.end - r.sequence,
		        (unsigned long long)r.written);
	if (r.room > 0)
		kmem_free(r.revoked, r.room * sizeof(*r.revoked));
	if (copy != NULL)
		kmem_free(copy, d->bsize);
	return e;
}
