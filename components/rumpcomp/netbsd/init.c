/*
 * The start of NetBSD's rump kernel, and file systems.
 */
#include "../rumpuser.h"
#include "proc.h"

int
rsys_init(void)
{
	return -rump_init();
}

int
rsys_etfs_register(const char *key, const char *hostpath)
{
	return -rump_pub_etfs_register(key, hostpath, RUMP_ETFS_BLK);
}

static int
same(const char *a, const char *b)
{
	for (; *a == *b; a++, b++)
		if (*a == 0)
			return 1;
	return 0;
}

/* The file systems that take a device: our name, and NetBSD's. */
static const char *
type_of(const char *fstype)
{
	if (same(fstype, "ext2"))
		return "ext2fs";
	return same(fstype, "ffs") ? "ffs" : NULL;
}

long
rsys_mount(struct rsys_proc *p, const char *fstype, const char *device, const char *dir, int flags)
{
	struct nb_ufs_args args = {device};
	const char *type = type_of(fstype);
	long e;

	if (type == NULL)
		return -NB_ENODEV;
	e = CALL(p, NB_MOUNT, WORD(type), WORD(dir), flags & RSYS_MNT_RDONLY ? NB_MNT_RDONLY : 0, WORD(&args), sizeof(args));
	return e < 0 ? e : 0;
}

long
rsys_unmount(struct rsys_proc *p, const char *dir)
{
	return CALL(p, NB_UNMOUNT, WORD(dir), 0);
}

long
rsys_statfs(struct rsys_proc *p, const char *path, struct rsys_statfs *out)
{
	struct nb_statvfs s;
	long e = CALL(p, NB_STATVFS, WORD(path), WORD(&s), NB_MNT_WAIT);

	if (e < 0)
		return e;
	*out = (struct rsys_statfs){s.blocks, s.bfree, s.bavail, s.files, s.ffree, (uint32_t)s.frsize, (uint32_t)s.namemax,
	                            (s.flag & NB_MNT_RDONLY) != 0, 0};
	return 0;
}

long
rsys_sync(struct rsys_proc *p)
{
	return CALL(p, NB_SYNC, 0);
}
