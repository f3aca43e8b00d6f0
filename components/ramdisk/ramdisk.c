/*
 * ramdisk: the blk interface on a file of the boot image, handed over by frame.
 *
 * Everything below is guarded by one lock. In the plain mode requests are carried out on the
 * thread
 * that kicks; in the mode "reorder" the worker (thread 1) carries them out late and in another
 * order. A client's ring is read only after copying out of it.
 */
#include <blk/nvram.h>
#include <blk/server.h>
#include <blk/server/setup.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/kcall.h>
#include <lib/mutex.h>
#include <lib/string.h>
#include <sched/sched.h>

#include "disk.h"
#include "late.h"

static struct blk_client clients[LATE_CLIENTS];
_Static_assert(LATE_CLIENTS == BLK_CLIENTS, "room for the requests of all clients");

static struct mutex lock;
static struct disk disk;
static struct blk_nvram nvram;
static struct late late;
static int reorder;
static word_t worker; /* thread id, while it runs */
static u64 lives;     /* requests until it dies; 0: it does not */

void
cos_init(void)
{
	const struct info_file *f = cos_file(cos_param("disk"));
	const char *mode = cos_param("mode");

	if (!f)
		cos_panic("the script gives no disk");
	disk.data = (u8 *)f->va;
	disk.sectors = f->bytes / BLK_SECTOR;
	disk.readonly = !(f->flags & FILE_WRITABLE);
	reorder = mode && strcmp(mode, "reorder") == 0;
	if (mode && !reorder && strcmp(mode, "plain") != 0)
		cos_panic("mode is neither plain nor reorder: %s", mode);
	lives = cos_param_number("dies_after", 0);
	blk_nvram_make(&nvram);
	blk_setup(&disk.cache, &disk.log);
	late.seed = cos_param_number("seed", 1) | 1;
	late.delay = cos_param_number("delay_us", 1000) * (init_tsc_hz() / 1000000);
}

static void
carry_out(struct blk_client *c, const struct blk_request *r)
{
	u32 error = disk_check(&disk, r, c->bytes);

	if (lives && --lives == 0)
		cos_panic("dies, as the script says");
	if (!error)
		disk_do(&disk, r, (u8 *)c->ring.ring);
	blk_server_complete(&c->ring, r->id, error);
}

/* Result: number of requests taken; none of a client whose ring cannot be as it is. */
static long
take_requests(struct blk_client *c)
{
	u32 n = blk_server_pending(&c->ring);

	if (n == BLK_RING_BROKEN)
		return 0;
	for (u32 i = 0; i < n; i++) {
		struct blk_request r;

		blk_server_take(&c->ring, &r);
		if (r.op == BLK_FLUSH)
			r.sector = disk.log.writes;
		if (reorder)
			late_add(&late, c - clients, &r, cos_now());
		else
			carry_out(c, &r);
	}
	return n;
}

long
blk_open(word_t session, word_t *out_sectors, word_t *out_readonly)
{
	long e;

	mutex_lock(&lock);
	e = blk_client_enter(clients, session);
	mutex_unlock(&lock);
	*out_sectors = e ? 0 : disk.sectors;
	*out_readonly = e ? 0 : disk.readonly;
	return e;
}

long
blk_kick(void)
{
	struct blk_client *c;
	long n = -EBADF;

	mutex_lock(&lock);
	c = blk_client_find(clients, cos_badge());
	if (c)
		n = take_requests(c);
	mutex_unlock(&lock);
	if (n > 0 && !reorder)
		blk_client_notify(cos_badge());
	else if (n > 0 && worker)
		sched_wakeup(worker);
	return n;
}

/* The memory, under the lock; the caller may be no client. */
long
blk_nvram_size(void)
{
	long n;

	mutex_lock(&lock);
	n = blk_client_find(clients, cos_badge()) ? (long)nvram.bytes : -EBADF;
	mutex_unlock(&lock);
	return n;
}

long
blk_nvram_write(word_t offset, word_t n, word_t position)
{
	long e;

	mutex_lock(&lock);
	e = blk_nvram_put(&nvram, blk_client_find(clients, cos_badge()), offset, n, position);
	mutex_unlock(&lock);
	return e;
}

long
blk_nvram_read(word_t offset, word_t n, word_t position)
{
	long e;

	mutex_lock(&lock);
	e = blk_nvram_get(&nvram, blk_client_find(clients, cos_badge()), offset, n, position);
	mutex_unlock(&lock);
	return e;
}

static long
forget(word_t comp)
{
	struct blk_client *c;
	long e = -EBADF;

	mutex_lock(&lock);
	c = blk_client_find(clients, comp);
	if (c && comp) {
		late_drop(&late, c - clients);
		blk_client_leave(c);
		e = 0;
	}
	mutex_unlock(&lock);
	return e;
}

long
blk_close(void)
{
	return forget(cos_badge());
}

long
blk_mark(word_t number)
{
	if (!disk.log.memory)
		return -ENOSYS;
	mutex_lock(&lock);
	blk_log_mark(&disk.log, number);
	mutex_unlock(&lock);
	return 0;
}

long
blk_reset(word_t comp)
{
	return cos_badge() == cos_provider("init") ? forget(comp) : -EPERM;
}

/* One request of those that are due; 0 if none is. */
static int
work(void)
{
	struct late_entry e;
	int found;

	mutex_lock(&lock);
	found = late_take(&late, cos_now(), &e);
	if (found) {
		carry_out(&clients[e.client], &e.request);
		take_requests(&clients[e.client]);
	}
	mutex_unlock(&lock);
	if (found)
		blk_client_notify(clients[e.client].comp);
	return found;
}

void
cos_thread(word_t number)
{
	(void)number;
	if (!reorder)
		return;
	worker = cos_thdid();
	for (;;)
		if (!work())
			sched_block(late_next(&late));
}
