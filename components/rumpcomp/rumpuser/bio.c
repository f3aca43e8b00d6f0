/*
 * Block requests. A bio goes to a device's server in pieces of at most 64 KiB (pieces.c). The caller copies the data of a write in and
 * kicks; the block thread takes completions, copies the data of a read out, and calls biodone on a rump CPU.
 *
 *   issuing -> pieces in flight -> finished                        a read, or a write that may be lost with the power
 *   issuing -> pieces in flight -> flush wanted -> flushing -> finished    a write with SYNC
 *
 * One flush for each device is in flight at most, in a slot of its own, and serves every bio that wanted one before it was issued:
 * their pieces have completed by then, and that is what a flush makes stable. Whoever finds no slot or no pages waits, off the rump
 * CPU, until something completes.
 *
 * The server carries requests out in any order. Who needs one holds a range (order.c): then his requests alone are in it.
 */
#include "bio.h"

#include <abi/err.h>

#include "file.h"
#include "hyp.h"
#include "pieces.h"

static struct bio_list finished; /* guarded by disk_lock */

struct taking {
	struct bio *bio;
	const struct bio *as; /* what it is to be */
	int holder;           /* the range is held for it */
};

/* disk_lock is held. Result: 0 if there is none now, or somebody holds its range. */
static int
bio_take(void *arg)
{
	struct taking *t = arg;
	struct disk *d = t->as->disk;
	struct bio *b = d->unused.first;

	if (b == NULL || (!t->holder && range_overlap(&d->held, &t->as->range)))
		return 0;
	d->unused.first = b->next;
	*b = *t->as;
	b->number = ++d->counted;
	t->bio = b;
	return 1;
}

struct issue {
	struct disk *disk;
	struct piece piece;
	uint64_t sector;
};

static int
issue(void *arg)
{
	const struct issue *i = arg;

	return piece_issue(i->disk, &i->piece, i->sector);
}

/* disk_lock is held. Result: whether the server must be kicked. */
static int
flush_issue(struct disk *d)
{
	if (d->flush_in_flight || d->flush_wanted.first == NULL)
		return 0;
	d->flushing.first = bio_list_take_all(&d->flush_wanted);
	d->flush_in_flight = 1;
	piece_flush(d);
	return 1;
}

/* Off the rump CPU: the server may complete at once, and then the block thread wants one. */
static void
server_kick(const struct disk *d)
{
	int nlocks = hyp_unschedule(NULL);

	bridge_disk_kick(d->number);
	hyp_schedule(nlocks, NULL);
}

/* A bio without pieces: nothing but a flush. */
static void
flush_want(struct disk *d, struct bio *b)
{
	int kick;

	qlock_enter(&disk_lock);
	bio_list_add(&d->flush_wanted, b);
	kick = flush_issue(d);
	qlock_exit(&disk_lock);
	if (kick)
		server_kick(d);
}

/* Begins a bio. With its last piece issued, it may be gone at any moment. */
static void
bio_begin(const struct bio *as, int holder)
{
	struct taking t = {NULL, as, holder};
	uint64_t from = as->range.from, len = as->range.to - from;

	disk_succeed(bio_take, &t);
	if (len == 0)
		flush_want(as->disk, t.bio);
	for (uint64_t at = 0; at < len; at += PIECE_MAX) {
		struct issue i = {as->disk, {t.bio, as->op & RUMPUSER_BIO_READ ? BLK_READ : BLK_WRITE, as->data + at,
		                   len - at < PIECE_MAX ? len - at : PIECE_MAX, 0}, (from + at) / BLK_SECTOR};

		disk_succeed(issue, &i);
		server_kick(as->disk);
	}
}

/* disk_lock is held. */
void
bio_piece_over(struct bio *b, int error)
{
	if (b->error == 0)
		b->error = error;
	if (--b->pending > 0)
		return;
	if ((b->op & RUMPUSER_BIO_SYNC) && b->error == 0)
		bio_list_add(&b->disk->flush_wanted, b);
	else
		bio_list_add(&finished, b);
}

