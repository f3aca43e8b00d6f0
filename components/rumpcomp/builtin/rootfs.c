/*
 * The first file system: directories in memory, so that there is something to mount on, and names of sockets.
 *
 * A directory or socket is a node in a tree; its vnode is made of it when somebody asks. Nodes are guarded
 * by one mutex; a node is freed when its vnode becomes inactive after rmdir or unlink, or at once with the
 * vnode.
 */
#include "vnode.h"

#define NODES_MAX 256

struct node {
	uint32_t ino, parent;
	uint32_t mode, uid, gid, nlink;
	struct ktime atime, mtime, ctime;
	uint32_t namelen;
	char name[NAME_LONGEST];
};

static struct {
	kmutex lock;
	struct node *nodes[NODES_MAX + 2]; /* by inode number; 0 and 1 unused, 2 the root */
	struct mount mount;
} rootfs;

#define ROOT_INO 2

static const struct vnode_ops rootfs_vnode_ops;

static struct node *
child_find(uint32_t dir, const struct name *name)
{
	for (uint32_t i = ROOT_INO + 1; i < NODES_MAX + 2; i++) {
		struct node *n = rootfs.nodes[i];

		if (n != NULL && n->parent == dir && n->nlink > 0 && n->namelen == name->len &&
		    memcmp(n->name, name->s, name->len) == 0)
			return n;
	}
	return NULL;
}

static int
rootfs_lookup(struct vnode *dir, const struct name *name, uint32_t *inop)
{
	struct node *n;

	kmutex_enter(rootfs.lock);
	if (name_is_dot(name))
		n = rootfs.nodes[dir->ino];
	else if (name_is_dotdot(name))
		n = rootfs.nodes[rootfs.nodes[dir->ino]->parent];
	else
		n = child_find(dir->ino, name);
	if (n != NULL)
		*inop = n->ino;
	kmutex_exit(rootfs.lock);
	return n == NULL ? ENOENT : 0;
}

/* Locked. */
static int
node_create(uint32_t parent, const struct name *name, const struct vnode_new *new, struct node **np)
{
	int is_dir = (new->mode & S_IFMT) == S_IFDIR;
	struct ktime now = ktime_now();
	struct node *n;
	uint32_t ino = ROOT_INO;

	while (ino < NODES_MAX + 2 && rootfs.nodes[ino] != NULL)
		ino++;
	if (ino == NODES_MAX + 2)
		return ENOSPC;
	n = kmem_zalloc(sizeof(*n));
	if (n == NULL)
		return ENOMEM;
	*n = (struct node){.ino = ino, .parent = parent, .mode = new->mode, .uid = new->cred->uid, .gid = new->cred->gid,
	                   .nlink = is_dir ? 2 : 1, .atime = now, .mtime = now, .ctime = now, .namelen = name->len};
	memcpy(n->name, name->s, name->len);
	rootfs.nodes[ino] = n;
	*np = n;
	return 0;
}

static int
rootfs_make(struct vnode *dir, const struct name *name, const struct vnode_new *new, struct vnode **vp)
{
	uint32_t type = new->mode & S_IFMT;
	struct node *n = NULL;
	int e;

	if (type != S_IFDIR && type != S_IFSOCK)
		return EOPNOTSUPP;
	kmutex_enter(rootfs.lock);
	e = dir->dead ? ENOENT : child_find(dir->ino, name) != NULL ? EEXIST : node_create(dir->ino, name, new, &n);
	if (e == 0 && type == S_IFDIR)
		dir->nlink = ++rootfs.nodes[dir->ino]->nlink;
	kmutex_exit(rootfs.lock);
	return e == 0 ? vnode_get(dir->mp, n->ino, vp) : e;
}

static int
rootfs_remove(struct vnode *dir, const struct name *name, struct vnode *v)
{
	int e = 0;

	(void)name;
	kmutex_enter(rootfs.lock);
	for (uint32_t i = 0; i < NODES_MAX + 2; i++) {
		if (rootfs.nodes[i] != NULL && rootfs.nodes[i]->parent == v->ino && rootfs.nodes[i]->nlink > 0)
			e = ENOTEMPTY;
	}
	if (e == 0) {
		rootfs.nodes[v->ino]->nlink = v->nlink = 0;
		if (vnode_is_dir(v))
			dir->nlink = --rootfs.nodes[dir->ino]->nlink;
		v->dead = 1;
	}
	kmutex_exit(rootfs.lock);
	if (e == 0)
		vnode_add_work(v, VW_DELETE);
	return e;
}

