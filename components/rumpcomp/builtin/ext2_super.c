/*
 * ext2: superblock and group descriptors. The first copies are kept up to date, the backups are left
 * alone.
 */
#include "ext2.h"

#define COMPAT_MAX_LOG_BLOCK 2 /* 4 KiB */

int
ext2_damage(struct ext2 *fs, const char *what, uint64_t number)
{
	if (!__atomic_exchange_n(&fs->damaged, 1, __ATOMIC_RELAXED))
		kprintf("%s: ext2 is damaged: %s (%llu)\n", fs->dev->key, what, (unsigned long long)number);
	return EIO;
}

static int
is_power(uint32_t n, uint32_t base)
{
	while (n > 1 && n % base == 0)
		n /= base;
	return n == 1;
}

int
ext2_group_has_super(const struct ext2 *fs, uint32_t group)
{
	if (!fs->sparse_super || group <= 1)
		return 1;
	return is_power(group, 3) || is_power(group, 5) || is_power(group, 7);
}

uint32_t
ext2_group_first(const struct ext2 *fs, uint32_t group)
{
	return fs->first_block + group * fs->blocks_per_group;
}

uint32_t
ext2_group_blocks(const struct ext2 *fs, uint32_t group)
{
	return (uint32_t)min_u64(fs->blocks_per_group, fs->nblocks - ext2_group_first(fs, group));
}

int
ext2_block_ok(const struct ext2 *fs, uint32_t block)
{
	const struct ext2_group *g;
	uint32_t group, first;

	if (block < fs->first_block || block >= fs->nblocks)
		return 0;
	group = (block - fs->first_block) / fs->blocks_per_group;
	first = ext2_group_first(fs, group);
	if (ext2_group_has_super(fs, group) && block - first < 1 + fs->gd_blocks + fs->reserved_gd_blocks)
		return 0;
	g = &fs->groups[group];
	return block != g->bg_block_bitmap && block != g->bg_inode_bitmap &&
	       (block < g->bg_inode_table || block - g->bg_inode_table >= fs->itable_blocks);
}

int
ext2_ino_ok(const struct ext2 *fs, uint32_t ino)
{
	return ino == EXT2_ROOT_INO || (ino >= fs->first_ino && ino <= fs->ninodes);
}

int
ext2_group_update(struct op *op, struct ext2 *fs, uint32_t group)
{
	uint32_t per_block = fs->bsize / sizeof(struct ext2_group);
	struct buf *b;
	uint8_t *at;
	int e = buf_read(fs->dev, fs->first_block + 1 + group / per_block, 0, &b);

	if (e != 0)
		return e;
	at = b->data + group % per_block * sizeof(struct ext2_group);
	memcpy(at, &fs->groups[group], sizeof(struct ext2_group));
	op_dirty_part(op, b, BUF_OWNER_META, at, sizeof(struct ext2_group));
	buf_release(b);
	return 0;
}

/* Names of features, by bit; for messages. */
static const struct feature {
	uint32_t bit;
	const char *name;
} incompat_names[] = {
	{0x1, "compression"}, {0x4, "needs_recovery"}, {0x8, "journal_dev"}, {0x10, "meta_bg"}, {0x40, "extent"}, {0x80, "64bit"},
	{0x100, "mmp"}, {0x200, "flex_bg"}, {0x400, "ea_inode"}, {0x1000, "dirdata"}, {0x2000, "metadata_csum_seed"},
	{0x4000, "large_dir"}, {0x8000, "inline_data"}, {0x10000, "encrypt"}, {0x20000, "casefold"}, {0, NULL},
}, ro_names[] = {
	{0x4, "btree_dir"}, {0x8, "huge_file"}, {0x10, "uninit_bg"}, {0x20, "dir_nlink"}, {0x40, "extra_isize"}, {0x100, "quota"},
	{0x200, "bigalloc"}, {0x400, "metadata_csum"}, {0x1000, "read-only"}, {0x2000, "project"}, {0x8000, "verity"}, {0, NULL},
};

static const char *
feature_name(const struct feature *names, uint32_t features)
{
	for (; names->name != NULL; names++) {
		if (features & names->bit)
			return names->name;
	}
	return "of a later time";
}

