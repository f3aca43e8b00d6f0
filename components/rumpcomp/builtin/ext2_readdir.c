/*
 * ext2: listing directories. A position is an offset in the directory; one that lies inside an
 * entry, since the directory has changed or the caller made it up, goes on with the next entry of
 * its block.
 */
#include "ext2.h"

struct list {
	struct ext2_node *dir;
	uint8_t *to;
	size_t room, done;
	uint64_t off;
	int full;
};

static uint8_t
type_of(uint8_t file_type)
{
	static const uint8_t types[] = {0, 010, 004, 002, 006, 001, 014, 012};

	return file_type < sizeof(types) ? types[file_type] : 0;
}

static void
put(struct list *l, const struct ext2_dirent *d, uint64_t next)
{
	size_t total = (offsetof(struct rsys_dirent, name) + d->name_len + 1 + 7) & ~(size_t)7;
	struct rsys_dirent out = {.ino = d->inode, .next = next, .reclen = (uint16_t)total, .namelen = d->name_len,
	                          .type = ext2_of(&l->dir->v)->filetype ? type_of(d->file_type) : 0};
	uint8_t *to = l->to + l->done;

	l->full = total > l->room - l->done;
	if (l->full)
		return;
	memset(to, 0, total);
	memcpy(to, &out, offsetof(struct rsys_dirent, name));
	memcpy(to + offsetof(struct rsys_dirent, name), d + 1, d->name_len);
	l->done += total;
}

/* A name with a slash or a zero would be another one to whoever is given it. */
static int
name_ok(const struct ext2_dirent *d)
{
	const char *name = (const char *)(d + 1);

	for (unsigned i = 0; i < d->name_len; i++) {
		if (name[i] == '/' || name[i] == '\0')
			return 0;
	}
	return 1;
}

static int
list_block(struct list *l, const uint8_t *block, uint64_t start)
{
	struct ext2 *fs = ext2_of(&l->dir->v);
	uint32_t len;

	for (uint32_t off = 0; off < fs->bsize && !l->full; off += len) {
		const struct ext2_dirent *d = (const struct ext2_dirent *)(block + off);

		len = ext2_dirent_check(fs, block, off);
		if (len == 0 || (d->inode != 0 && !name_ok(d)))
			return ext2_damage(fs, "an entry of directory", l->dir->v.ino);
		if (start + off < l->off)
			continue;
		if (d->inode != 0)
			put(l, d, start + off + len);
		if (!l->full)
			l->off = start + off + len;
	}
	if (!l->full)
		l->off = start + fs->bsize;
	return 0;
}

int
ext2_readdir(struct vnode *v, void *buf, size_t n, uint64_t *offp, size_t *donep)
{
	struct ext2 *fs = ext2_of(v);
	struct list l = {node_of(v), buf, n, 0, *offp, 0};
	int e = 0;

	ext2_note_access(l.dir);
	while (l.off < v->size && !l.full && e == 0) {
		struct buf *b;

		e = ext2_dir_block(l.dir, l.off >> fs->bshift, &b);
		if (e != 0)
			break;
		e = list_block(&l, b->data, l.off & ~(uint64_t)(fs->bsize - 1));
		buf_release(b);
	}
	*offp = l.off;
	*donep = l.done;
	return e == 0 && l.full && l.done == 0 ? EINVAL : e;
}
