/*
 * Walks the tree folder by folder, in the order of the list: a folder that is not in the list is
 * found in the one that holds it. There is no recursion, so depth costs no stack; and a folder is
 * entered by way of its parents, so that no path is longer than a kernel takes.
 */
#include "walk.h"

#include <fs/fs_client.h>
#include <lib/string.h>

#include "complain.h"
#include "sha256.h"

#define STEP_MOST 900   /* bytes of a path for one chdir */
#define CHUNK     32768 /* bytes of one read */
#define TYPE(mode)  ((mode) & FS_IFMT)

struct folder { /* the one that is being checked */
	const struct walk *walk;
	char path[PATH_MOST + 1 + FS_NAME_MAX]; /* its own, then room for a name in it */
	size_t length;
	u64 names;
};

static u8 buffer[CHUNK] __attribute__((aligned(8)));
static u8 entries[8192] __attribute__((aligned(8)));

static void
check_contents(const struct list_entry *e, const char *name)
{
	struct sha256 h;
	u8 digest[SHA256_BYTES];
	u64 size = 0;
	long fd = fsc_open(name, FS_RDONLY, 0), n;

	if (fd < 0) {
		complain("%s: open gives %ld", shown(e->text, e->pathlen), fd);
		return;
	}
	sha256_init(&h);
	while ((n = fsc_read(fd, buffer, sizeof(buffer))) > 0) {
		sha256_add(&h, buffer, n);
		size += n;
	}
	sha256_end(&h, digest);
	if (n < 0)
		complain("%s: read gives %ld at %lu", shown(e->text, e->pathlen), n, size);
	else if (size != e->size)
		complain("%s: has %lu bytes to read, not %lu", shown(e->text, e->pathlen), size,
		         e->size);
	else if (memcmp(digest, e->sha256, sizeof(digest)) != 0)
		complain("%s: its contents are wrong", shown(e->text, e->pathlen));
	if ((n = fsc_close(fd)) != 0)
		complain("%s: close gives %ld", shown(e->text, e->pathlen), n);
}

static void
check_target(const struct list_entry *e, const char *name)
{
	long n = fsc_readlink(name, (char *)buffer, sizeof(buffer));

	if (n < 0)
		complain("%s: readlink gives %ld", shown(e->text, e->pathlen), n);
	else if (n != (long)e->targetlen || memcmp(buffer, list_target(e), n) != 0)
		complain("%s: its target is wrong", shown(e->text, e->pathlen));
}

static void
check_number(const struct list_entry *e, const char *what, u64 is, u64 wanted)
{
	if (is != wanted)
		complain("%s: %s is %lu, not %lu", shown(e->text, e->pathlen), what, is, wanted);
}

/*
 * Checks what is said of a name in the current folder, and what it holds. links: what there is of
 * them beyond the list.
 */
static void
check_entry(const struct list_entry *e, const char *name, u32 links)
{
	struct fs_stat st;
	long err = fsc_lstat(name, &st);

	if (err) {
		complain("%s: lstat gives %ld", shown(e->text, e->pathlen), err);
		return;
	}
	check_number(e, "mode", st.mode, e->mode);
	check_number(e, "uid", st.uid, e->uid);
	check_number(e, "gid", st.gid, e->gid);
	check_number(e, "nlink", st.nlink, e->nlink + links);
	if (TYPE(e->mode) == FS_IFREG || TYPE(e->mode) == FS_IFLNK)
		check_number(e, "size", st.size, e->size);
	if (TYPE(st.mode) != TYPE(e->mode))
		return;
	if (TYPE(e->mode) == FS_IFREG)
		check_contents(e, name);
	if (TYPE(e->mode) == FS_IFLNK)
		check_target(e, name);
}

static bool
is_known_extra(const struct folder *f, const char *name)
{
	if (f->length)
		return false;
	return strcmp(name, "lost+found") == 0 || (f->walk->own && strcmp(name, f->walk->own) == 0);
}

