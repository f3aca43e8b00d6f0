/*
 * The virtqueue against a model of the device: an honest one, which walks the chains of
 * descriptors and refuses any that leaves the shared memory, and a lying one.
 */
#include <string.h>

#include "test.h"
#include "virtq.h"

#define PHYS 0x7654000UL
#define SECTORS 4096

static _Alignas(4096) struct virtq_shared shared;
static struct virtq queue;
static u8 disk[SECTORS * 512];
static u32 flushes, seed;

static u32
random32(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	return seed ^= seed << 5;
}

static void
begin(void)
{
	memset(&shared, 0, sizeof(shared));
	virtq_init(&queue, &shared, PHYS);
	seed = 4711;
}

/* What a descriptor points to; NULL if it leaves the memory, or is not as it has to be. */
static u8 *
target(const struct virtq_desc *d, u32 bytes, u32 flags)
{
	u64 at = d->address - PHYS;

	if (d->bytes != bytes || d->flags != flags || at > sizeof(shared) || bytes > sizeof(shared) - at)
		return NULL;
	return (u8 *)&shared + at;
}

static void
use(u32 id, u32 bytes)
{
	shared.used[shared.used_head % VIRTQ_SIZE] = (struct virtq_used){id, bytes};
	shared.used_head++;
}

/* Carries out the chain that begins with descriptor id. Result: 0 if the driver was wrong. */
static int
serve(u16 id, u8 status)
{
	const struct virtq_desc *d = &shared.desc[id], *data, *last;
	const struct virtq_header *h = (const void *)target(d, sizeof(*h), VIRTQ_NEXT);
	u32 into, bytes = 0;
	u8 *p;

	CHECK(id < VIRTQ_SIZE && h && d->next < VIRTQ_SIZE);
	last = &shared.desc[d->next];
	if (h->type == VIRTQ_FLUSH) {
		flushes++;
	} else {
		data = last;
		last = &shared.desc[data->next];
		into = h->type == VIRTQ_READ ? VIRTQ_DEVICE_WRITES : 0;
		p = target(data, data->bytes, VIRTQ_NEXT | into);
		CHECK(p && data->bytes % 512 == 0 && h->sector + data->bytes / 512 <= SECTORS);
		memcpy(into ? p : disk + h->sector * 512, into ? disk + h->sector * 512 : p, data->bytes);
		bytes = into ? data->bytes : 0;
	}
	p = target(last, 1, VIRTQ_DEVICE_WRITES);
	CHECK(p);
	*p = status;
	use(id, bytes + 1);
	return 1;
}

/* Sixteen at a time are served in a random order for many rounds; what is written is read. */
static int
test_honest(void)
{
	u32 slot, most = 0, reads = 0;
	u16 seen = 0, held[VIRTQ_SLOTS], n = 0;
	u64 sector[VIRTQ_SLOTS];
	u8 type[VIRTQ_SLOTS];
	int good;

	begin();
	for (u32 round = 0; round < 100000; round++) {
		for (u32 i = random32() % VIRTQ_SLOTS, k = 0; k < 4; k++, i = (i + 1) % VIRTQ_SLOTS) {
			if (queue.busy >> i & 1)
				continue;
			type[i] = random32() % 2;
			sector[i] = random32() % 64 * VIRTQ_SLOTS + i; /* no two slots share sectors */
			memset(shared.data[i], type[i] ? (int)sector[i] : 0xee, 512);
			virtq_submit(&queue, i, type[i], sector[i], 512);
		}
		while (seen != shared.avail_head)
			held[n++] = shared.avail[seen++ % VIRTQ_SIZE];
		most = n > most ? n : most;
		for (u32 k = random32() % (n + 1); k; k--) {
			u32 which = random32() % n;

			CHECK(serve(held[which], 0));
			held[which] = held[--n];
		}
		while (virtq_take(&queue, &slot, &good)) {
			u8 want = disk[sector[slot] * 512];

			CHECK(good && (want == (u8)sector[slot] || want == 0));
			CHECK(shared.data[slot][0] == want && shared.data[slot][511] == want);
			reads += type[slot] == VIRTQ_READ && want;
		}
		CHECK(!queue.broken);
	}
	CHECK(most == VIRTQ_SLOTS && reads > 1000);
	return 1;
}

