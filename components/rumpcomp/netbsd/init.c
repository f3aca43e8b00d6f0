/*
 * The start of NetBSD's rump kernel, and file systems.
 */
#include "../rumpuser.h"
#include "proc.h"

#define DISKS 4

int
rsys_init(void)
{
	return -rump_init();
}

static int disks[DISKS]; /* descriptors of those that can be written */
static unsigned ndisks;  /* all before the first client comes */

/* Opened a second time, to be flushed. One that can only be read is never. */
static int
open_disk(const char *hostpath)
{
	int e;

	if (ndisks == DISKS)
		return -NB_EMFILE;
	rump_schedule();
	e = rumpuser_open(hostpath, RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_BIO, &disks[ndisks]);
	rump_unschedule();
	if (e == 0)
		ndisks++;
	return e == NB_EROFS ? 0 : -e;
}

int
rsys_etfs_register(const char *key, const char *hostpath)
{
	int e = rump_pub_etfs_register(key, hostpath, RUMP_ETFS_BLK);

	return e != 0 ? -e : open_disk(hostpath);
}

long
disks_flush(void)
{
	int e = 0;

	for (unsigned i = 0; i < ndisks && e == 0; i++) {
		rump_schedule();
		e = rumpuser_syncfd(disks[i], RUMPUSER_SYNCFD_WRITE | RUMPUSER_SYNCFD_BARRIER | RUMPUSER_SYNCFD_SYNC, 0, 0);
		rump_unschedule();
	}
	return -e;
}

static int
same(const char *a, const char *b)
{
	for (; *a == *b; a++, b++)
		if (*a == 0)
			return 1;
	return 0;
}

/* The file systems there are, as the script's drivers have them: our names, and NetBSD's. */
static const char *
type_of(const char *fstype)
{
	static const char *const names[][2] = {{"ext2", "ext2fs"}, {"ffs", "ffs"}, {"tmpfs", "tmpfs"}};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (same(fstype, names[i][0]))
			return names[i][1];
	return NULL;
}

static long
mount_disk(struct rsys_proc *p, const char *type, const char *device, const char *dir, int flags)
{
	struct nb_ufs_args args = {device};

	return CALL(p, NB_MOUNT, WORD(type), WORD(dir), (uint64_t)flags, WORD(&args), sizeof(args));
}

/* As large as memory allows. */
static long
mount_memory(struct rsys_proc *p, const char *type, const char *dir, int flags)
{
	struct nb_tmpfs_args args = {.version = NB_TMPFS_VERSION, .root_mode = 0755};

	return CALL(p, NB_MOUNT, WORD(type), WORD(dir), (uint64_t)flags, WORD(&args), sizeof(args));
}

long
rsys_mount(struct rsys_proc *p, const char *fstype, const char *device, const char *dir, int flags)
{
	const char *type = type_of(fstype);
	long e;

	if (flags & RSYS_MNT_UPDATE)
		e = mount_disk(p, "", NULL, dir, flags); /* on the same device; too few arguments for what is on none */
	else if (type == NULL)
		return -NB_ENODEV;
	else if (same(type, "tmpfs"))
		e = mount_memory(p, type, dir, flags);
	else
		e = mount_disk(p, type, device, dir, flags);
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

/* NetBSD's sync() begins to write all that is to be written; the flush waits for it. */
long
rsys_sync(struct rsys_proc *p)
{
	long e = CALL(p, NB_SYNC, 0);

	return e < 0 ? e : disks_flush();
}
