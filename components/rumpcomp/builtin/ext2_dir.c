/*
 * ext2: directories. A directory is a file of blocks, each filled with entries from its beginning
 * to its end; an entry with inode number 0 is room. Directories with an index are read as what
 * they also are, a list; when one is changed, its index is given up.
 *
 * An entry is checked before it is looked at (ext2_dirent_check), so that a walk through a block
 * always ends with the block.
 */
#include "ext2.h"

#include "ncache.h"

#define HEAD sizeof(struct ext2_dirent)

static uint32_t
entry_size(uint32_t namelen)
{
	return (uint32_t)(HEAD + namelen + 3) & ~3u;
}

static struct ext2_dirent *
entry(const uint8_t *block, uint32_t off)
{
	return (struct ext2_dirent *)(block + off);
}

uint8_t
ext2_file_type(const struct ext2 *fs, uint32_t mode)
{
	if (!fs->filetype)
		return EXT2_FT_UNKNOWN;
	switch (mode & S_IFMT) {
	case S_IFREG: return EXT2_FT_REG;
	case S_IFDIR: return EXT2_FT_DIR;
	case S_IFLNK: return EXT2_FT_LNK;
	case 0020000: return 3; /* character device */
	case 0060000: return 4; /* block device */
	case 0010000: return 5; /* pipe */
	case S_IFSOCK: return 6;
	default: return EXT2_FT_UNKNOWN;
	}
}

uint32_t
ext2_dirent_check(const struct ext2 *fs, const uint8_t *block, uint32_t off)
{
	const struct ext2_dirent *d = entry(block, off);
	uint32_t room = fs->bsize - off;

	if (room < HEAD || d->rec_len < HEAD || d->rec_len % 4 != 0 || d->rec_len > room)
		return 0;
	if (d->inode != 0 && (d->name_len == 0 || entry_size(d->name_len) > d->rec_len || d->inode > fs->ninodes))
		return 0;
	return d->rec_len;
}

int
ext2_dir_block(struct ext2_node *dir, uint64_t lbn, struct buf **bp)
{
	struct ext2 *fs = ext2_of(&dir->v);
	uint32_t block, run;
	int e = ext2_bmap(dir, lbn, &block, &run);

	if (e != 0)
		return e;
	if (block == 0)
		return ext2_damage(fs, "a hole in directory", dir->v.ino);
	return buf_read(fs->dev, block, run - 1, bp);
}

static int
is_name(const struct ext2_dirent *d, const struct name *name)
{
	const char *text = (const char *)(d + 1);

	/* names that differ often do so at the end */
	return d->name_len == name->len && d->inode != 0 && text[name->len - 1] == name->s[name->len - 1] &&
	       memcmp(text, name->s, name->len) == 0;
}

/* Looks for a name in one block. Result: 0, ENOENT or EIO. */
static int
find_in_block(struct ext2_node *dir, const uint8_t *block, const struct name *name, uint32_t *inop,
              struct ext2_slot *slot)
{
	struct ext2 *fs = ext2_of(&dir->v);
	uint32_t prev = 0, len;

	for (uint32_t off = 0; off < fs->bsize; off += len) {
		const struct ext2_dirent *d = entry(block, off);

		len = ext2_dirent_check(fs, block, off);
		if (len == 0)
			return ext2_damage(fs, "an entry of directory", dir->v.ino);
		if (is_name(d, name)) {
			slot->off = off;
			slot->prev = prev;
			*inop = d->inode;
			return ext2_ino_ok(fs, d->inode) ? 0 : ext2_damage(fs, "an entry names inode", d->inode);
		}
		prev = off;
	}
	return ENOENT;
}

int
ext2_dir_find(struct ext2_node *dir, const struct name *name, uint32_t *inop, struct ext2_slot *slot)
{
	uint64_t blocks = dir->v.size >> ext2_of(&dir->v)->bshift;
	int e = ENOENT;

	for (slot->lbn = 0; slot->lbn < blocks && e == ENOENT; ) {
		struct buf *b;

		e = ext2_dir_block(dir, slot->lbn, &b);
		if (e != 0)
			return e;
		e = find_in_block(dir, b->data, name, inop, slot);
		buf_release(b);
		if (e == ENOENT)
			slot->lbn++;
	}
	return e;
}

static void
entry_fill(struct ext2_dirent *d, const struct name *name, uint32_t ino, uint8_t type)
{
	d->inode = ino;
	d->name_len = (uint8_t)name->len;
	d->file_type = type;
	memcpy(d + 1, name->s, name->len);
}

/* Puts an entry where there is room in a block. Result: 0, ENOSPC or EIO. */
static int
enter_in_block(struct op *op, struct ext2 *fs, struct buf *b, const struct name *name, uint32_t ino, uint8_t type)
{
	uint32_t need = entry_size(name->len), len;

	for (uint32_t off = 0; off < fs->bsize; off += len) {
		struct ext2_dirent *d = entry(b->data, off);
		uint32_t used;

		len = ext2_dirent_check(fs, b->data, off);
		if (len == 0)
			return ext2_damage(fs, "an entry of a directory, at", off);
		used = d->inode == 0 ? 0 : entry_size(d->name_len);
		if (len - used < need)
			continue;
		if (used > 0) {
			d->rec_len = (uint16_t)used;
			d = entry(b->data, off + used);
			d->rec_len = (uint16_t)(len - used);
		}
		entry_fill(d, name, ino, type);
		op_dirty_part(op, b, BUF_OWNER_META, b->data + off, used + need);
		return 0;
	}
	return ENOSPC;
}

