/*
 * The table of vnodes.
 *
 * Invariants: a vnode with refs 0 is in the idle list, and has no work; a LOADING vnode has
 * exactly one reference, its maker's; a dead one is not in the table. refs goes up from 0 only
 * under the table's lock, and down to 0 only there.
 */
#include "vnode.h"

#define HASH_SIZE 1024u

static struct {
	kmutex lock; /* guards everything here */
	kcond loaded;
	struct vnode *hash[HASH_SIZE];
	struct link idle; /* least recently used first */
	unsigned count, limit;
} table;

void
vnode_init(void)
{
	kmutex_init(&table.lock);
	kcond_init(&table.loaded);
	link_init(&table.idle);
	table.limit = (unsigned)kparam("RUMP_NVNODES", 1024, 16, 1u << 20);
}

void
vnode_table_lock(void)
{
	kmutex_enter(table.lock);
}

void
vnode_table_unlock(void)
{
	kmutex_exit(table.lock);
}

void
vnode_table_wait(kcond c)
{
	kcond_wait(c, table.lock);
}

static struct vnode **
hash_slot(const struct mount *mp, uint32_t ino)
{
	return &table.hash[(ino + ((uintptr_t)mp >> 6)) % HASH_SIZE];
}

static struct vnode *
hash_find(const struct mount *mp, uint32_t ino)
{
	struct vnode *v = *hash_slot(mp, ino);

	while (v != NULL && (v->ino != ino || v->mp != mp))
		v = v->hash_next;
	return v;
}

static void
hash_remove(struct vnode *v)
{
	struct vnode **at = hash_slot(v->mp, v->ino);

	while (*at != NULL && *at != v)
		at = &(*at)->hash_next;
	if (*at == v)
		*at = v->hash_next;
}

/* Locked. */
static void
vnode_destroy(struct vnode *v)
{
	table.count--;
	krw_destroy(v->lock);
	v->mp->ops->free(v);
}

/* Locked. */
static void
trim(void)
{
	while (table.count > table.limit && !link_empty(&table.idle)) {
		struct vnode *v = container_of(table.idle.next, struct vnode, idle);

		link_remove(&v->idle);
		hash_remove(v);
		vnode_destroy(v);
	}
}

void
vnode_ref(struct vnode *v)
{
	__atomic_fetch_add(&v->refs, 1, __ATOMIC_RELAXED);
}

void
vnode_ref_locked(struct vnode *v)
{
	if (__atomic_fetch_add(&v->refs, 1, __ATOMIC_RELAXED) == 0)
		link_remove(&v->idle);
}

/* Locked. A vnode that is loading, in the table. */
static struct vnode *
vnode_create(struct mount *mp, uint32_t ino)
{
	struct vnode *v = mp->ops->alloc(mp), **slot = hash_slot(mp, ino);

	if (v == NULL)
		return NULL;
	v->mp = mp;
	v->ino = ino;
	v->refs = 1;
	v->loading = 1;
	link_init(&v->idle);
	krw_init(&v->lock);
	v->hash_next = *slot;
	*slot = v;
	table.count++;
	trim();
	return v;
}

/* Locked. Waits for whoever is loading it. Result: the vnode with a reference, or NULL. */
static struct vnode *
find_loaded(struct mount *mp, uint32_t ino)
{
	struct vnode *v;

	while ((v = hash_find(mp, ino)) != NULL && v->loading)
		kcond_wait(table.loaded, table.lock);
	if (v != NULL)
		vnode_ref_locked(v);
	return v;
}

void
vnode_ready(struct vnode *v)
{
	kmutex_enter(table.lock);
	v->loading = 0;
	kcond_broadcast(table.loaded);
	kmutex_exit(table.lock);
}

void
vnode_abandon(struct vnode *v)
{
	kmutex_enter(table.lock);
	hash_remove(v);
	vnode_destroy(v);
	kcond_broadcast(table.loaded);
	kmutex_exit(table.lock);
}

int
vnode_get(struct mount *mp, uint32_t ino, struct vnode **vp)
{
	struct vnode *v;
	int e;

	kmutex_enter(table.lock);
	*vp = find_loaded(mp, ino);
	v = *vp == NULL ? vnode_create(mp, ino) : NULL;
	kmutex_exit(table.lock);
	if (*vp != NULL)
		return 0;
	if (v == NULL)
		return ENOMEM;
	e = mp->ops->load(v);
	if (e != 0) {
		vnode_abandon(v);
		return e;
	}
	vnode_ready(v);
	*vp = v;
	return 0;
}

