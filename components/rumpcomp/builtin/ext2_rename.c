/*
 * ext2: rename, one operation: the new name (or the old one of that name made to mean the file),
 * the old name gone, "..", and counts of links. Only making the new name can fail for want of
 * space, and it comes first.
 */
#include "ext2.h"

static int
is_move_of_dir(const struct rename *r)
{
	return vnode_is_dir(r->file) && r->fdir != r->tdir;
}

/* The target's name now means the file. */
static int
enter_target(struct op *op, struct rename *r)
{
	struct ext2_node *tdir = node_of(r->tdir);
	struct ext2_slot slot;
	uint32_t ino;
	int e;

	if (r->victim == NULL) {
		e = ext2_lookup(r->tdir, r->tname, &ino);
		return e != ENOENT ? (e == 0 ? EEXIST : e)
		                   : ext2_dir_enter(op, tdir, r->tname, r->file->ino, r->file->mode);
	}
	e = ext2_dir_find(tdir, r->tname, &ino, &slot);
	return e != 0 ? e : ext2_dir_replace(op, tdir, r->tname, &slot, r->file->ino, r->file->mode);
}

static int
remove_source(struct op *op, struct rename *r)
{
	struct ext2_node *fdir = node_of(r->fdir);
	struct ext2_slot slot;
	uint32_t ino;
	int e = ext2_dir_find(fdir, r->fname, &ino, &slot);

	return e != 0 ? e : ext2_dir_remove(op, fdir, r->fname, &slot);
}

/* The directory lies in another now. */
static int
change_parent(struct op *op, struct rename *r)
{
	struct ext2_node *n = node_of(r->file);
	const struct name dotdot = {"..", 2};
	struct ext2_slot slot;
	uint32_t ino;
	int e = ext2_dir_find(n, &dotdot, &ino, &slot);

	if (e != 0)
		return e;
	__atomic_store_n(&r->file->parent, r->tdir->ino, __ATOMIC_RELAXED);
	return ext2_dir_replace(op, n, &dotdot, &slot, r->tdir->ino, S_IFDIR);
}

static int
drop_victim(struct op *op, struct rename *r)
{
	int e;

	if (vnode_is_dir(r->victim) && r->tdir->nlink > 2)
		r->tdir->nlink--;
	e = ext2_drop_link(op, node_of(r->victim));
	return e != 0 ? e : ext2_inode_write(op, node_of(r->victim));
}

/* What cannot be done is known before anything is changed, but for space and damage. */
static int
check(struct rename *r)
{
	if (r->victim != NULL && vnode_is_dir(r->victim))
		return ext2_dir_empty(node_of(r->victim));
	return is_move_of_dir(r) && r->tdir->nlink >= EXT2_LINK_MAX ? EMLINK : 0;
}

static int
change(struct op *op, struct rename *r)
{
	int e = enter_target(op, r);

	if (e == 0)
		e = remove_source(op, r);
	if (e == 0 && is_move_of_dir(r)) {
		r->tdir->nlink++;
		r->fdir->nlink -= r->fdir->nlink > 2;
		e = change_parent(op, r);
	}
	if (e == 0 && r->victim != NULL)
		e = drop_victim(op, r);
	if (e == 0) {
		ext2_touch(node_of(r->file), 0);
		e = ext2_inode_write(op, node_of(r->file));
	}
	if (e == 0)
		e = ext2_inode_write(op, node_of(r->fdir));
	if (e == 0)
		e = ext2_inode_write(op, node_of(r->tdir));
	return e;
}

static int
rename_once(struct rename *r)
{
	struct ext2_node *tdir = node_of(r->tdir);
	struct op op;
	int e = check(r);

	if (e != 0)
		return e;
	op_begin(&op, ext2_of(r->file)->dev);
	e = change(&op, r);
	if (e == 0)
		op_answers(&op, 0);
	op_end(&op);
	if (e == ENOSPC)
		ext2_free_blocks(tdir, tdir->v.size >> ext2_of(r->tdir)->bshift);
	return e;
}

int
ext2_rename(struct rename *r)
{
	int e = rename_once(r);

	return e == ENOSPC && ext2_reclaim(ext2_of(r->file)) ? rename_once(r) : e;
}
