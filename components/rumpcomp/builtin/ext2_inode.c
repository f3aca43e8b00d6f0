/*
 * ext2: inodes between disk and memory. A node's changes are written to the inode's block in the
 * operation that makes them; only a time of access stays in memory until the node is written
 * anyway or becomes idle.
 */
#include "ext2.h"

#define TABLE_AHEAD 16384 /* bytes of an inode table read at once */

static int
inode_block(struct ext2 *fs, uint32_t ino, struct buf **bp, uint32_t *offp)
{
	uint32_t group = (ino - 1) / fs->inodes_per_group, index = (ino - 1) % fs->inodes_per_group;
	uint32_t per_block = fs->bsize / fs->inode_size, nth = index / per_block;
	uint32_t ahead = (uint32_t)min_u64(TABLE_AHEAD / fs->bsize, fs->itable_blocks - nth) - 1;

	*offp = index % per_block * fs->inode_size;
	return buf_read(fs->dev, fs->groups[group].bg_inode_table + nth, ahead, bp);
}

/* The two low bits of a time's extra word extend the seconds, the rest is nanoseconds. */
static struct ktime
time_take(uint32_t sec, uint32_t extra)
{
	uint32_t nsec = extra >> 2;

	return (struct ktime){(int64_t)(int32_t)sec + ((int64_t)(extra & 3) << 32), nsec < 1000000000 ? nsec : 0};
}

static uint32_t
time_extra(const struct ktime *t)
{
	return (uint32_t)(((t->sec - (int32_t)t->sec) >> 32) & 3) | t->nsec << 2;
}

/* What the disk says of what the inode is must make sense, since the rest relies on it. */
static int
check(struct ext2 *fs, const struct ext2_node *n)
{
	uint32_t type = n->v.mode & S_IFMT;

	if (n->v.nlink == 0 && !fs->finishing_orphans)
		return ext2_damage(fs, "a name of a deleted inode", n->v.ino);
	if (n->flags & EXT2_EXTENTS_FL)
		return ext2_damage(fs, "an inode with extents", n->v.ino);
	if (type == S_IFREG)
		return n->v.size > fs->file_max ? ext2_damage(fs, "size of inode", n->v.ino) : 0;
	if (type == S_IFDIR && (n->v.size == 0 || n->v.size % fs->bsize != 0 || n->v.size > INT32_MAX))
		return ext2_damage(fs, "size of directory", n->v.ino);
	if (type == S_IFLNK && (n->v.size == 0 || n->v.size >= fs->bsize))
		return ext2_damage(fs, "length of symbolic link", n->v.ino);
	return 0;
}

static void
take(struct ext2 *fs, struct ext2_node *n, const struct ext2_inode *d)
{
	uint32_t actime = 0, amtime = 0, aatime = 0;

	n->v.mode = d->i_mode;
	n->v.uid = d->i_uid | (uint32_t)d->i_uid_high << 16;
	n->v.gid = d->i_gid | (uint32_t)d->i_gid_high << 16;
	n->v.nlink = d->i_links_count;
	n->v.size = d->i_size;
	if ((d->i_mode & S_IFMT) == S_IFREG)
		n->v.size |= (uint64_t)d->i_size_high << 32;
	memcpy(n->block, d->i_block, sizeof(n->block));
	n->flags = d->i_flags;
	n->v.protection = (d->i_flags & EXT2_IMMUTABLE_FL ? VP_IMMUTABLE : 0) | (d->i_flags & EXT2_APPEND_FL ? VP_APPEND : 0);
	n->generation = d->i_generation;
	n->file_acl = d->i_file_acl;
	n->sectors = d->i_blocks;
	n->dtime = d->i_dtime;
	if (fs->inode_size >= sizeof(*d) && d->i_extra_isize >= EXT2_EXTRA_ISIZE - 8 &&
	    d->i_extra_isize <= fs->inode_size - EXT2_INODE_OLD_SIZE) {
		n->extra_isize = d->i_extra_isize;
		actime = d->i_ctime_extra;
		amtime = d->i_mtime_extra;
		aatime = d->i_atime_extra;
		n->crtime = time_take(d->i_crtime, d->i_crtime_extra);
	}
	n->ctime = time_take(d->i_ctime, actime);
	n->mtime = time_take(d->i_mtime, amtime);
	n->atime = time_take(d->i_atime, aatime);
}

/* Only as much of the structure as an inode on the disk has is there. */
static void
copy_in(const struct ext2 *fs, struct ext2_inode *d, const uint8_t *from)
{
	memset(d, 0, sizeof(*d));
	memcpy(d, from, min_u64(fs->inode_size, sizeof(*d)));
}

int
ext2_load(struct vnode *v)
{
	struct ext2 *fs = ext2_of(v);
	struct ext2_inode d;
	struct buf *b;
	uint32_t off;
	int e = inode_block(fs, v->ino, &b, &off);

	if (e != 0)
		return e;
	copy_in(fs, &d, b->data + off);
	buf_release(b);
	take(fs, node_of(v), &d);
	return check(fs, node_of(v));
}

