/*
 * ext2 in memory.
 *
 * Locks: a node's fields are guarded by its vnode's lock (times: see ext2_inode.c). `alloc` guards
 * the group descriptors in memory, the free counts and the hints; it is taken with vnodes locked
 * and perhaps an indirect block or directory block busy, and under it only bitmaps, group
 * descriptors and the superblock become busy.
 *
 * Every number read from the disk is checked where it is read: blocks by ext2_block_ok, inode
 * numbers by ext2_ino_ok, entries of directories by their block's length. Damage gives EIO and a
 * line on the console, once.
 */
#ifndef EXT2_H
#define EXT2_H

#include "buf.h"
#include "ext2_fs.h"
#include "op.h"
#include "vnode.h"

struct ext2 {
	struct mount mount;
	/* constant while mounted */
	struct bdev *dev;
	uint32_t bsize, bshift, addrs_shift; /* addrs: block numbers in a block */
	uint32_t first_block, nblocks, ninodes, first_ino, inode_size;
	uint32_t blocks_per_group, inodes_per_group, ngroups, itable_blocks, gd_blocks, reserved_gd_blocks;
	uint64_t file_max;      /* bytes */
	int sparse_super, filetype, revision;
	uint32_t reserved_blocks, reserve_uid, reserve_gid; /* whose the last free ones are, beside root's */
	int was_clean;          /* when it was mounted; if not, only e2fsck can say that it is */
	int only_readonly;      /* it has features that we cannot write */
	uint16_t extra_isize;   /* of new inodes; 0 if they are small */
	/* the journal */
	uint8_t uuid[16];
	int has_journal, needs_recovery; /* constant while mounted */
	uint32_t journal_ino, journal_length;
	uint32_t *journal_map;
	struct redo *redo;      /* NULL: the device has none */
	int keeps_orphans;      /* constant while mounted */
	int finishing_orphans;  /* at mount: inodes without names are no damage */
	kmutex orphan_lock;     /* guards the list; taken in an operation, buffers follow it */
	struct link orphans;    /* the newest first */
	/*
	 * guarded by alloc; changed without it while no operation is going on. Of each group in which something was freed, the
	 * bitmap of blocks before the running transaction: what is taken there is not taken again
	 */
	uint8_t **frozen;
	size_t frozen_size;
	uint32_t nfrozen;
	/* guarded by alloc */
	kmutex alloc;
	struct ext2_group *groups;
	uint32_t free_blocks, free_inodes;
	uint32_t next_dir_group; /* where the search for a group for a directory begins */
	/* atomic */
	int large_file;
	/* EIO was given for what is on the disk: e2fsck shall have a look */
	int damaged;
};

struct ext2_node {
	struct vnode v;
	uint32_t block[EXT2_NBLOCKS];
	uint32_t flags, generation, file_acl, dtime;
	uint64_t sectors;          /* of 512 bytes, with indirect blocks: i_blocks */
	uint16_t extra_isize;
	/* of a directory: no block before room_lbn has room for an entry of room_for bytes */
	uint64_t room_lbn;
	uint32_t room_for;
	int fresh;                 /* not on the disk yet */
	struct ktime mtime, ctime, crtime;
	struct link orphan;        /* guarded by the file system's orphan_lock; then dtime is the next one's number */
	kmutex time_lock;          /* guards atime, which readers write */
	struct ktime atime;
	/* hints, atomic, written by readers */
	/* block behind the last read: if reading goes on there, it is sequential */
	uint64_t read_next;
	uint64_t ahead_until;      /* block up to which was read ahead */
	/* where the last block was allocated */
	uint32_t last_lbn, last_pbn;
};

static inline struct ext2 *ext2_of(const struct vnode *v) { return (struct ext2 *)v->mp; }
static inline struct ext2_node *node_of(struct vnode *v) { return (struct ext2_node *)v; }

/* Says that something on the disk is wrong. Result: EIO. */
int ext2_damage(struct ext2 *, const char *what, uint64_t number);

/* ext2_super.c */
int  ext2_group_has_super(const struct ext2 *, uint32_t group);
/* Is it a block that a file may have: in range, and none of the file system's own tables? */
int  ext2_block_ok(const struct ext2 *, uint32_t block);
int  ext2_ino_ok(const struct ext2 *, uint32_t ino);
int  ext2_write_super(struct ext2 *, int clean);
/* Reads it, before anything else is known of the device. */
int  ext2_read_super(struct bdev *, struct ext2_super *);
/* Can we mount that? Messages say why not. *readonly is set if that is all we can do. EINVAL */
int  ext2_check_super(const struct bdev *, const struct ext2_super *, int *readonly);
void ext2_take_super(struct ext2 *, const struct ext2_super *);
int  ext2_read_groups(struct ext2 *);
/* Writes a group's descriptor. `alloc` is held. */
int  ext2_group_update(struct op *, struct ext2 *, uint32_t group);

/* ext2_inode.c */
int  ext2_load(struct vnode *);
int  ext2_inode_write(struct op *, struct ext2_node *); /* W, or nobody else has it */
int  ext2_inode_clear(struct op *, struct ext2_node *); /* deleted: dtime, no links */
void ext2_times_flush(struct vnode *);
void ext2_touch(struct ext2_node *, int modified);      /* ctime, and mtime if modified */
void ext2_note_access(struct ext2_node *);              /* atime; R */
int  ext2_set_times(struct vnode *, const struct ktime *atime, const struct ktime *mtime);

/* In an operation: of a node that is an orphan. */
int  ext2_inode_put_dtime(struct op *, struct ext2_node *, uint32_t dtime);