static int
test_large_and_flush(void)
{
	u32 slot;
	int good;

	begin();
	memset(shared.data[15], 9, VIRTQ_PIECE);
	virtq_submit(&queue, 15, VIRTQ_WRITE, 128, VIRTQ_PIECE);
	virtq_submit(&queue, 3, VIRTQ_FLUSH, 0, 0);
	CHECK(serve(45, 0) && serve(9, 0) && flushes == 1);
	CHECK(disk[128 * 512] == 9 && disk[256 * 512 - 1] == 9);
	CHECK(virtq_take(&queue, &slot, &good) && slot == 15 && good);
	CHECK(virtq_take(&queue, &slot, &good) && slot == 3 && good);
	CHECK(!virtq_take(&queue, &slot, &good) && !queue.broken && !queue.busy);
	return 1;
}

/* An error, no status at all, and a read that wrote too little are no success. */
static int
test_errors(void)
{
	u32 slot;
	int good;

	begin();
	for (u32 i = 0; i < 4; i++)
		virtq_submit(&queue, i, VIRTQ_READ, i, 512);
	CHECK(serve(0, 1) && serve(3, 2));
	use(6, 513);
	CHECK(serve(9, 0));
	shared.used[3].bytes = 512;
	for (u32 i = 0; i < 4; i++)
		CHECK(virtq_take(&queue, &slot, &good) && slot == i && !good);
	CHECK(!queue.broken);
	return 1;
}

/* One request is out; the device says something else. Result: is it found out? */
static int
lie(u32 id, u16 head)
{
	u32 slot;
	int good;

	begin();
	virtq_submit(&queue, 2, VIRTQ_READ, 0, 512);
	use(id, 513);
	shared.used_head = head;
	while (virtq_take(&queue, &slot, &good))
		if (slot != 2)
			return 0;
	return queue.broken && !virtq_take(&queue, &slot, &good);
}

static int
test_lies(void)
{
	CHECK(lie(7, 1) && lie(8, 1));                /* inside a chain */
	CHECK(lie(0, 1) && lie(9, 1) && lie(45, 1));  /* a slot that it does not have */
	CHECK(lie(48, 1) && lie(63, 1) && lie(~0u, 1) && lie(1u << 31, 1)); /* no slot at all */
	CHECK(lie(6, 17) && lie(6, 0xffff));          /* more than there can be */
	begin();
	virtq_submit(&queue, 2, VIRTQ_READ, 0, 512);
	use(6, 513);
	use(6, 513);
	CHECK(virtq_take(&queue, &(u32){0}, &(int){0}) && !virtq_take(&queue, &(u32){0}, &(int){0}));
	return queue.broken;                          /* the same one twice */
}

/* Whatever is written over all that the device may write, a slot is taken only once. */
static int
test_noise(void)
{
	u32 slot, taken = 0, broken = 0;
	int good;

	for (u32 round = 0; round < 20000; round++) {
		u32 keep = seed + 1;

		begin();
		seed = keep;
		for (u32 i = 0; i < VIRTQ_SLOTS; i++)
			virtq_submit(&queue, i, VIRTQ_READ, i, 512);
		for (u32 i = 0; i < VIRTQ_SIZE; i++)
			shared.used[i] = (struct virtq_used){random32() >> random32() % 32, random32()};
		shared.used_head = random32() >> random32() % 32;
		for (u32 before = queue.busy; virtq_take(&queue, &slot, &good); before = queue.busy, taken++)
			CHECK(slot < VIRTQ_SLOTS && before >> slot & 1 && !(queue.busy >> slot & 1));
		broken += queue.broken;
	}
	CHECK(taken > 100 && broken > 100);
	return 1;
}

static const struct test tests[] = {
    {"blkdev.honest", "sixteen requests in flight come back in any order, each with its own data", test_honest},
    {"blkdev.large", "a whole piece and a flush are described as virtio says", test_large_and_flush},
    {"blkdev.errors", "an error, no status and a short read are no success", test_errors},
    {"blkdev.lies", "numbers that the device was not given are found out", test_lies},
    {"blkdev.noise", "whatever the device writes, a slot is taken only once", test_noise},
};

int
main(void)
{
	return RUN_TESTS(tests);
}
