/*
 * ext2: making and removing objects and their names, and what a vnode of ext2 can do.
 *
 * Each is one operation. What can fail for want of space comes first; if it fails, what was taken
 * is given back before the operation ends.
 */
#include "ext2.h"

#include "ncache.h"

#define FAST_LINK_MAX (EXT2_NBLOCKS * 4) /* with the terminating zero */

int
ext2_is_fast_link(const struct ext2_node *n)
{
	uint64_t attributes = n->file_acl != 0 ? ext2_of(&n->v)->bsize / 512 : 0;

	return n->v.size < FAST_LINK_MAX && n->sectors <= attributes;
}

/* Does it have blocks, or is block[] something else? */
static int
has_blocks(const struct ext2_node *n)
{
	uint32_t type = n->v.mode & S_IFMT;

	return type == S_IFREG || type == S_IFDIR || (type == S_IFLNK && !ext2_is_fast_link(n));
}

int
ext2_lookup(struct vnode *dir, const struct name *name, uint32_t *inop)
{
	struct ext2_slot slot;
	int e;

	if (ncache_find(dir->mp, dir->ino, name, inop))
		return *inop == 0 ? ENOENT : 0;
	e = ext2_dir_find(node_of(dir), name, inop, &slot);
	if ((e == 0 || e == ENOENT) && !name_is_dotdot(name) && !name_is_dot(name))
		ncache_enter(dir->mp, dir->ino, name, e == 0 ? *inop : 0);
	return e;
}

static void
node_start(struct ext2_node *n, const struct ext2_node *dir, const struct vnode_new *new)
{
	struct ext2 *fs = ext2_of(&dir->v);
	uint32_t generation = 0;
	size_t got;

	rumpuser_getrandom(&generation, sizeof(generation), RUMPUSER_RANDOM_NOWAIT, &got);
	n->v.mode = new->mode;
	n->v.uid = new->cred->uid;
	n->v.gid = new->cred->gid;
	/* set-group-id: the group comes from the directory, and so does the bit for directories */
	if (dir->v.mode & 02000) {
		n->v.gid = dir->v.gid;
		n->v.mode |= (new->mode & S_IFMT) == S_IFDIR ? 02000u : 0;
	}
	n->v.nlink = (new->mode & S_IFMT) == S_IFDIR ? 2 : 1;
	n->flags = dir->flags & EXT2_FL_INHERITED;
	n->generation = generation;
	n->extra_isize = fs->extra_isize;
	n->fresh = 1;
	n->atime = n->mtime = n->ctime = n->crtime = ktime_now();
}

static int
fill_link(struct op *op, struct ext2_node *n, const char *target)
{
	struct ext2 *fs = ext2_of(&n->v);
	size_t len = strlen(target);
	uint32_t block;
	struct buf *b;
	int new, e;

	if (len >= fs->bsize)
		return ENAMETOOLONG;
	n->v.size = len;
	if (len < FAST_LINK_MAX) {
		memcpy(n->block, target, len);
		return 0;
	}
	e = ext2_bmap_alloc(op, n, 0, &block, &new);
	if (e == 0)
		e = buf_zeroed(fs->dev, block, &b);
	if (e != 0)
		return e;
	memcpy(b->data, target, len);
	op_dirty(op, b, BUF_OWNER_META);
	buf_release(b);
	return 0;
}

/* What the new object contains at first. */
static int
fill(struct op *op, struct ext2_node *n, struct ext2_node *dir, const struct vnode_new *new)
{
	switch (new->mode & S_IFMT) {
	case S_IFDIR: return ext2_dir_init(op, n, dir->v.ino);
	case S_IFLNK: return fill_link(op, n, new->target);
	default: return 0;
	}
}

/*
 * The object has not got its name: gives back the block it has perhaps, and the inode, whose
 * number may be somebody else's at once.
 */
static void
undo(struct op *op, struct ext2_node *n, int is_dir)
{
	struct ext2 *fs = ext2_of(&n->v);

	op->freed = 1;
	if (has_blocks(n) && n->block[0] != 0)
		ext2_block_free(op, fs, n->block[0]);
	memset(n->block, 0, sizeof(n->block));
	n->sectors = 0;
	ext2_inode_clear(op, n);
	vnode_unhash(&n->v);
	ext2_inode_free(op, fs, n->v.ino, is_dir);
}

/* The inode is allocated, the vnode nobody else's. */
static int
make_object(struct op *op, struct ext2_node *dir, const struct name *name,
            const struct vnode_new *new, struct ext2_node *n)
{
	int is_dir = (new->mode & S_IFMT) == S_IFDIR, e;

	node_start(n, dir, new);
	e = fill(op, n, dir, new);
	if (e == 0)
		e = ext2_inode_write(op, n);
	if (e == 0) {
		dir->v.nlink += (uint32_t)is_dir;
		e = ext2_dir_enter(op, dir, name, n->v.ino, n->v.mode);
		if (e != 0)
			dir->v.nlink -= (uint32_t)is_dir;
	}
	if (e != 0)
		undo(op, n, is_dir);
	return e;
}