/* ext2_orphan.c. Nothing happens if the file system keeps no orphans, or if it is one already, or none. */
int  ext2_orphan_add(struct op *, struct ext2_node *);
int  ext2_orphan_remove(struct op *, struct ext2_node *);
int  ext2_orphans_finish(struct ext2 *); /* at mount */

/*
 * ext2_journal.c. recover: what is in memory of the disk may be wrong afterwards. stop: after an error the
 * journal goes on, unless that is forced. works: it is there and can be written.
 */
int  ext2_journal_recover(struct ext2 *);
int  ext2_journal_start(struct ext2 *);
int  ext2_journal_stop(struct ext2 *, int force);
int  ext2_journal_works(const struct ext2 *);
int  ext2_freeze(struct ext2 *, uint32_t group, const uint8_t *bitmap); /* ENOMEM */
/* After ENOSPC, outside operations: has a commit made blocks free that were not? */
int  ext2_reclaim(struct ext2 *);

/* ext2_balloc.c. One block near a goal; its buffer is not touched. ENOSPC, EIO. */
int  ext2_block_alloc(struct op *, struct ext2 *, uint32_t goal, uint32_t *blockp);
int  ext2_block_free(struct op *, struct ext2 *, uint32_t block);
uint32_t ext2_group_first(const struct ext2 *, uint32_t group);
uint32_t ext2_group_blocks(const struct ext2 *, uint32_t group);

/* ext2_bitmap.c. Lowest clear bit at or after from, below n; n if there is none. */
uint32_t bitmap_find_clear(const uint8_t *map, uint32_t from, uint32_t n);

/* ext2_ialloc.c */
int  ext2_inode_alloc(struct op *, struct ext2 *, const struct vnode *dir, int is_dir, uint32_t *inop);
int  ext2_inode_free(struct op *, struct ext2 *, uint32_t ino, int is_dir);

/*
 * ext2_bmap.c. The disk block of a file's block, 0 for a hole. *runp: how many blocks from there
 * on, as far as one indirect block tells, lie one after the other (or are a hole).
 */
int  ext2_bmap(struct ext2_node *, uint64_t lbn, uint32_t *blockp, uint32_t *runp);
/*
 * Makes one if there is none: *newp, and then its content is the caller's to write. Indirect
 * blocks made are kept also after an error.
 */
int  ext2_bmap_alloc(struct op *, struct ext2_node *, uint64_t lbn, uint32_t *blockp, int *newp);

/*
 * Levels of indirection of a block and the index at each. Result: number of levels (0: direct),
 * -1: no file has it.
 */
struct ext2_path {
	uint32_t top;      /* index in block[] */
	uint32_t index[3];
};
int  ext2_path(const struct ext2 *, uint64_t lbn, struct ext2_path *);

/* ext2_trunc.c */
int  ext2_truncate(struct vnode *, uint64_t size);
int  ext2_free_blocks(struct ext2_node *, uint64_t first_lbn); /* in operations of its own */

/* ext2_dir.c */
struct ext2_slot { /* where an entry is */
	uint64_t lbn;
	uint32_t off, prev; /* prev: the entry before it in its block; == off if it is the first */
};
int  ext2_dir_find(struct ext2_node *dir, const struct name *, uint32_t *inop, struct ext2_slot *);
int  ext2_dir_enter(struct op *, struct ext2_node *dir, const struct name *, uint32_t ino, uint32_t mode);
int  ext2_dir_remove(struct op *, struct ext2_node *dir, const struct name *, const struct ext2_slot *);
int  ext2_dir_replace(struct op *, struct ext2_node *dir, const struct name *, const struct ext2_slot *,
                      uint32_t ino, uint32_t mode);
int  ext2_dir_empty(struct ext2_node *dir); /* 0, ENOTEMPTY, EIO */
int  ext2_dir_init(struct op *, struct ext2_node *dir, uint32_t parent);
int  ext2_readdir(struct vnode *, void *, size_t n, uint64_t *offp, size_t *donep);
int  ext2_dir_block(struct ext2_node *dir, uint64_t lbn, struct buf **);
/* The length of an entry at an offset of a block, 0 if it is damaged. */
uint32_t ext2_dirent_check(const struct ext2 *, const uint8_t *block, uint32_t off);
uint8_t ext2_file_type(const struct ext2 *, uint32_t mode);

/* ext2_rw.c */
/* a file has become so large: the superblock must say that there are large files */
void ext2_note_size(struct ext2 *, uint64_t size);
int  ext2_read(struct vnode *, void *, size_t n, uint64_t off, size_t *donep);
int  ext2_write(struct vnode *, const void *, size_t n, uint64_t off, size_t *donep);

/* ext2_name.c, ext2_rename.c */
extern const struct vnode_ops ext2_vnode_ops;
int  ext2_lookup(struct vnode *dir /* R or W */, const struct name *, uint32_t *inop);
extern const struct mount_ops ext2_mount_ops;
int  ext2_make(struct vnode *, const struct name *, const struct vnode_new *, struct vnode **);
int  ext2_link(struct vnode *, const struct name *, struct vnode *);
int  ext2_remove(struct vnode *, const struct name *, struct vnode *);
int  ext2_rename(struct rename *);
int  ext2_readlink(struct vnode *, char *, size_t n, size_t *donep);
void ext2_inactive(struct vnode *);
int  ext2_is_fast_link(const struct ext2_node *);
/* One link less, in memory; the last one leaves work. */
int  ext2_drop_link(struct op *, struct ext2_node *);

#endif
