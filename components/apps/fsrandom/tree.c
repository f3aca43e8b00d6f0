/*
 * Operations on names, each done in the file system and in the model; then both are compared:
 * every folder's entries, and each name's kind, number of links, size and inode.
 *
 * An operation that may fail for one reason has that error; rename and link may for several at once
 * (REFUSED), and then the comparison shows that nothing was done.
 */
#include <abi/err.h>
#include <fs/fs_client.h>
#include <lib/print.h>
#include <lib/string.h>

#include "model.h"
#include "random.h"

#define REFUSED 1 /* some error */
#define MANY    (NODES - 6)
#define FEW     8
#define TARGET  "nowhere"
#define PIECE   200 /* bytes of a folder read at once: six entries or seven */

/* What an operation is about: a name in a folder, and perhaps another. */
struct at {
	int folder, name;
	struct node *node; /* NULL: not there */
	char path[PATH];
};

/* Often a name that is there. */
static void
pick(struct at *a)
{
	int i = (int)roll(NODES);

	a->folder = model_random_folder();
	a->name = (int)roll(NAMES);
	if (i > 0 && nodes[i].there && roll(2) == 0) {
		a->folder = nodes[i].parent;
		a->name = nodes[i].name;
	}
	a->node = model_find(a->folder, a->name);
	model_path(a->path, a->folder, a->name);
}

static enum kind
kind_of(const struct at *a)
{
	return a->node == NULL ? NOTHING : a->node->file->kind;
}

static int
judge(const char *what, const char *path, long got, long wanted)
{
	return wanted == got || (wanted == REFUSED && got < 0) ? 0 : wrong(what, path, got, wanted);
}

static long
create(const char *path)
{
	long fd = fsc_open(path, FS_CREAT | FS_EXCL | FS_RDWR, 0644);

	return fd < 0 ? fd : fsc_close((int)fd);
}

/* A new name of a kind. */
static int
do_make(enum kind kind)
{
	long e, want = 0;
	struct at a;

	pick(&a);
	if (a.node != NULL)
		want = -EEXIST;
	else if ((a.node = model_add(a.folder, a.name, NULL, kind)) == NULL)
		return 0;
	if (kind == SYMLINK && want == 0)
		a.node->file->size = sizeof(TARGET) - 1;
	e = kind == FOLDER ? fsc_mkdir(a.path, 0755) : kind == SYMLINK ? fsc_symlink(TARGET, a.path) : create(a.path);
	return judge("making", a.path, e, want);
}

static int do_create(void) { return do_make(REGULAR); }
static int do_mkdir(void) { return do_make(FOLDER); }
static int do_symlink(void) { return do_make(SYMLINK); }

static int
do_unlink(void)
{
	struct at a;
	long want;

	pick(&a);
	want = a.node == NULL ? -ENOENT : kind_of(&a) == FOLDER ? REFUSED : 0;
	if (want == 0)
		model_remove(a.node);
	return judge("unlink", a.path, fsc_unlink(a.path), want);
}

static int
do_rmdir(void)
{
	struct at a;
	long want = 0;

	pick(&a);
	if (a.node == NULL)
		want = -ENOENT;
	else if (kind_of(&a) != FOLDER)
		want = -ENOTDIR;
	else if (model_children((int)(a.node - nodes), NOTHING) > 0)
		want = -ENOTEMPTY;
	else
		model_remove(a.node);
	return judge("rmdir", a.path, fsc_rmdir(a.path), want);
}

static int
do_link(void)
{
	struct at from, to;
	long want = 0;

	pick(&from);
	pick(&to);
	if (from.node == NULL)
		want = -ENOENT;
	else if (kind_of(&from) == FOLDER)
		want = to.node == NULL ? -EPERM : REFUSED;
	else if (to.node != NULL)
		want = -EEXIST;
	else if (model_add(to.folder, to.name, from.node->file, NOTHING) == NULL)
		return 0;
	return judge("link", to.path, fsc_link(from.path, to.path), want);
}

