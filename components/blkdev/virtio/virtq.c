/*
 * The queue. The device may change what it sees at any time, so that everything that counts is
 * kept in struct virtq.
 */
#include "virtq.h"

void
virtq_init(struct virtq *q, struct virtq_shared *shared, u64 phys)
{
	*q = (struct virtq){.shared = shared, .phys = phys};
}

void
virtq_reset(struct virtq *q)
{
	q->shared->avail_head = q->shared->used_head = 0;
	virtq_init(q, q->shared, q->phys);
}

static u64
phys_of(const struct virtq *q, const void *p)
{
	return q->phys + ((const u8 *)p - (const u8 *)q->shared);
}

static void
describe(struct virtq *q, u32 i, const void *at, u32 bytes, u32 flags, u32 next)
{
	q->shared->desc[i] = (struct virtq_desc){phys_of(q, at), bytes, flags, next};
}

void
virtq_submit(struct virtq *q, u32 slot, enum virtq_type type, u64 sector, u32 bytes)
{
	struct virtq_shared *s = q->shared;
	u32 d = slot * 3, into = type == VIRTQ_READ ? VIRTQ_DEVICE_WRITES : 0;

	s->header[slot] = (struct virtq_header){type, 0, sector};
	s->status[slot] = 0xff;
	describe(q, d, &s->header[slot], sizeof(s->header[slot]), VIRTQ_NEXT, bytes ? d + 1 : d + 2);
	describe(q, d + 1, s->data[slot], bytes, VIRTQ_NEXT | into, d + 2);
	describe(q, d + 2, &s->status[slot], 1, VIRTQ_DEVICE_WRITES, 0);
	q->busy |= 1u << slot;
	q->wanted[slot] = type == VIRTQ_READ ? bytes + 1 : 1;
	s->avail[q->head % VIRTQ_SIZE] = d;
	__atomic_store_n(&s->avail_head, ++q->head, __ATOMIC_SEQ_CST);
}

int
virtq_take(struct virtq *q, u32 *slot, int *good)
{
	const volatile struct virtq_used *u = &q->shared->used[q->taken % VIRTQ_SIZE];
	u16 waiting = __atomic_load_n(&q->shared->used_head, __ATOMIC_ACQUIRE) - q->taken;
	u32 id, bytes;

	if (q->broken || waiting == 0)
		return 0;
	id = u->id;
	bytes = u->bytes;
	if (waiting > VIRTQ_SLOTS || id % 3 || id / 3 >= VIRTQ_SLOTS || !(q->busy >> id / 3 & 1)) {
		q->broken = 1;
		return 0;
	}
	*slot = id / 3;
	*good = *(volatile u8 *)&q->shared->status[*slot] == 0 && bytes >= q->wanted[*slot];
	q->busy &= ~(1u << *slot);
	q->taken++;
	return 1;
}