/* The directory was changed: an index, if it has one, is not true any more. */
static int
changed(struct op *op, struct ext2_node *dir)
{
	dir->flags &= ~(uint32_t)EXT2_INDEX_FL;
	ext2_touch(dir, 1);
	return ext2_inode_write(op, dir);
}

/* One block more at the end, with one entry. */
static int
enter_in_new_block(struct op *op, struct ext2_node *dir, const struct name *name, uint32_t ino, uint8_t type)
{
	struct ext2 *fs = ext2_of(&dir->v);
	uint32_t block;
	struct buf *b;
	int new, e;

	if (dir->v.size > (uint64_t)INT32_MAX - fs->bsize)
		return EFBIG;
	e = ext2_bmap_alloc(op, dir, dir->v.size >> fs->bshift, &block, &new);
	if (e == 0)
		e = buf_zeroed(fs->dev, block, &b);
	if (e != 0)
		return e;
	entry(b->data, 0)->rec_len = (uint16_t)fs->bsize;
	entry_fill(entry(b->data, 0), name, ino, type);
	op_dirty(op, b, BUF_OWNER_META);
	buf_release(b);
	dir->v.size += fs->bsize;
	return 0;
}

/* The first block that may have room for an entry of so many bytes. */
static uint64_t
room_from(const struct ext2_node *dir, uint32_t need)
{
	return need >= dir->room_for ? dir->room_lbn : 0;
}

int
ext2_dir_enter(struct op *op, struct ext2_node *dir, const struct name *name, uint32_t ino, uint32_t mode)
{
	struct ext2 *fs = ext2_of(&dir->v);
	uint64_t blocks = dir->v.size >> fs->bshift, lbn = room_from(dir, entry_size(name->len));
	uint8_t type = ext2_file_type(fs, mode);
	int e = ENOSPC;

	while (lbn < blocks && e == ENOSPC) {
		struct buf *b;

		e = ext2_dir_block(dir, lbn, &b);
		if (e != 0)
			return e;
		e = enter_in_block(op, fs, b, name, ino, type);
		buf_release(b);
		lbn += e == ENOSPC;
	}
	dir->room_lbn = lbn;
	dir->room_for = entry_size(name->len);
	if (e == ENOSPC)
		e = enter_in_new_block(op, dir, name, ino, type);
	if (e == ENOSPC) /* it may have an indirect block all the same */
		ext2_inode_write(op, dir);
	if (e == 0)
		ncache_enter(dir->v.mp, dir->v.ino, name, ino);
	return e == 0 ? changed(op, dir) : e;
}

int
ext2_dir_remove(struct op *op, struct ext2_node *dir, const struct name *name, const struct ext2_slot *slot)
{
	struct ext2_dirent *d;
	struct buf *b;
	int e = ext2_dir_block(dir, slot->lbn, &b);

	if (e != 0)
		return e;
	d = entry(b->data, slot->prev);
	if (slot->off == 0)
		d->inode = 0;
	else
		d->rec_len += entry(b->data, slot->off)->rec_len;
	dir->room_lbn = min_u64(dir->room_lbn, slot->lbn);
	ncache_enter(dir->v.mp, dir->v.ino, name, 0);
	op_dirty_part(op, b, BUF_OWNER_META, d, sizeof(*d));
	buf_release(b);
	return changed(op, dir);
}

int
ext2_dir_replace(struct op *op, struct ext2_node *dir, const struct name *name, const struct ext2_slot *slot, uint32_t ino,
                 uint32_t mode)
{
	struct ext2_dirent *d;
	struct buf *b;
	int e = ext2_dir_block(dir, slot->lbn, &b);

	if (e != 0)
		return e;
	d = entry(b->data, slot->off);
	d->inode = ino;
	d->file_type = ext2_file_type(ext2_of(&dir->v), mode);
	ncache_forget(dir->v.mp, dir->v.ino, name);
	op_dirty_part(op, b, BUF_OWNER_META, d, sizeof(*d));
	buf_release(b);
	return changed(op, dir);
}

static int
block_empty(struct ext2_node *dir, const uint8_t *block)
{
	struct ext2 *fs = ext2_of(&dir->v);
	uint32_t len;

	for (uint32_t off = 0; off < fs->bsize; off += len) {
		const struct ext2_dirent *d = entry(block, off);
		struct name name = {(const char *)(d + 1), d->name_len};

		len = ext2_dirent_check(fs, block, off);
		if (len == 0)
			return ext2_damage(fs, "an entry of directory", dir->v.ino);
		if (d->inode != 0 && !name_is_dot(&name) && !name_is_dotdot(&name))
			return ENOTEMPTY;
	}
	return 0;
}

int
ext2_dir_empty(struct ext2_node *dir)
{
	uint64_t blocks = dir->v.size >> ext2_of(&dir->v)->bshift;
	int e = 0;

	for (uint64_t lbn = 0; lbn < blocks && e == 0; lbn++) {
		struct buf *b;

		e = ext2_dir_block(dir, lbn, &b);
		if (e != 0)
			break;
		e = block_empty(dir, b->data);
		buf_release(b);
	}
	return e;
}

int
ext2_dir_init(struct op *op, struct ext2_node *dir, uint32_t parent)
{
	struct ext2 *fs = ext2_of(&dir->v);
	uint8_t type = ext2_file_type(fs, S_IFDIR);
	int e = enter_in_new_block(op, dir, &(struct name){".", 1}, dir->v.ino, type);
	struct buf *b;

	if (e == 0)
		e = ext2_dir_block(dir, 0, &b);
	if (e != 0)
		return e;
	e = enter_in_block(op, fs, b, &(struct name){"..", 2}, parent, type);
	buf_release(b);
	return e;
}