/* Of a file that is there, to a name that may be. */
static long
rename_want(const struct at *from, const struct at *to)
{
	int moved = (int)(from->node - nodes);

	if (kind_of(from) == FOLDER && model_below(to->folder, moved))
		return REFUSED;
	if (to->node == NULL || to->node->file == from->node->file)
		return 0;
	if ((kind_of(from) == FOLDER) != (kind_of(to) == FOLDER))
		return REFUSED;
	return kind_of(to) == FOLDER && model_children((int)(to->node - nodes), NOTHING) > 0 ? REFUSED : 0;
}

static int
do_rename(void)
{
	struct at from, to;
	long want;

	pick(&from);
	pick(&to);
	want = from.node == NULL ? -ENOENT : rename_want(&from, &to);
	if (want == 0 && (to.node == NULL || to.node->file != from.node->file)) {
		if (to.node != NULL)
			model_remove(to.node);
		from.node->parent = to.folder;
		from.node->name = to.name;
	}
	return judge("rename", from.path, fsc_rename(from.path, to.path), want);
}

/* A symlink leads to nowhere. */
static int
do_truncate(void)
{
	u64 size = roll(4) == 0 ? roll(200000) : roll(3000);
	struct at a;
	long want;

	pick(&a);
	want = kind_of(&a) == FOLDER ? -EISDIR : kind_of(&a) == REGULAR ? 0 : -ENOENT;
	if (want == 0)
		a.node->file->size = size;
	return judge("truncate", a.path, fsc_truncate(a.path, (s64)size), want);
}

static int
do_readlink(void)
{
	char target[64];
	struct at a;
	long got, want;

	pick(&a);
	want = a.node == NULL ? -ENOENT : kind_of(&a) == SYMLINK ? (long)sizeof(TARGET) - 1 : -EINVAL;
	got = fsc_readlink(a.path, target, sizeof(target));
	if (got > 0 && memcmp(target, TARGET, sizeof(TARGET) - 1) != 0)
		return wrong("readlink's target", a.path, got, want);
	return judge("readlink", a.path, got, want);
}

static int
do_stat(void)
{
	struct fs_stat st;
	struct at a;

	pick(&a);
	return judge("stat", a.path, fsc_stat(a.path, &st), kind_of(&a) == NOTHING || kind_of(&a) == SYMLINK ? -ENOENT : 0);
}

static int
compare_node(int i)
{
	static const u32 modes[] = {[FOLDER] = FS_IFDIR, [REGULAR] = FS_IFREG, [SYMLINK] = FS_IFLNK};
	struct file *f = nodes[i].file;
	u32 links = f->kind == FOLDER ? 2 + (u32)model_children(i, FOLDER) : f->links;
	char path[PATH];
	struct fs_stat st;
	long e;

	model_node_path(path, i);
	e = fsc_lstat(path, &st);
	if (e < 0)
		return wrong("lstat", path, e, 0);
	if ((st.mode & FS_IFMT) != modes[f->kind])
		return wrong("lstat's kind", path, st.mode, modes[f->kind]);
	if (st.nlink != links)
		return wrong("lstat's links", path, st.nlink, links);
	if (f->kind != FOLDER && st.size != f->size)
		return wrong("lstat's size", path, (long)st.size, (long)f->size);
	if (f->ino == 0)
		f->ino = st.ino;
	return f->ino == st.ino ? 0 : wrong("lstat's inode", path, (long)st.ino, (long)f->ino);
}

/* The entries in a piece of what readdir gives: which names, as bits; where the next one is. Result:
 * 0, or 1 after wrong. */
static int
read_entries(int folder, const u8 *at, long n, u32 *seen, u64 *next)
{
	for (long done = 0; done < n;) {
		const struct fs_dirent *d = (const struct fs_dirent *)(at + done);
		int name = d->name[1] - '0';

		done += d->reclen;
		*next = d->next;
		if (d->name[0] == '.')
			continue;
		if (d->namelen != 2 || name < 0 || name >= NAMES || model_find(folder, name) == NULL || *seen & 1u << name)
			return wrong("an entry", d->name, done, n);
		*seen |= 1u << name;
	}
	return 0;
}