static int
rootfs_link(struct vnode *dir, const struct name *name, struct vnode *v)
{
	(void)dir;
	(void)name;
	(void)v;
	return EOPNOTSUPP;
}

static int
rootfs_rename(struct rename *r)
{
	(void)r;
	return EOPNOTSUPP;
}

/* A position is the number of an entry: "." is 0, ".." is 1, a child its inode number. */
static struct node *
entry_at(uint32_t dir, uint64_t *at)
{
	for (; *at < NODES_MAX + 2; ++*at) {
		struct node *n = rootfs.nodes[*at < 2 ? dir : *at];

		if (*at == 1)
			n = rootfs.nodes[n->parent];
		if (n != NULL && (*at < 2 || (*at > ROOT_INO && n->parent == dir && n->nlink > 0)))
			return n;
	}
	return NULL;
}

/* Result: bytes, 0 if it does not fit. */
static size_t
entry_put(char *to, size_t room, const struct node *n, uint64_t at)
{
	size_t len = at < 2 ? at + 1 : n->namelen;
	size_t total = (offsetof(struct rsys_dirent, name) + len + 1 + 7) & ~(size_t)7;
	struct rsys_dirent d = {.ino = n->ino, .next = at + 1, .reclen = (uint16_t)total, .namelen = (uint16_t)len,
	                        .type = (uint8_t)(n->mode >> 12)};

	if (total > room)
		return 0;
	memset(to, 0, total);
	memcpy(to, &d, offsetof(struct rsys_dirent, name));
	memcpy(to + offsetof(struct rsys_dirent, name), at < 2 ? ".." : n->name, len);
	return total;
}

static int
rootfs_readdir(struct vnode *v, void *buf, size_t n, uint64_t *offp, size_t *donep)
{
	struct node *entry;
	int full = 0;

	*donep = 0;
	kmutex_enter(rootfs.lock);
	while (!full && (entry = entry_at(v->ino, offp)) != NULL) {
		size_t put = entry_put((char *)buf + *donep, n - *donep, entry, *offp);

		full = put == 0;
		*donep += put;
		*offp += put > 0;
	}
	kmutex_exit(rootfs.lock);
	return full && *donep == 0 ? EINVAL : 0;
}

static int
rootfs_no_read(struct vnode *v, void *buf, size_t n, uint64_t off, size_t *donep)
{
	(void)v;
	(void)buf;
	(void)n;
	(void)off;
	(void)donep;
	return EISDIR;
}

static int
rootfs_no_write(struct vnode *v, const void *buf, size_t n, uint64_t off, size_t *donep)
{
	(void)v;
	(void)buf;
	(void)n;
	(void)off;
	(void)donep;
	return EISDIR;
}

static int
rootfs_no_truncate(struct vnode *v, uint64_t size)
{
	(void)v;
	(void)size;
	return EISDIR;
}

static int
rootfs_no_readlink(struct vnode *v, char *buf, size_t n, size_t *donep)
{
	(void)v;
	(void)buf;
	(void)n;
	(void)donep;
	return EINVAL;
}

static void
rootfs_getattr(struct vnode *v, struct rsys_stat *st)
{
	struct node *n;

	kmutex_enter(rootfs.lock);
	n = rootfs.nodes[v->ino];
	st->atime = n->atime.sec;
	st->atime_nsec = n->atime.nsec;
	st->mtime = n->mtime.sec;
	st->mtime_nsec = n->mtime.nsec;
	st->ctime = n->ctime.sec;
	st->ctime_nsec = n->ctime.nsec;
	st->blksize = 512;
	kmutex_exit(rootfs.lock);
}