int
vnode_fresh(struct mount *mp, uint32_t ino, struct vnode **vp)
{
	int used;

	kmutex_enter(table.lock);
	used = hash_find(mp, ino) != NULL;
	*vp = used ? NULL : vnode_create(mp, ino);
	kmutex_exit(table.lock);
	return used ? EIO : *vp == NULL ? ENOMEM : 0;
}

void
vnode_unhash(struct vnode *v)
{
	kmutex_enter(table.lock);
	hash_remove(v);
	kmutex_exit(table.lock);
}

/*
 * Gives a reference back unless it is the last. Who sees that it has the last one may destroy the
 * vnode, so what others did before they gave theirs back comes before that: acquire.
 */
static int
release_not_last(struct vnode *v)
{
	int refs = __atomic_load_n(&v->refs, __ATOMIC_ACQUIRE);

	while (refs > 1) {
		if (__atomic_compare_exchange_n(&v->refs, &refs, refs - 1, 0, __ATOMIC_RELEASE,
		                                __ATOMIC_ACQUIRE))
			return 1;
	}
	return 0;
}

/* Locked. Result: whether the reference is given back; if not, there is work to do first. */
static int
release_locked(struct vnode *v)
{
	if (release_not_last(v))
		return 1;
	if (__atomic_load_n(&v->work, __ATOMIC_RELAXED) != 0)
		return 0;
	__atomic_store_n(&v->refs, 0, __ATOMIC_RELEASE);
	if (hash_find(v->mp, v->ino) != v) {
		vnode_destroy(v);
	} else {
		link_append(&table.idle, &v->idle);
		trim();
	}
	return 1;
}

void
vnode_release(struct vnode *v)
{
	int done;

	if (release_not_last(v))
		return;
	for (;;) {
		kmutex_enter(table.lock);
		done = release_locked(v);
		kmutex_exit(table.lock);
		if (done)
			return;
		v->ops->inactive(v);
	}
}

int
vnode_table_busy(struct mount *mp)
{
	for (unsigned i = 0; i < HASH_SIZE; i++) {
		for (struct vnode *v = table.hash[i]; v != NULL; v = v->hash_next) {
			if (v->mp == mp && __atomic_load_n(&v->refs, __ATOMIC_ACQUIRE) > (v == mp->root))
				return 1;
		}
	}
	return 0;
}

void
vnode_table_purge(struct mount *mp)
{
	struct link *next;

	for (struct link *l = table.idle.next; l != &table.idle; l = next) {
		struct vnode *v = container_of(l, struct vnode, idle);

		next = l->next;
		if (v->mp != mp)
			continue;
		link_remove(&v->idle);
		hash_remove(v);
		vnode_destroy(v);
	}
}

/*
 * Locked. The vnode of a mount behind one in the table's order, referenced; NULL: the last. If that
 * one has left the table meanwhile, its slot begins again.
 */
static struct vnode *
next_of(struct mount *mp, unsigned *slot, struct vnode *v)
{
	v = v == NULL || hash_find(mp, v->ino) != v ? table.hash[*slot] : v->hash_next;
	for (;;) {
		for (; v != NULL; v = v->hash_next) {
			if (v->mp == mp && !v->loading) {
				vnode_ref_locked(v);
				return v;
			}
		}
		if (++*slot == HASH_SIZE)
			return NULL;
		v = table.hash[*slot];
	}
}

int
vnode_table_settle(struct mount *mp)
{
	struct vnode *v = NULL, *next;
	unsigned slot = 0;
	int busy = 0;

	for (;;) {
		kmutex_enter(table.lock);
		next = next_of(mp, &slot, v);
		kmutex_exit(table.lock);
		if (v != NULL)
			vnode_release(v);
		v = next;
		if (v == NULL)
			return busy ? EBUSY : 0;
		krw_write(v->lock);
		busy |= __atomic_load_n(&v->work, __ATOMIC_RELAXED) & VW_DELETE;
		krw_exit(v->lock);
	}
}
