/*
 * ext2 on the disk: little endian, as the processors are that we run on.
 */
#ifndef EXT2_FS_H
#define EXT2_FS_H

#include <stdint.h>

#define EXT2_SUPER_OFFSET 1024
#define EXT2_MAGIC        0xef53
#define EXT2_ROOT_INO     2
#define EXT2_FIRST_INO    11 /* of revision 0 */
#define EXT2_LINK_MAX     32000

struct ext2_super {
	uint32_t s_inodes_count, s_blocks_count, s_r_blocks_count, s_free_blocks_count, s_free_inodes_count;
	uint32_t s_first_data_block, s_log_block_size, s_log_frag_size;
	uint32_t s_blocks_per_group, s_frags_per_group, s_inodes_per_group;
	uint32_t s_mtime, s_wtime;
	uint16_t s_mnt_count, s_max_mnt_count, s_magic, s_state, s_errors, s_minor_rev_level;
	uint32_t s_lastcheck, s_checkinterval, s_creator_os, s_rev_level;
	uint16_t s_def_resuid, s_def_resgid;
	/* revision 1 */
	uint32_t s_first_ino;
	uint16_t s_inode_size, s_block_group_nr;
	uint32_t s_feature_compat, s_feature_incompat, s_feature_ro_compat;
	uint8_t  s_uuid[16], s_volume_name[16], s_last_mounted[64];
	uint32_t s_algo_bitmap;
	uint8_t  s_prealloc_blocks, s_prealloc_dir_blocks;
	uint16_t s_reserved_gdt_blocks;
	uint8_t  s_journal_uuid[16];
	uint32_t s_journal_inum, s_journal_dev, s_last_orphan, s_hash_seed[4];
	uint8_t  s_def_hash_version, s_jnl_backup_type;
	uint16_t s_desc_size;
	uint32_t s_default_mount_opts, s_first_meta_bg, s_mkfs_time, s_jnl_blocks[17];
	uint32_t s_blocks_count_hi, s_r_blocks_count_hi, s_free_blocks_count_hi;
	uint16_t s_min_extra_isize, s_want_extra_isize;
	uint32_t s_reserved[168];
};

_Static_assert(sizeof(struct ext2_super) == 1024, "ext2_super layout");

enum { EXT2_VALID_FS = 1, EXT2_ERROR_FS = 2 };

enum {
	EXT2_COMPAT_HAS_JOURNAL = 0x4, EXT2_COMPAT_RESIZE_INODE = 0x10,
	EXT2_INCOMPAT_FILETYPE = 0x2, EXT2_INCOMPAT_RECOVER = 0x4,
	EXT2_RO_SPARSE_SUPER = 0x1, EXT2_RO_LARGE_FILE = 0x2,
};

struct ext2_group {
	uint32_t bg_block_bitmap, bg_inode_bitmap, bg_inode_table;
	uint16_t bg_free_blocks_count, bg_free_inodes_count, bg_used_dirs_count, bg_flags;
	uint32_t bg_reserved[3];
};

_Static_assert(sizeof(struct ext2_group) == 32, "ext2_group layout");

#define EXT2_NDIRECT 12
#define EXT2_NBLOCKS 15

struct ext2_inode {
	uint16_t i_mode, i_uid;
	uint32_t i_size, i_atime, i_ctime, i_mtime, i_dtime;
	uint16_t i_gid, i_links_count;
	uint32_t i_blocks, i_flags, i_osd1;
	uint32_t i_block[EXT2_NBLOCKS];
	uint32_t i_generation, i_file_acl, i_size_high, i_faddr;
	uint16_t i_blocks_high, i_file_acl_high, i_uid_high, i_gid_high;
	uint32_t i_osd2;
	/* inodes of more than 128 bytes, as far as i_extra_isize says */
	uint16_t i_extra_isize, i_checksum_hi;
	uint32_t i_ctime_extra, i_mtime_extra, i_atime_extra, i_crtime, i_crtime_extra, i_version_hi, i_projid;
};

_Static_assert(sizeof(struct ext2_inode) == 160, "ext2_inode layout");

#define EXT2_INODE_OLD_SIZE 128
#define EXT2_EXTRA_ISIZE    32 /* of the fields above */

enum { EXT2_IMMUTABLE_FL = 0x10, EXT2_APPEND_FL = 0x20, EXT2_INDEX_FL = 0x1000, EXT2_EXTENTS_FL = 0x80000 };
/* secrm, nodump, noatime, synchronous: what a new file takes from its directory */
#define EXT2_FL_INHERITED 0x000000c9u

struct ext2_dirent {
	uint32_t inode;
	uint16_t rec_len;
	uint8_t name_len, file_type;
};

_Static_assert(sizeof(struct ext2_dirent) == 8, "ext2_dirent layout");

enum { EXT2_FT_UNKNOWN = 0, EXT2_FT_REG = 1, EXT2_FT_DIR = 2, EXT2_FT_LNK = 7 };

/* The head of a block of extended attributes. */
struct ext2_xattr_head {
	uint32_t h_magic, h_refcount, h_blocks;
};
#define EXT2_XATTR_MAGIC 0xea020000u

#endif