static int
rootfs_update(struct vnode *v)
{
	kmutex_enter(rootfs.lock);
	rootfs.nodes[v->ino]->mode = v->mode;
	rootfs.nodes[v->ino]->uid = v->uid;
	rootfs.nodes[v->ino]->gid = v->gid;
	rootfs.nodes[v->ino]->ctime = ktime_now();
	kmutex_exit(rootfs.lock);
	return 0;
}

static int
rootfs_set_times(struct vnode *v, const struct ktime *atime, const struct ktime *mtime)
{
	struct node *n;

	kmutex_enter(rootfs.lock);
	n = rootfs.nodes[v->ino];
	if (atime != NULL)
		n->atime = *atime;
	if (mtime != NULL)
		n->mtime = *mtime;
	n->ctime = ktime_now();
	kmutex_exit(rootfs.lock);
	return 0;
}

static int
rootfs_fsync(struct vnode *v)
{
	(void)v;
	return 0;
}

static void
rootfs_inactive(struct vnode *v)
{
	vnode_unhash(v);
	__atomic_store_n(&v->work, 0, __ATOMIC_RELAXED);
	kmutex_enter(rootfs.lock);
	kmem_free(rootfs.nodes[v->ino], sizeof(struct node));
	rootfs.nodes[v->ino] = NULL;
	kmutex_exit(rootfs.lock);
}

static struct vnode *
rootfs_alloc(struct mount *mp)
{
	struct vnode *v = kmem_zalloc(sizeof(*v));

	(void)mp;
	if (v != NULL)
		v->ops = &rootfs_vnode_ops;
	return v;
}

static void
rootfs_free(struct vnode *v)
{
	kmem_free(v, sizeof(*v));
}

static int
rootfs_load(struct vnode *v)
{
	struct node *n;

	kmutex_enter(rootfs.lock);
	n = rootfs.nodes[v->ino];
	if (n != NULL) {
		v->mode = n->mode;
		v->uid = n->uid;
		v->gid = n->gid;
		v->nlink = n->nlink;
	}
	kmutex_exit(rootfs.lock);
	return n == NULL ? ENOENT : 0;
}

static int
rootfs_sync(struct mount *mp)
{
	(void)mp;
	return 0;
}

static int
rootfs_remount(struct mount *mp, int readonly)
{
	if (readonly)
		__atomic_store_n(&mp->readonly, 0, __ATOMIC_RELAXED);
	return readonly ? EBUSY : 0;
}

static int
rootfs_unmount(struct mount *mp)
{
	(void)mp;
	return EBUSY;
}

static void
rootfs_statfs(struct mount *mp, struct rsys_statfs *st)
{
	(void)mp;
	*st = (struct rsys_statfs){.files = NODES_MAX, .bsize = 512, .namemax = NAME_LONGEST};
}

static const struct vnode_ops rootfs_vnode_ops = {
	.lookup = rootfs_lookup, .make = rootfs_make, .link = rootfs_link, .remove = rootfs_remove, .rename = rootfs_rename,
	.read = rootfs_no_read, .write = rootfs_no_write, .truncate = rootfs_no_truncate, .readdir = rootfs_readdir,
	.readlink = rootfs_no_readlink, .getattr = rootfs_getattr, .update = rootfs_update, .set_times = rootfs_set_times,
	.fsync = rootfs_fsync,
	.inactive = rootfs_inactive,
};

static const struct mount_ops rootfs_mount_ops = {
	.alloc = rootfs_alloc, .free = rootfs_free, .load = rootfs_load, .sync = rootfs_sync, .remount = rootfs_remount,
	.unmount = rootfs_unmount,
	.statfs = rootfs_statfs,
};

struct mount *
rootfs_create(void)
{
	static const struct cred kernel;
	static const struct vnode_new root = {S_IFDIR | 0755, &kernel, NULL};
	struct node *n;

	kmutex_init(&rootfs.lock);
	rootfs.mount.ops = &rootfs_mount_ops;
	if (node_create(ROOT_INO, &(struct name){"/", 1}, &root, &n) != 0)
		return NULL;
	return vnode_get(&rootfs.mount, ROOT_INO, &rootfs.mount.root) == 0 ? &rootfs.mount : NULL;
}