/* A position that one descriptor gave is good for another. Result: the other, or an error. */
static long
reopen_at(const char *path, long fd, u64 position)
{
	long e;

	fsc_close((int)fd);
	fd = fsc_open(path, FS_RDONLY | FS_DIRECTORY, 0);
	if (fd < 0)
		return fd;
	e = fsc_lseek((int)fd, (s64)position, FS_SEEK_SET);
	if (e >= 0)
		return fd;
	fsc_close((int)fd);
	return e;
}

/* Which names a folder has. Result: 0, or 1 after wrong. */
static int
read_folder(int folder, const char *path, u32 *seen)
{
	static u8 entries[PIECE] __attribute__((aligned(8)));
	long fd = fsc_open(path, FS_RDONLY | FS_DIRECTORY, 0), n = 0;
	int reopens = roll(4) == 0, bad = 0;
	u64 next;

	while (!bad && fd >= 0 && (n = fsc_readdir((int)fd, entries, sizeof(entries))) > 0) {
		bad = read_entries(folder, entries, n, seen, &next);
		if (reopens)
			fd = reopen_at(path, fd, next);
	}
	if (fd >= 0)
		fsc_close((int)fd);
	if (bad || (fd >= 0 && n >= 0))
		return bad;
	return wrong("reading", path, fd < 0 ? fd : n, 0);
}

static int
compare_folder(int folder)
{
	char path[PATH];
	int count = 0;
	u32 seen = 0;

	model_node_path(path, folder);
	if (read_folder(folder, path, &seen))
		return 1;
	for (; seen != 0; seen &= seen - 1)
		count++;
	if (count == model_children(folder, NOTHING))
		return 0;
	return wrong("entries of", path, count, model_children(folder, NOTHING));
}

static int
compare(void)
{
	int bad = 0;

	for (int i = 0; i < NODES && !bad; i++) {
		if (!nodes[i].there)
			continue;
		bad = compare_node(i);
		if (!bad && nodes[i].file->kind == FOLDER)
			bad = compare_folder(i);
	}
	return bad;
}

static int
start(void)
{
	char path[PATH];

	model_add(0, 0, NULL, FOLDER);
	model_node_path(path, 0);
	return judge("mkdir", path, fsc_mkdir(path, 0755), 0);
}

/* The tree grows until it has nearly all names there may be, and shrinks until few are left. */
static int
is_shrinking(void)
{
	static int shrinking;
	int names = 0;

	for (int i = 0; i < NODES; i++)
		names += nodes[i].there;
	if (names > MANY || names < FEW)
		shrinking = names > MANY;
	return shrinking;
}

int
tree_step(void)
{
	static int (*const steps[])(void) = {
		do_create, do_create, do_mkdir, do_mkdir, do_symlink, do_link, do_link, do_unlink, do_rmdir, do_rename, do_rename,
		do_rename, do_truncate, do_readlink, do_stat,
	};
	int bad = !nodes[0].there && start();

	if (!bad && is_shrinking() && roll(2) == 0)
		bad = roll(2) ? do_unlink() : do_rmdir();
	else if (!bad)
		bad = steps[roll(sizeof(steps) / sizeof(steps[0]))]();
	return bad ? bad : compare();
}

/* Files and empty folders go until nothing more does. */
void
tree_end(void)
{
	char path[PATH];

	for (int gone = 1; gone > 0;) {
		gone = 0;
		for (int i = 1; i < NODES; i++) {
			if (!nodes[i].there)
				continue;
			model_node_path(path, i);
			if ((nodes[i].file->kind == FOLDER ? fsc_rmdir(path) : fsc_unlink(path)) < 0)
				continue;
			model_remove(&nodes[i]);
			gone++;
		}
	}
	model_node_path(path, 0);
	fsc_rmdir(path);
}
