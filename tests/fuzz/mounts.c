/*
 * Mounting, unmounting, and what comes between: operations on the whole disk.
 */
#include "fuzz.h"
#include "ops.h"

enum { EBUSY_RUMP = 16 };

static const char *
device(void)
{
	return disk_size == DISK_MOST ? "/dev/disk1" : "/dev/disk0";
}

/* The superblock says so. */
static int
needs_recovery(void)
{
	return disk_bytes[1024 + 96] & 4;
}

long
ops_mount(struct ops *o)
{
	long e;

	for (int i = 0; i < OPS_FILES; i++)
		o->fd[i] = -1;
	o->proc = rsys_proc_create();
	disk_readonly(o->readonly && !needs_recovery());
	e = rsys_mount(o->proc, "ext2", device(), "/", o->readonly ? RSYS_MNT_RDONLY : 0);
	disk_readonly(o->readonly);
	if (e == -EBUSY_RUMP)
		fuzz_wrong("mount: the disk is still in use");
	if (e == 0)
		return 0;
	rsys_proc_destroy(o->proc);
	o->proc = NULL;
	return e;
}

long
ops_unmount(struct ops *o)
{
	struct rsys_stat st;
	struct rsys_proc *last;
	long e;

	rsys_proc_destroy(o->proc);
	last = rsys_proc_create();
	e = rsys_stat(last, "/", &st);
	if (e == 0)
		e = rsys_unmount(last, "/");
	if (e == -EBUSY_RUMP)
		fuzz_wrong("unmount: something still holds the file system");
	rsys_proc_destroy(last);
	return e;
}

/* The device is in use, so this must fail. */
long
op_mount(struct ops *o, struct cursor *c)
{
	long e = rsys_mount(o->proc, "ext2", device(), cursor_path(c), 0);

	if (e == 0)
		fuzz_wrong("one disk was mounted twice");
	return e;
}

/* A remount that fails leaves nothing to go on with, and no process. */
long
op_remount(struct ops *o, struct cursor *c)
{
	long e = ops_unmount(o), again = ops_mount(o);

	(void)c;
	return e != 0 ? e : again;
}

/* The power goes, and comes back: what unmounting writes is not on the disk. */
long
op_crash(struct ops *o, struct cursor *c)
{
	long e;

	(void)c;
	disk_keep();
	ops_unmount(o);
	disk_restore();
	o->crashed = 1;
	e = ops_mount(o);
	if (o->promised && e == 0)
		promise_check(o);
	o->promised = 0;
	if (disk_size != DISK_MOST) /* no journal: anything may be on it */
		o->sound = 0;
	return e;
}

/* From read-only to writable, or back: from then on the disk must not be written. */
long
op_update(struct ops *o, struct cursor *c)
{
	int readonly = cursor_byte(c) % 2;
	long e;

	if (!readonly)
		disk_readonly(0);
	e = rsys_mount(o->proc, "ext2", device(), "/", RSYS_MNT_UPDATE | (readonly ? RSYS_MNT_RDONLY : 0));
	if (e == 0)
		o->readonly = readonly;
	disk_readonly(o->readonly);
	return e;
}
