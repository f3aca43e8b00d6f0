/*
 * The table of block devices. Entries are added, never removed.
 */
#include "dev.h"
#include "sync.h"

#define DEVICES 16

static struct bdev devices[DEVICES];
static unsigned ndevices; /* guarded by lock, as is what follows the count being raised */
static kmutex lock;

void
dev_init(void)
{
	kmutex_init(&lock);
}

static char *
string_copy(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = kmem_alloc(n);

	if (copy != NULL)
		memcpy(copy, s, n);
	return copy;
}

/* Writable if it can be, else only readable. */
static int
device_open(struct bdev *d)
{
	int e = rumpuser_open(d->hostpath, RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_BIO, &d->fd);

	if (e == 0)
		return 0;
	d->readonly = 1;
	return rumpuser_open(d->hostpath, RUMPUSER_OPEN_RDONLY | RUMPUSER_OPEN_BIO, &d->fd);
}

/* Is there memory with it that outlives this kernel? */
static void
nvram_open(struct bdev *d)
{
	static const char suffix[] = ".nvram";
	size_t n = strlen(d->hostpath);
	char *name = d->readonly ? NULL : kmem_alloc(n + sizeof(suffix));
	int type;

	if (name == NULL)
		return;
	memcpy(name, d->hostpath, n);
	memcpy(name + n, suffix, sizeof(suffix));
	if (rumpuser_getfileinfo(name, &d->nvram_size, &type) != 0 ||
	    rumpuser_open(name, RUMPUSER_OPEN_RDWR, &d->nvram_fd) != 0)
		d->nvram_size = 0;
	kmem_free(name, n + sizeof(suffix));
}

static struct bdev *
find_locked(const char *key)
{
	for (unsigned i = 0; i < ndevices; i++) {
		if (streq(devices[i].key, key))
			return &devices[i];
	}
	return NULL;
}

static int
register_locked(const char *key, const char *hostpath)
{
	struct bdev *d = &devices[ndevices];
	int type, e;

	if (find_locked(key) != NULL)
		return EEXIST;
	if (ndevices == DEVICES)
		return ENOSPC;
	*d = (struct bdev){.key = string_copy(key), .hostpath = string_copy(hostpath)};
	e = d->key == NULL || d->hostpath == NULL ? ENOMEM : rumpuser_getfileinfo(hostpath, &d->size, &type);
	if (e == 0)
		e = type == RUMPUSER_FT_BLK || type == RUMPUSER_FT_CHR ? device_open(d) : EINVAL;
	if (e == 0) {
		nvram_open(d);
		ndevices++;
		return 0;
	}
	if (d->key != NULL)
		kmem_free(d->key, strlen(key) + 1);
	if (d->hostpath != NULL)
		kmem_free(d->hostpath, strlen(hostpath) + 1);
	return e;
}

int
dev_register(const char *key, const char *hostpath)
{
	int e;

	kmutex_enter(lock);
	e = register_locked(key, hostpath);
	kmutex_exit(lock);
	return e;
}

struct bdev *
dev_find(const char *key)
{
	struct bdev *d;

	kmutex_enter(lock);
	d = find_locked(key);
	kmutex_exit(lock);
	return d;
}

struct bdev *
dev_nth(unsigned n)
{
	struct bdev *d;

	kmutex_enter(lock);
	d = n < ndevices ? &devices[n] : NULL;
	kmutex_exit(lock);
	return d;
}
