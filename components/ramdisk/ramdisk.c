/*
 * ramdisk: the blk interface on a file of the boot image, handed over by frame.
 *
 * Everything below is guarded by one lock. In the plain mode requests are carried out on the
 * thread
 * that kicks; in the mode "reorder" the worker (thread 1) carries them out late and in another
 * order. A client's ring is read only after copying out of it.
 */
#include <blk/server.h>
#include <blk/server/nvram.h>
#include <blk/server/setup.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/kcall.h>
#include <lib/mutex.h>
#include <lib/string.h>
#include <sched/sched.h>

#include "disk.h"
#include "late.h"

struct blk_client blk_clients[LATE_CLIENTS];
_Static_assert(LATE_CLIENTS == BLK_CLIENTS, "room for the requests of all clients");

struct mutex blk_lock;
static struct disk disk;
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
	blk_nvram_make();
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
			late_add(&late, c - blk_clients, &r, cos_now());
		else
			carry_out(c, &r);
	}
	return n;
}

long
blk_open(word_t session, word_t *out_sectors, word_t *out_readonly)
{
	long e;

	mutex_lock(&blk_lock);
	e = blk_client_enter(blk_clients, session);
	mutex_unlock(&blk_lock);
	*out_sectors = e ? 0 : disk.sectors;
	*out_readonly = e ? 0 : disk.readonly;
	return e;
}

long
blk_kick(void)
{
	struct blk_client *c;
	long n = -EBADF;

	mutex_lock(&blk_lock);
	c = blk_client_find(blk_clients, cos_badge());
	if (c)
		n = take_requests(c);
	mutex_unlock(&blk_lock);
	if (n > 0 && !reorder)
		blk_client_notify(cos_badge());
	else if (n > 0 && worker)
		sched_wakeup(worker);
	return n;
}

static long
forget(word_t comp)
{
	struct blk_client *c;
	long e = -EBADF;

	mutex_lock(&blk_lock);
	c = blk_client_find(blk_clients, comp);
	if (c && comp) {
		late_drop(&late, c - blk_clients);
		blk_client_leave(c);
		e = 0;
	}
	mutex_unlock(&blk_lock);
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
	mutex_lock(&blk_lock);
	blk_log_mark(&disk.log, number);
	mutex_unlock(&blk_lock);
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

	mutex_lock(&blk_lock);
	found = late_take(&late, cos_now(), &e);
	if (found) {
		carry_out(&blk_clients[e.client], &e.request);
		take_requests(&blk_clients[e.client]);
	}
	mutex_unlock(&blk_lock);
	if (found)
		blk_client_notify(blk_clients[e.client].comp);
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