/* A directory that could not grow may have got an indirect block for it. */
static void
trim_directory(struct ext2_node *dir)
{
	struct ext2 *fs = ext2_of(&dir->v);

	ext2_free_blocks(dir, dir->v.size >> fs->bshift);
}

static int
make_once(struct vnode *dir, const struct name *name, const struct vnode_new *new, struct vnode **vp)
{
	struct ext2 *fs = ext2_of(dir);
	int is_dir = (new->mode & S_IFMT) == S_IFDIR, e;
	struct vnode *v = NULL;
	struct op op;
	uint32_t ino;

	e = ext2_lookup(dir, name, &ino);
	if (e != ENOENT)
		return e == 0 ? EEXIST : e;
	if (is_dir && dir->nlink >= EXT2_LINK_MAX)
		return EMLINK;
	op_begin(&op, fs->dev);
	e = ext2_inode_alloc(&op, fs, dir, is_dir, &ino);
	if (e == 0) {
		e = vnode_fresh(dir->mp, ino, &v);
		if (e == EIO)
			ext2_damage(fs, "an inode is free and in use", ino);
		else if (e != 0)
			ext2_inode_free(&op, fs, ino, is_dir);
	}
	if (e == 0)
		e = make_object(&op, node_of(dir), name, new, node_of(v));
	if (e == 0)
		op_answers(&op, 0);
	op_end(&op);
	if (e == 0) {
		v->parent = is_dir ? dir->ino : 0;
		vnode_ready(v);
		*vp = v;
		return 0;
	}
	if (v != NULL)
		vnode_abandon(v);
	if (e == ENOSPC)
		trim_directory(node_of(dir));
	return e;
}

int
ext2_make(struct vnode *dir, const struct name *name, const struct vnode_new *new, struct vnode **vp)
{
	int e = make_once(dir, name, new, vp);

	return e == ENOSPC && ext2_reclaim(ext2_of(dir)) ? make_once(dir, name, new, vp) : e;
}

static int
link_once(struct vnode *dir, const struct name *name, struct vnode *v)
{
	struct ext2_node *n = node_of(v);
	struct op op;
	uint32_t ino;
	int e = ext2_lookup(dir, name, &ino);

	if (e != ENOENT)
		return e == 0 ? EEXIST : e;
	if (v->nlink >= EXT2_LINK_MAX)
		return EMLINK;
	op_begin(&op, ext2_of(v)->dev);
	e = ext2_dir_enter(&op, node_of(dir), name, v->ino, v->mode);
	if (e == 0) {
		v->nlink++;
		ext2_touch(n, 0);
		e = ext2_inode_write(&op, n);
	}
	if (e == 0)
		op_answers(&op, 0);
	op_end(&op);
	if (e == ENOSPC)
		trim_directory(node_of(dir));
	return e;
}

int
ext2_link(struct vnode *dir, const struct name *name, struct vnode *v)
{
	int e = link_once(dir, name, v);

	return e == ENOSPC && ext2_reclaim(ext2_of(dir)) ? link_once(dir, name, v) : e;
}

int
ext2_drop_link(struct op *op, struct ext2_node *n)
{
	int is_dir = vnode_is_dir(&n->v);

	n->v.nlink = is_dir || n->v.nlink == 0 ? 0 : n->v.nlink - 1;
	ext2_touch(n, 0);
	if (n->v.nlink > 0)
		return 0;
	n->v.dead = is_dir; /* nothing can be made in it any more */
	vnode_add_work(&n->v, VW_DELETE);
	return ext2_orphan_add(op, n);
}

int
ext2_remove(struct vnode *dir, const struct name *name, struct vnode *v)
{
	struct ext2_node *d = node_of(dir), *n = node_of(v);
	struct ext2_slot slot;
	struct op op;
	uint32_t ino;
	int e = vnode_is_dir(v) ? ext2_dir_empty(n) : 0;

	if (e == 0)
		e = ext2_dir_find(d, name, &ino, &slot);
	if (e != 0)
		return e;
	op_begin(&op, ext2_of(v)->dev);
	if (vnode_is_dir(v) && dir->nlink > 2)
		dir->nlink--;
	e = ext2_dir_remove(&op, d, name, &slot);
	if (e == 0) {
		e = ext2_drop_link(&op, n);
		if (e == 0)
			e = ext2_inode_write(&op, n);
	}
	if (e == 0)
		op_answers(&op, 0);
	op_end(&op);
	return e;
}