/* disk_lock is held. */
void
bio_flush_over(struct disk *d, int error)
{
	struct bio *b = bio_list_take_all(&d->flushing), *next;

	if (!d->flush_in_flight)
		bridge_stop("the block server completed a flush that nobody wanted");
	d->flush_in_flight = 0;
	for (; b != NULL; b = next) {
		next = b->next;
		b->error = error;
		bio_list_add(&finished, b);
	}
}

/* Takes what has completed. Result: the bios that are finished. */
static struct bio *
completions(void)
{
	int kick[BRIDGE_DISKS] = {0};
	struct bio *all;

	qlock_enter(&disk_lock);
	for (unsigned i = 0; i < BRIDGE_DISKS; i++) {
		if (!disks[i].opened)
			continue;
		pieces_take(&disks[i]);
		kick[i] = flush_issue(&disks[i]);
	}
	all = bio_list_take_all(&finished);
	disk_leave_waking();
	for (unsigned i = 0; i < BRIDGE_DISKS; i++) {
		if (kick[i])
			bridge_disk_kick(i);
	}
	return all;
}

static void
bio_put(struct bio *b)
{
	qlock_enter(&disk_lock);
	b->number = 0;
	bio_list_add(&b->disk->unused, b);
	disk_leave_waking();
}

/* On a rump CPU. The data is not ours any more when done is called, and may be freed. */
static void
bios_done(struct bio *b)
{
	while (b != NULL) {
		struct bio own = *b;

		bio_put(b);
		own.done(own.donearg, own.error == 0 ? own.range.to - own.range.from : 0, own.error);
		b = own.next;
	}
}

void
bio_thread(void)
{
	int adopted = 0;

	bridge_thread_raise();
	for (;;) {
		struct bio *b;

		bridge_disk_wait();
		b = completions();
		if (b == NULL)
			continue;
		if (!adopted)
			hyp_adopt_thread();
		adopted = 1;
		hyp_schedule(0, NULL);
		bios_done(b);
		hyp_unschedule(NULL);
	}
}

static void
begin(const struct bio *b, size_t len, uint64_t at, int holder)
{
	struct bio as = *b;

	as.range = (struct range){at, at + len};
	as.pending = (unsigned)((len + PIECE_MAX - 1) / PIECE_MAX);
	bio_begin(&as, holder);
}

/* Result: 0, or what is wrong with a request. */
static int
refusal(const struct file *f, int op, size_t len, int64_t off)
{
	int reading = op & RUMPUSER_BIO_READ, writing = op & RUMPUSER_BIO_WRITE;

	if (f == NULL || f->device == NULL || (writing && (f->flags & RUMPUSER_OPEN_ACCMODE) == RUMPUSER_OPEN_RDONLY))
		return EBADF;
	if (!reading == !writing || len == 0 || len % BLK_SECTOR != 0 || off < 0 || off % BLK_SECTOR != 0)
		return EINVAL;
	return (uint64_t)off > f->bytes || len > f->bytes - (uint64_t)off ? ENOSPC : 0;
}

void
rumpuser_bio(int fd, int op, void *data, size_t len, int64_t off, rump_biodone_fn done, void *donearg)
{
	const struct file *f = file_of(fd);
	int e = refusal(f, op, len, off);

	if (e != 0)
		done(donearg, 0, e);
	else
		begin(&(struct bio){.disk = f->device, .data = data, .op = op, .done = done, .donearg = donearg}, len,
		      (uint64_t)off, 0);
}

void
bio_held(struct disk *d, int op, void *data, size_t len, uint64_t at, rump_biodone_fn done, void *donearg)
{
	begin(&(struct bio){.disk = d, .data = data, .op = op, .done = done, .donearg = donearg}, len, at, 1);
}