static void
put_times(struct ext2_node *n, struct ext2_inode *d)
{
	struct ktime atime;

	kmutex_enter(n->time_lock);
	atime = n->atime;
	__atomic_fetch_and(&n->v.work, ~VW_TIMES, __ATOMIC_RELAXED);
	kmutex_exit(n->time_lock);
	d->i_atime = (uint32_t)atime.sec;
	d->i_mtime = (uint32_t)n->mtime.sec;
	d->i_ctime = (uint32_t)n->ctime.sec;
	if (n->extra_isize == 0)
		return;
	d->i_extra_isize = n->extra_isize;
	d->i_atime_extra = time_extra(&atime);
	d->i_mtime_extra = time_extra(&n->mtime);
	d->i_ctime_extra = time_extra(&n->ctime);
	d->i_crtime = (uint32_t)n->crtime.sec;
	d->i_crtime_extra = time_extra(&n->crtime);
}

static void
put(struct ext2_node *n, struct ext2_inode *d)
{
	d->i_mode = (uint16_t)n->v.mode;
	d->i_uid = (uint16_t)n->v.uid;
	d->i_uid_high = (uint16_t)(n->v.uid >> 16);
	d->i_gid = (uint16_t)n->v.gid;
	d->i_gid_high = (uint16_t)(n->v.gid >> 16);
	d->i_links_count = (uint16_t)n->v.nlink;
	d->i_size = (uint32_t)n->v.size;
	if ((n->v.mode & S_IFMT) == S_IFREG)
		d->i_size_high = (uint32_t)(n->v.size >> 32);
	memcpy(d->i_block, n->block, sizeof(n->block));
	d->i_flags = n->flags;
	d->i_generation = n->generation;
	d->i_file_acl = n->file_acl;
	d->i_blocks = (uint32_t)n->sectors;
	d->i_dtime = n->dtime;
	put_times(n, d);
}

int
ext2_inode_write(struct op *op, struct ext2_node *n)
{
	struct ext2 *fs = ext2_of(&n->v);
	struct ext2_inode d;
	struct buf *b;
	uint32_t off;
	int e = inode_block(fs, n->v.ino, &b, &off);

	if (e != 0)
		return e;
	if (n->fresh) /* whatever a deleted inode has left there */
		memset(b->data + off, 0, fs->inode_size);
	copy_in(fs, &d, b->data + off);
	put(n, &d);
	memcpy(b->data + off, &d, min_u64(fs->inode_size, sizeof(d)));
	op_dirty_part(op, b, BUF_OWNER_META, b->data + off, n->fresh ? fs->inode_size : min_u64(fs->inode_size, sizeof(d)));
	n->fresh = 0;
	buf_release(b);
	return 0;
}

int
ext2_inode_put_dtime(struct op *op, struct ext2_node *n, uint32_t dtime)
{
	struct buf *b;
	uint32_t off;
	int e = inode_block(ext2_of(&n->v), n->v.ino, &b, &off);

	if (e != 0)
		return e;
	n->dtime = dtime;
	((struct ext2_inode *)(b->data + off))->i_dtime = dtime;
	op_dirty_part(op, b, BUF_OWNER_META, b->data + off, EXT2_INODE_OLD_SIZE);
	buf_release(b);
	return 0;
}

int
ext2_inode_clear(struct op *op, struct ext2_node *n)
{
	n->dtime = (uint32_t)ktime_now().sec;
	n->v.size = 0;
	n->v.nlink = 0;
	return ext2_inode_write(op, n);
}

void
ext2_times_flush(struct vnode *v)
{
	struct op op;

	if (!mount_readonly(v->mp)) {
		op_begin(&op, ext2_of(v)->dev);
		ext2_inode_write(&op, node_of(v));
		op_end(&op);
	}
	__atomic_fetch_and(&v->work, ~VW_TIMES, __ATOMIC_RELAXED);
}

void
ext2_touch(struct ext2_node *n, int modified)
{
	n->ctime = ktime_now();
	if (modified)
		n->mtime = n->ctime;
}

void
ext2_note_access(struct ext2_node *n)
{
	struct ktime now;

	if (mount_readonly(n->v.mp))
		return;
	now = ktime_now();
	kmutex_enter(n->time_lock);
	n->atime = now;
	vnode_add_work(&n->v, VW_TIMES);
	kmutex_exit(n->time_lock);
}

/* What fits on the disk: 32 bits of seconds, and two more and nanoseconds in large inodes. */
static struct ktime
time_fit(const struct ext2_node *n, const struct ktime *t)
{
	int64_t latest = n->extra_isize == 0 ? INT32_MAX : INT32_MAX + (3ll << 32);

	if (t->sec < INT32_MIN)
		return (struct ktime){INT32_MIN, 0};
	if (t->sec > latest)
		return (struct ktime){latest, 0};
	return (struct ktime){t->sec, n->extra_isize == 0 ? 0 : t->nsec};
}

int
ext2_set_times(struct vnode *v, const struct ktime *atime, const struct ktime *mtime)
{
	struct ext2_node *n = node_of(v);
	struct op op;
	int e;

	if (atime != NULL) {
		kmutex_enter(n->time_lock);
		n->atime = time_fit(n, atime);
		kmutex_exit(n->time_lock);
	}
	if (mtime != NULL)
		n->mtime = time_fit(n, mtime);
	ext2_touch(n, 0);
	op_begin(&op, ext2_of(v)->dev);
	e = ext2_inode_write(&op, n);
	if (e == 0)
		op_answers(&op, 0);
	op_end(&op);
	return e;
}