/* *readonly is set if a feature allows only that. */
static int
check_features(const struct bdev *d, const struct ext2_super *sb, int *readonly)
{
	uint32_t incompat = sb->s_feature_incompat & ~(uint32_t)(EXT2_INCOMPAT_FILETYPE | EXT2_INCOMPAT_RECOVER);
	uint32_t ro = sb->s_feature_ro_compat & ~(uint32_t)(EXT2_RO_SPARSE_SUPER | EXT2_RO_LARGE_FILE);

	if (incompat != 0) {
		kprintf("%s: not mounted: feature %s is not known\n", d->key, feature_name(incompat_names, incompat));
		return EINVAL;
	}
	if ((sb->s_feature_incompat & EXT2_INCOMPAT_RECOVER) && d->readonly)
		kprintf("%s: the journal needs recovery, but the device is read-only: what is in it is not seen\n", d->key);
	if ((sb->s_feature_compat & EXT2_COMPAT_HAS_JOURNAL) && sb->s_journal_inum == 0 && !*readonly) {
		kprintf("%s: mounted read-only: the journal is on another device\n", d->key);
		*readonly = 1;
	}
	if (ro != 0 && !*readonly) {
		kprintf("%s: mounted read-only: feature %s is not known\n", d->key, feature_name(ro_names, ro));
		*readonly = 1;
	}
	return 0;
}

static const char *
check_sizes(const struct bdev *d, const struct ext2_super *sb)
{
	uint32_t bsize;

	if (sb->s_log_block_size > COMPAT_MAX_LOG_BLOCK)
		return "block size is not 1, 2 or 4 KiB";
	bsize = 1024u << sb->s_log_block_size;
	if (sb->s_rev_level > 1)
		return "revision is not known";
	if (sb->s_first_data_block != (bsize == 1024))
		return "first block is wrong";
	if (sb->s_blocks_count <= sb->s_first_data_block || (uint64_t)sb->s_blocks_count * bsize > d->size)
		return "it is larger than the device";
	if (sb->s_blocks_per_group < 8 || sb->s_blocks_per_group > bsize * 8 || sb->s_blocks_per_group % 8 != 0)
		return "blocks per group are wrong";
	if (sb->s_inodes_per_group == 0 || sb->s_inodes_per_group > bsize * 8)
		return "inodes per group are wrong";
	return NULL;
}

static const char *
check_inodes(const struct ext2_super *sb)
{
	uint32_t bsize = 1024u << sb->s_log_block_size, size = sb->s_rev_level == 0 ? 128 : sb->s_inode_size;

	if (size < 128 || size > bsize || (size & (size - 1)) != 0)
		return "inode size is wrong";
	if (sb->s_inodes_per_group % (bsize / size) != 0)
		return "inodes per group do not fill blocks";
	if (sb->s_rev_level > 0 && (sb->s_first_ino < EXT2_FIRST_INO || sb->s_first_ino > sb->s_inodes_count))
		return "first inode is wrong";
	if ((uint64_t)(sb->s_blocks_count - sb->s_first_data_block + sb->s_blocks_per_group - 1) / sb->s_blocks_per_group *
	    sb->s_inodes_per_group != sb->s_inodes_count)
		return "number of inodes is wrong";
	if (sb->s_free_blocks_count > sb->s_blocks_count || sb->s_free_inodes_count > sb->s_inodes_count)
		return "more is free than there is";
	return NULL;
}

/*
 * By revision, levels of indirection, and because i_blocks has 32 bits and counts indirect blocks
 * too.
 */
static uint64_t
largest_file(const struct ext2 *fs)
{
	uint64_t addrs = 1ull << fs->addrs_shift;
	uint64_t by_blocks = (EXT2_NDIRECT + addrs + addrs * addrs + addrs * addrs * addrs) << fs->bshift;

	if (fs->revision == 0)
		return INT32_MAX;
	return min_u64(by_blocks, (uint64_t)UINT32_MAX / 100 * 99 * 512);
}

