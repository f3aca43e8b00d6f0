/*
 * Starting the kernel; mounts, and what concerns a whole file system.
 */
#include "buf.h"
#include "dev.h"
#include "journal.h"
#include "ncache.h"
#include "op.h"
#include "proc.h"
#include "socket.h"

void rename_init(void);

int
rsys_init(void)
{
	struct lwp l;
	int e = lwp_init();

	if (e != 0)
		return -e;
	kernel_enter(&l, NULL);
	dev_init();
	bcache_init();
	ops_init();
	vnode_init();
	ncache_init();
	rename_init();
	so_init();
	e = mount_root();
	if (e == 0) {
		syncer_init();
		journal_init();
	}
	kernel_leave(&l);
	return -e;
}

int
rsys_etfs_register(const char *key, const char *hostpath)
{
	struct lwp l;
	int e;

	kernel_enter(&l, NULL);
	e = dev_register(key, hostpath);
	kernel_leave(&l);
	return -e;
}

/* The device is claimed, and stays so if this succeeds; the directory is found. */
static int
mount_on(struct bdev *dev, struct vnode *dir, int readonly)
{
	struct mount *mp;
	int e = ext2_mount(dev, readonly, &mp);

	if (e != 0) {
		mount_unclaim(dev);
		return e;
	}
	vnode_ref(dir);
	e = mount_add(mp, dir);
	if (e != 0) {
		vnode_release(dir);
		vnode_release(mp->root);
		vnode_table_lock();
		vnode_table_purge(mp);
		vnode_table_unlock();
		mp->ops->unmount(mp);
	}
	return e;
}

static int
do_mount(struct rsys_proc *p, const char *device, const char *dir, int flags)
{
	struct bdev *dev = dev_find(device);
	struct lookup l;
	int e;

	if (proc_cred(p).uid != 0)
		return EPERM;
	if (dev == NULL)
		return ENODEV;
	e = lookup(&l, p, dir, LOOKUP_FOLLOW);
	if (e != 0)
		return e;
	e = vnode_type(l.v) != S_IFDIR ? ENOTDIR : mount_claim(dev);
	if (e == 0)
		e = mount_on(dev, l.v, (flags & RSYS_MNT_RDONLY) != 0);
	lookup_end(&l);
	return e;
}

static int
do_remount(struct rsys_proc *p, const char *dir, int flags)
{
	struct lookup l;
	int e;

	if (proc_cred(p).uid != 0)
		return EPERM;
	e = lookup(&l, p, dir, LOOKUP_FOLLOW);
	if (e != 0)
		return e;
	e = mount_remount(l.v, (flags & RSYS_MNT_RDONLY) != 0);
	lookup_end(&l);
	return e;
}

long
rsys_mount(struct rsys_proc *p, const char *fstype, const char *device, const char *dir, int flags)
{
	struct lwp l;
	int e;

	if (!(flags & RSYS_MNT_UPDATE) && !streq(fstype, "ext2"))
		return -ENODEV;
	kernel_enter(&l, p);
	e = flags & RSYS_MNT_UPDATE ? do_remount(p, dir, flags) : do_mount(p, device, dir, flags);
	kernel_leave(&l);
	return -e;
}

static int
do_unmount(struct rsys_proc *p, const char *dir)
{
	struct vnode *root;
	struct lookup l;
	int e;

	if (proc_cred(p).uid != 0)
		return EPERM;
	e = lookup(&l, p, dir, LOOKUP_FOLLOW);
	if (e != 0)
		return e;
	root = l.v;
	l.v = NULL;
	lookup_end(&l);
	return mount_unmount(root);
}

long
rsys_unmount(struct rsys_proc *p, const char *dir)
{
	struct lwp l;
	int e;

	kernel_enter(&l, p);
	e = do_unmount(p, dir);
	kernel_leave(&l);
	return -e;
}

long
rsys_sync(struct rsys_proc *p)
{
	struct lwp l;
	int e;

	kernel_enter(&l, p);
	e = mount_sync_all();
	kernel_leave(&l);
	return -e;
}

long
rsys_statfs(struct rsys_proc *p, const char *path, struct rsys_statfs *st)
{
	struct lookup lk;
	struct lwp l;
	int e;

	kernel_enter(&l, p);
	e = lookup(&lk, p, path, LOOKUP_FOLLOW);
	if (e == 0) {
		*st = (struct rsys_statfs){0};
		lk.v->mp->ops->statfs(lk.v->mp, st);
		lookup_end(&lk);
	}
	kernel_leave(&l);
	return -e;
}
