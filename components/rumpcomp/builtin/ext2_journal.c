/*
 * ext2: its journal: where it lies, recovery at mount, start and end; and blocks that must not be
 * used again before a commit.
 */
#include "ext2.h"

#include "journal.h"

static void
map_free(uint32_t *map, uint32_t length)
{
	kmem_free(map, length * sizeof(*map));
}

static int
map_fill(struct ext2_node *n, uint32_t *map, uint32_t length)
{
	uint32_t block, run;

	for (uint32_t i = 0; i < length; i += run) {
		int e = ext2_bmap(n, i, &block, &run);

		if (e == 0 && block == 0)
			e = ext2_damage(ext2_of(&n->v), "the journal has holes, at block", i);
		if (e != 0)
			return e;
		for (uint32_t k = 0; k < run && i + k < length; k++)
			map[i + k] = block + k;
	}
	return 0;
}

#define JOURNAL_BLOCKS_MAX (1u << 20)

/* The journal's blocks, from its inode. */
static int
map_journal(struct ext2 *fs, uint32_t **mapp, uint32_t *lengthp)
{
	struct vnode *v;
	int e;

	if (fs->journal_ino > fs->ninodes)
		return ext2_damage(fs, "the journal's inode", fs->journal_ino);
	e = vnode_get(&fs->mount, fs->journal_ino, &v);
	if (e != 0)
		return e;
	*lengthp = (uint32_t)min_u64(v->size >> fs->bshift, JOURNAL_BLOCKS_MAX);
	*mapp = NULL;
	if ((v->mode & S_IFMT) != S_IFREG || *lengthp == 0)
		e = ext2_damage(fs, "the journal is no file, inode", fs->journal_ino);
	else
		*mapp = kmem_alloc(*lengthp * sizeof(**mapp));
	if (e == 0)
		e = *mapp == NULL ? ENOMEM : map_fill(node_of(v), *mapp, *lengthp);
	vnode_release(v);
	if (e != 0 && *mapp != NULL)
		map_free(*mapp, *lengthp);
	return e;
}

int
ext2_journal_recover(struct ext2 *fs)
{
	uint32_t *map, length;
	int e = map_journal(fs, &map, &length);

	if (e != 0)
		return e;
	fs->dev->barrier_block = map[0];
	e = journal_replay(fs->dev, map, length);
	fs->dev->barrier_block = EXT2_SUPER_OFFSET / fs->bsize;
	map_free(map, length);
	return e;
}

/* A transaction is committed: what it has freed is free. No operation is going on. */
static void
committed(void *arg)
{
	struct ext2 *fs = arg;

	for (uint32_t g = 0; g < fs->ngroups && fs->nfrozen > 0; g++) {
		if (fs->frozen[g] == NULL)
			continue;
		kmem_free(fs->frozen[g], fs->bsize);
		fs->frozen[g] = NULL;
		fs->nfrozen--;
	}
}

static void
failed(void *arg)
{
	struct ext2 *fs = arg;

	__atomic_store_n(&fs->mount.readonly, 1, __ATOMIC_SEQ_CST);
	ext2_damage(fs, "the journal cannot be written", 0);
}

static const struct journal_events events = {committed, failed};

int
ext2_journal_start(struct ext2 *fs)
{
	struct journal *j;
	uint32_t *map, length;
	int e = map_journal(fs, &map, &length);

	if (e != 0)
		return e;
	fs->frozen_size = fs->ngroups * sizeof(*fs->frozen);
	fs->frozen = kmem_zalloc(fs->frozen_size);
	e = fs->frozen == NULL ? ENOMEM : journal_open(fs->dev, map, length, &events, fs, &j);
	if (e != 0) {
		if (fs->frozen != NULL)
			kmem_free(fs->frozen, fs->frozen_size);
		fs->frozen = NULL;
		map_free(map, length);
		return e;
	}
	fs->journal_map = map;
	fs->journal_length = length;
	kmutex_enter(bcache.lock);
	fs->dev->journal = j;
	kmutex_exit(bcache.lock);
	return 0;
}

int
ext2_journal_stop(struct ext2 *fs, int force)
{
	int e;

	if (fs->dev->journal == NULL)
		return 0;
	e = journal_close(fs->dev->journal, force);
	if (fs->dev->journal != NULL)
		return e;
	committed(fs);
	map_free(fs->journal_map, fs->journal_length);
	kmem_free(fs->frozen, fs->frozen_size);
	fs->frozen = NULL;
	return e;
}

/* `alloc` is held; bitmap: the group's, before something in it is freed. */
int
ext2_freeze(struct ext2 *fs, uint32_t group, const uint8_t *bitmap)
{
	if (fs->frozen == NULL || fs->frozen[group] != NULL)
		return 0;
	fs->frozen[group] = kmem_alloc(fs->bsize);
	if (fs->frozen[group] == NULL)
		return ENOMEM;
	memcpy(fs->frozen[group], bitmap, fs->bsize);
	fs->nfrozen++;
	return 0;
}

int
ext2_reclaim(struct ext2 *fs)
{
	int frozen;

	kmutex_enter(fs->alloc);
	frozen = fs->nfrozen > 0;
	kmutex_exit(fs->alloc);
	return frozen && journal_commit(fs->dev->journal) == 0;
}

int
ext2_journal_works(const struct ext2 *fs)
{
	int works;

	kmutex_enter(bcache.lock);
	works = fs->dev->journal != NULL && !fs->dev->journal->aborted;
	kmutex_exit(bcache.lock);
	return works;
}