void
ext2_take_super(struct ext2 *fs, const struct ext2_super *sb)
{
	int rev1 = sb->s_rev_level > 0;

	fs->bshift = 10 + sb->s_log_block_size;
	fs->bsize = 1u << fs->bshift;
	fs->addrs_shift = fs->bshift - 2;
	fs->first_block = sb->s_first_data_block;
	fs->nblocks = sb->s_blocks_count;
	fs->ninodes = sb->s_inodes_count;
	fs->first_ino = rev1 ? sb->s_first_ino : EXT2_FIRST_INO;
	fs->inode_size = rev1 ? sb->s_inode_size : EXT2_INODE_OLD_SIZE;
	fs->blocks_per_group = sb->s_blocks_per_group;
	fs->inodes_per_group = sb->s_inodes_per_group;
	fs->ngroups = (fs->nblocks - fs->first_block + fs->blocks_per_group - 1) / fs->blocks_per_group;
	fs->itable_blocks = fs->inodes_per_group / (fs->bsize / fs->inode_size);
	fs->gd_blocks = (uint32_t)(((uint64_t)fs->ngroups * 32 + fs->bsize - 1) / fs->bsize);
	fs->reserved_gd_blocks = rev1 && (sb->s_feature_compat & EXT2_COMPAT_RESIZE_INODE) ? sb->s_reserved_gdt_blocks : 0;
	fs->sparse_super = rev1 && (sb->s_feature_ro_compat & EXT2_RO_SPARSE_SUPER);
	fs->large_file = rev1 && (sb->s_feature_ro_compat & EXT2_RO_LARGE_FILE);
	fs->filetype = rev1 && (sb->s_feature_incompat & EXT2_INCOMPAT_FILETYPE);
	fs->revision = rev1;
	fs->has_journal = rev1 && (sb->s_feature_compat & EXT2_COMPAT_HAS_JOURNAL) && sb->s_journal_inum != 0;
	fs->needs_recovery = fs->has_journal && (sb->s_feature_incompat & EXT2_INCOMPAT_RECOVER);
	fs->journal_ino = sb->s_journal_inum;
	fs->only_readonly = rev1 && ((sb->s_feature_ro_compat & ~(uint32_t)(EXT2_RO_SPARSE_SUPER | EXT2_RO_LARGE_FILE)) != 0 ||
	                             (!fs->has_journal && (sb->s_feature_compat & EXT2_COMPAT_HAS_JOURNAL)));
	memcpy(fs->uuid, sb->s_uuid, sizeof(fs->uuid));
	fs->was_clean = (sb->s_state & EXT2_VALID_FS) != 0;
	fs->reserved_blocks = sb->s_r_blocks_count;
	fs->reserve_uid = sb->s_def_resuid;
	fs->reserve_gid = sb->s_def_resgid;
	fs->extra_isize = fs->inode_size >= sizeof(struct ext2_inode) ? EXT2_EXTRA_ISIZE : 0;
	fs->file_max = largest_file(fs);
}

/*
 * A group's own tables lie in the group, behind the copies of superblock and descriptors, and do
 * not overlap.
 */
static int
group_ok(const struct ext2 *fs, uint32_t group)
{
	const struct ext2_group *g = &fs->groups[group];
	uint32_t low = ext2_group_first(fs, group), end = low + ext2_group_blocks(fs, group);
	uint64_t table_end = (uint64_t)g->bg_inode_table + fs->itable_blocks;

	if (ext2_group_has_super(fs, group))
		low += 1 + fs->gd_blocks + fs->reserved_gd_blocks;
	if (g->bg_block_bitmap < low || g->bg_block_bitmap >= end ||
	    g->bg_inode_bitmap < low || g->bg_inode_bitmap >= end ||
	    g->bg_inode_table < low || table_end > end ||
	    g->bg_block_bitmap == g->bg_inode_bitmap)
		return 0;
	if (g->bg_block_bitmap >= g->bg_inode_table && g->bg_block_bitmap < table_end)
		return 0;
	if (g->bg_inode_bitmap >= g->bg_inode_table && g->bg_inode_bitmap < table_end)
		return 0;
	return g->bg_free_blocks_count <= ext2_group_blocks(fs, group) && g->bg_free_inodes_count <= fs->inodes_per_group;
}