int
ext2_readlink(struct vnode *v, char *buf, size_t n, size_t *donep)
{
	struct ext2_node *node = node_of(v);
	size_t len = min_u64(n, v->size);
	uint32_t block, run;
	struct buf *b;
	int e;

	*donep = len;
	ext2_note_access(node);
	if (ext2_is_fast_link(node)) {
		memcpy(buf, node->block, len);
		return 0;
	}
	e = ext2_bmap(node, 0, &block, &run);
	if (e == 0 && block == 0)
		e = ext2_damage(ext2_of(v), "a symbolic link without target", v->ino);
	if (e == 0)
		e = buf_read(ext2_of(v)->dev, block, 0, &b);
	if (e != 0)
		return e;
	memcpy(buf, b->data, len);
	buf_release(b);
	return 0;
}

static void
ext2_getattr(struct vnode *v, struct rsys_stat *st)
{
	struct ext2_node *n = node_of(v);

	st->blocks = n->sectors;
	st->blksize = ext2_of(v)->bsize;
	if (!has_blocks(n) && (v->mode & S_IFMT) != S_IFLNK)
		st->rdev = n->block[0] != 0 ? n->block[0] : n->block[1];
	kmutex_enter(n->time_lock);
	st->atime = n->atime.sec;
	st->atime_nsec = n->atime.nsec;
	kmutex_exit(n->time_lock);
	st->mtime = n->mtime.sec;
	st->mtime_nsec = n->mtime.nsec;
	st->ctime = n->ctime.sec;
	st->ctime_nsec = n->ctime.nsec;
}

static int
ext2_update(struct vnode *v)
{
	struct op op;
	int e;

	op_begin(&op, ext2_of(v)->dev);
	ext2_touch(node_of(v), 0);
	e = ext2_inode_write(&op, node_of(v));
	if (e == 0)
		op_answers(&op, 0);
	op_end(&op);
	return e;
}

static int
ext2_fsync(struct vnode *v)
{
	if (mount_readonly(v->mp)) /* perhaps since the journal cannot be written */
		return bdev_lost(ext2_of(v)->dev) ? EIO : 0;
	return buf_flush(ext2_of(v)->dev, v->ino);
}

/* A block of extended attributes may be shared: it goes with the last inode that has it. */
static int
drop_attributes(struct op *op, struct ext2_node *n)
{
	struct ext2 *fs = ext2_of(&n->v);
	uint32_t block = n->file_acl;
	struct ext2_xattr_head *h;
	struct buf *b;
	int last, e;

	if (block == 0)
		return 0;
	n->file_acl = 0;
	n->sectors -= min_u64(n->sectors, fs->bsize / 512);
	if (!ext2_block_ok(fs, block))
		return ext2_damage(fs, "attributes of inode", n->v.ino);
	e = buf_read(fs->dev, block, 0, &b);
	if (e != 0)
		return e;
	h = (struct ext2_xattr_head *)b->data;
	if (h->h_magic != EXT2_XATTR_MAGIC) {
		buf_release(b);
		return ext2_damage(fs, "attributes of inode", n->v.ino);
	}
	last = h->h_refcount <= 1;
	if (!last) {
		h->h_refcount--;
		op_dirty(op, b, BUF_OWNER_META);
	}
	buf_release(b);
	op->freed |= last;
	return last ? ext2_block_free(op, fs, block) : 0;
}

/*
 * The vnode leaves the table before its number is free, since the next who makes a file may get
 * that number.
 */
static void
delete(struct ext2_node *n)
{
	struct ext2 *fs = ext2_of(&n->v);
	int is_dir = vnode_is_dir(&n->v), e = 0;
	struct op op;

	if (has_blocks(n))
		e = ext2_free_blocks(n, 0);
	vnode_unhash(&n->v);
	if (e != 0) {
		ext2_damage(fs, "the blocks of a deleted file cannot be freed, inode", n->v.ino);
		return;
	}
	op_begin(&op, fs->dev);
	ext2_orphan_remove(&op, n);
	drop_attributes(&op, n);
	memset(n->block, 0, sizeof(n->block));
	if (ext2_inode_clear(&op, n) == 0)
		ext2_inode_free(&op, fs, n->v.ino, is_dir);
	op_end(&op);
}

void
ext2_inactive(struct vnode *v)
{
	struct ext2_node *n = node_of(v);

	krw_write(v->lock);
	if (v->work & VW_DELETE) {
		v->dead = 1;
		delete(n);
		__atomic_store_n(&v->work, 0, __ATOMIC_RELAXED);
	} else {
		ext2_times_flush(v);
	}
	krw_exit(v->lock);
}

const struct vnode_ops ext2_vnode_ops = {
	.lookup = ext2_lookup, .make = ext2_make, .link = ext2_link, .remove = ext2_remove, .rename = ext2_rename,
	.read = ext2_read, .write = ext2_write, .truncate = ext2_truncate, .readdir = ext2_readdir, .readlink = ext2_readlink,
	.getattr = ext2_getattr, .update = ext2_update, .set_times = ext2_set_times, .fsync = ext2_fsync,
	.inactive = ext2_inactive,
};