/* One name that readdir gave. */
static void
check_name(struct folder *f, const struct fs_dirent *d)
{
	const struct list *l = f->walk->list;
	size_t length = f->length;
	u64 i;

	if (strcmp(d->name, ".") == 0 || strcmp(d->name, "..") == 0)
		return;
	if (length)
		f->path[length++] = '/';
	memcpy(f->path + length, d->name, d->namelen);
	length += d->namelen;
	i = list_find(l, f->path, length);
	f->names++;
	if (i == l->count) {
		if (!is_known_extra(f, d->name))
			complain("%s: should not be there", shown(f->path, length));
		return;
	}
	if (f->walk->seen[i]++)
		complain("%s: is there twice", shown(f->path, length));
	if (d->type != list_entry(l, i)->mode >> 12)
		complain("%s: readdir gives type %u", shown(f->path, length), d->type);
	if (TYPE(list_entry(l, i)->mode) != FS_IFDIR) /* a folder is checked from inside */
		check_entry(list_entry(l, i), d->name, 0);
}

/* Checks every entry of n bytes that readdir gave. False: they make no sense. */
static bool
check_names(struct folder *f, long n)
{
	for (long at = 0; at < n;) {
		const struct fs_dirent *d = (const struct fs_dirent *)(entries + at);

		if (n - at < (long)sizeof(*d) || d->reclen % 8 || d->reclen > n - at ||
		    d->namelen > FS_NAME_MAX ||
		    offsetof(struct fs_dirent, name) + d->namelen >= d->reclen || d->name[d->namelen]) {
			complain("%s: readdir gives a malformed entry", shown(f->path, f->length));
			return false;
		}
		check_name(f, d);
		at += d->reclen;
	}
	return true;
}

/* The names of the current folder. */
static void
read_names(struct folder *f)
{
	long fd = fsc_open(".", FS_RDONLY | FS_DIRECTORY, 0), n;

	if (fd < 0) {
		complain("%s: open gives %ld", shown(f->path, f->length), fd);
		return;
	}
	while ((n = fsc_readdir(fd, entries, sizeof(entries))) > 0)
		if (!check_names(f, n))
			break;
	if (n < 0)
		complain("%s: readdir gives %ld", shown(f->path, f->length), n);
	fsc_close(fd);
}

/*
 * Makes a folder of the list the current one, in steps of whole names. Result: 0, or what chdir
 * gave.
 */
static long
enter(const char *root, const char *path, size_t length)
{
	char step[STEP_MOST + 1];
	long err = fsc_chdir(root);

	while (!err && length) {
		size_t n = length;

		if (n > STEP_MOST)
			for (n = STEP_MOST; path[n] != '/'; n--)
				;
		memcpy(step, path, n);
		step[n] = 0;
		err = fsc_chdir(step);
		n += n < length; /* the slash */
		path += n;
		length -= n;
	}
	return err;
}

static u64
check_folder(const struct walk *w, const struct list_entry *e)
{
	static struct folder f;
	bool root = e->pathlen == 0;
	long err = enter(w->root, e->text, e->pathlen);

	f.walk = w;
	f.names = 0;
	f.length = e->pathlen;
	memcpy(f.path, e->text, e->pathlen);
	if (err) {
		complain("%s: chdir gives %ld", shown(e->text, e->pathlen), err);
		return 0;
	}
	check_entry(e, ".", root && w->own);
	read_names(&f);
	return f.names;
}

u64
walk_tree(const struct walk *w)
{
	const struct list *l = w->list;
	u64 names = 0;

	memset(w->seen, 0, l->count);
	w->seen[0] = 1; /* the root has no name */
	for (u64 i = 0; i < l->count; i++)
		if (TYPE(list_entry(l, i)->mode) == FS_IFDIR)
			names += check_folder(w, list_entry(l, i));
	for (u64 i = 0; i < l->count; i++)
		if (!w->seen[i])
			complain("%s: is missing",
			         shown(list_entry(l, i)->text, list_entry(l, i)->pathlen));
	fsc_chdir("/"); /* so that it can be unmounted */
	return names;
}