/* What is free counts by groups: the superblock's numbers are those of the last sync, or of before a crash. */
int
ext2_read_groups(struct ext2 *fs)
{
	size_t per_block = fs->bsize / sizeof(struct ext2_group);

	fs->groups = kmem_zalloc((size_t)fs->ngroups * sizeof(struct ext2_group));
	if (fs->groups == NULL)
		return ENOMEM;
	for (uint32_t i = 0; i < fs->gd_blocks; i++) {
		struct buf *b;
		int e = buf_read(fs->dev, fs->first_block + 1 + i, 0, &b);

		if (e != 0)
			return e;
		memcpy(&fs->groups[i * per_block], b->data,
		       min_u64(per_block, fs->ngroups - i * per_block) * sizeof(struct ext2_group));
		buf_release(b);
	}
	fs->free_blocks = fs->free_inodes = 0;
	for (uint32_t g = 0; g < fs->ngroups; g++) {
		if (!group_ok(fs, g))
			return ext2_damage(fs, "descriptor of a group", g);
		fs->free_blocks += fs->groups[g].bg_free_blocks_count;
		fs->free_inodes += fs->groups[g].bg_free_inodes_count;
	}
	return 0;
}

/* With a journal the file system is always whole, and what tells is whether the journal is needed. */
static void
put_state(const struct ext2 *fs, struct ext2_super *sb, int clean)
{
	if (fs->has_journal) {
		sb->s_feature_incompat &= ~(uint32_t)EXT2_INCOMPAT_RECOVER;
		sb->s_feature_incompat |= clean ? 0 : EXT2_INCOMPAT_RECOVER;
	} else {
		sb->s_state = (uint16_t)(clean && fs->was_clean ? sb->s_state | EXT2_VALID_FS : sb->s_state & ~EXT2_VALID_FS);
	}
}

int
ext2_write_super(struct ext2 *fs, int clean)
{
	struct ext2_super *sb;
	struct buf *b;
	struct op op;
	uint32_t free_blocks, free_inodes;
	int e;

	op_begin(&op, fs->dev);
	kmutex_enter(fs->alloc);
	free_blocks = fs->free_blocks;
	free_inodes = fs->free_inodes;
	kmutex_exit(fs->alloc);
	e = buf_read(fs->dev, EXT2_SUPER_OFFSET / fs->bsize, 0, &b);
	if (e == 0) {
		sb = (struct ext2_super *)(b->data + EXT2_SUPER_OFFSET % fs->bsize);
		sb->s_free_blocks_count = free_blocks;
		sb->s_free_inodes_count = free_inodes;
		sb->s_wtime = (uint32_t)ktime_now().sec;
		if (__atomic_load_n(&fs->damaged, __ATOMIC_RELAXED))
			sb->s_state |= EXT2_ERROR_FS;
		put_state(fs, sb, clean);
		if (__atomic_load_n(&fs->large_file, __ATOMIC_RELAXED))
			sb->s_feature_ro_compat |= EXT2_RO_LARGE_FILE;
		op_dirty(&op, b, BUF_OWNER_META);
		buf_release(b);
	}
	op_end(&op);
	return e;
}

/* The superblock, through the cache with blocks of 1 KiB, which are forgotten again. */
int
ext2_read_super(struct bdev *d, struct ext2_super *sb)
{
	struct buf *b;
	int e;

	d->bsize = 1024;
	e = d->size < 4096 ? EINVAL : buf_read(d, 1, 0, &b);
	if (e == 0) {
		memcpy(sb, b->data, sizeof(*sb));
		buf_release(b);
	}
	buf_purge(d);
	return e;
}

static int
refuse(const struct bdev *d, const char *why)
{
	kprintf("%s: not mounted: %s\n", d->key, why);
	return EINVAL;
}

int
ext2_check_super(const struct bdev *d, const struct ext2_super *sb, int *readonly)
{
	const char *why;

	if (sb->s_magic != EXT2_MAGIC)
		return refuse(d, "no ext2 is on it");
	why = check_sizes(d, sb);
	if (why == NULL)
		why = check_inodes(sb);
	if (why != NULL)
		return refuse(d, why);
	if (sb->s_rev_level > 0 && check_features(d, sb, readonly) != 0)
		return EINVAL;
	return 0;
}
