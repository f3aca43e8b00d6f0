/*
 * Threads of one client at work in one file system. Each keeps files of its own and knows what
 * they must hold; in a shared folder all make, rename and remove the same few names, where any
 * order of events is right. Two instances of the program are two processes of the rump kernel.
 * The one with the parameter "last" waits for the others to leave their marks, removes everything
 * and ends the run.
 *
 * Contents are a function of a seed and the position; every file is read back whole and compared.
 * Names are relative to the root of the file system, which is everybody's working directory.
 */
#include <abi/err.h>
#include <fs/fs_client.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <sched/sched.h>

#define THREADS  4
#define FILES    6
#define SHARED   4
#define SIZE_MAX 30000UL
#define PIECE    1024
#define PATH     96
#define ROOT     "/mnt" /* of the file system */
#define NAP      3000000 /* ticks */

struct file {
	int there;
	word_t size, seed;
};

struct worker {
	int number;
	u64 random;
	struct file file[FILES];
	long surprises, bytes;
};

static struct worker workers[THREADS];
static const char *name; /* of this instance: its folder */
static u64 rounds;

static u64
roll(struct worker *w, u64 sides)
{
	w->random = w->random * 6364136223846793005 + 1442695040888963407;
	return (w->random >> 33) % sides;
}

static void
surprise(struct worker *w, const char *what, const char *path, long result)
{
	w->surprises++;
	cos_printf("fsstress: wrong: %s %s gives %ld\n", what, path, result);
}

static void
pattern(u8 *to, word_t n, word_t seed, word_t position)
{
	for (word_t i = 0; i < n; i++)
		to[i] = (u8)((position + i) * 31 + ((position + i) >> 8) * 7 + seed * 13 + (seed >> 8));
}

static void
own_path(const struct worker *w, char *to, int file)
{
	cos_snprintf(to, PATH, "%s/%d/file-%d", name, w->number, file);
}

static long
write_whole(struct worker *w, struct file *f, const char *path)
{
	u8 piece[PIECE];
	long fd = fsc_open(path, FS_CREAT | FS_TRUNC | FS_RDWR, 0644), n = 0;

	if (fd < 0)
		return fd;
	for (word_t at = 0; at < f->size && n >= 0; at += PIECE) {
		word_t want = f->size - at < PIECE ? f->size - at : PIECE;

		pattern(piece, want, f->seed, at);
		n = fsc_write((int)fd, piece, want);
		if (n >= 0 && (word_t)n != want)
			n = -EIO;
	}
	w->bytes += (long)f->size;
	if (n >= 0 && roll(w, 4) == 0)
		n = fsc_fsync((int)fd);
	fsc_close((int)fd);
	return n < 0 ? n : 0;
}

static long
compare_open(const struct file *f, int fd)
{
	u8 got[PIECE], want[PIECE];
	word_t at = 0;
	long n;

	while ((n = fsc_read(fd, got, PIECE)) > 0) {
		pattern(want, (word_t)n, f->seed, at);
		if (memcmp(got, want, (word_t)n) != 0)
			return -EIO;
		at += (word_t)n;
	}
	return n < 0 ? n : at == f->size ? 0 : -EIO;
}

static void
check(struct worker *w, struct file *f, const char *path)
{
	long fd = fsc_open(path, FS_RDONLY, 0), e;

	if (fd < 0) {
		if (f->there || fd != -ENOENT)
			surprise(w, "open", path, fd);
		return;
	}
	e = f->there ? compare_open(f, (int)fd) : -EEXIST;
	fsc_close((int)fd);
	if (e < 0)
		surprise(w, "read", path, e);
}

static void
make(struct worker *w, struct file *f, const char *path)
{
	long e;

	*f = (struct file){1, roll(w, SIZE_MAX), roll(w, 1 << 20)};
	e = write_whole(w, f, path);
	if (e < 0)
		surprise(w, "write", path, e);
}

static void
cut(struct worker *w, struct file *f, const char *path)
{
	word_t size = roll(w, f->size + 1);
	long e = fsc_truncate(path, (s64)size);

	if (e < 0)
		surprise(w, "truncate", path, e);
	f->size = size;
}

static void
remove_file(struct worker *w, struct file *f, const char *path)
{
	long e = fsc_unlink(path);

	if (e != (f->there ? 0 : -ENOENT))
		surprise(w, "unlink", path, e);
	f->there = 0;
}

static void
move_file(struct worker *w, int i)
{
	int to = (i + 1) % FILES;
	char from[PATH], path[PATH];
	long e;

	own_path(w, from, i);
	own_path(w, path, to);
	e = fsc_rename(from, path);
	if (e != (w->file[i].there ? 0 : -ENOENT))
		surprise(w, "rename", from, e);
	if (!w->file[i].there)
		return;
	w->file[to] = w->file[i];
	w->file[i].there = 0;
}

static void
own_step(struct worker *w)
{
	int i = (int)roll(w, FILES);
	struct file *f = &w->file[i];
	char path[PATH];

	own_path(w, path, i);
	switch (roll(w, 6)) {
	case 0:
	case 1:
		make(w, f, path);
		break;
	case 2:
		if (f->there)
			cut(w, f, path);
		break;
	case 3:
		remove_file(w, f, path);
		break;
	case 4:
		move_file(w, i);
		break;
	default:
		check(w, f, path);
	}
}

/* What may come back when others do the same to the same names. */
static int
fine(long e)
{
	static const long errors[] = {ENOENT, EEXIST, ENOTDIR, EISDIR, EPERM, EINVAL, ENOTEMPTY};

	for (u32 i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (e == -errors[i])
			return 1;
	}
	return e >= 0;
}

static void
shared_step(struct worker *w)
{
	char a[PATH], b[PATH];
	struct fs_stat st;
	long e;

	cos_snprintf(a, sizeof(a), "shared/%d", (int)roll(w, SHARED));
	cos_snprintf(b, sizeof(b), "shared/%d", (int)roll(w, SHARED));
	switch (roll(w, 7)) {
	case 0:
		e = fsc_open(a, FS_CREAT | FS_RDWR, 0644);
		if (e >= 0)
			e = fsc_close((int)e);
		break;
	case 1:
		e = fsc_unlink(a);
		break;
	case 2:
		e = fsc_mkdir(a, 0755);
		break;
	case 3:
		e = fsc_rmdir(a);
		break;
	case 4:
		e = fsc_rename(a, b);
		break;
	case 5:
		e = fsc_link(a, b);
		break;
	default:
		e = fsc_lstat(a, &st);
	}
	if (!fine(e))
		surprise(w, "shared", a, e);
}

static void
work(void *arg)
{
	struct worker *w = arg;
	char path[PATH];

	cos_snprintf(path, sizeof(path), "%s/%d", name, w->number);
	if (fsc_mkdir(path, 0755) < 0)
		surprise(w, "mkdir", path, 0);
	for (u64 i = 0; i < rounds; i++) {
		if (i % 3 == 0)
			shared_step(w);
		else
			own_step(w);
	}
	for (int i = 0; i < FILES; i++) {
		own_path(w, path, i);
		check(w, &w->file[i], path);
		if (w->file[i].there)
			remove_file(w, &w->file[i], path);
	}
	cos_snprintf(path, sizeof(path), "%s/%d", name, w->number);
	if (fsc_rmdir(path) < 0)
		surprise(w, "rmdir", path, 0);
}

static long
run_threads(void)
{
	long id[THREADS], surprises = 0, bytes = 0;

	for (int i = 0; i < THREADS; i++) {
		workers[i].number = i;
		workers[i].random = cos_param_number("seed", 1) * 1000 + (u64)i;
		id[i] = cos_thread_create(work, &workers[i], 12);
		if (id[i] < 0)
			cos_panic("no thread: error %ld", -id[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		sched_thd_join((word_t)id[i]);
		surprises += workers[i].surprises;
		bytes += workers[i].bytes;
	}
	cos_printf("fsstress: %s wrote %ld KiB, %ld wrong\n", name, bytes / 1024, surprises);
	return surprises;
}

/* An instance that is done leaves a folder as its mark. */
static void
wait_for(const char *other)
{
	char path[PATH];
	struct fs_stat st;

	cos_snprintf(path, sizeof(path), "%s-done", other);
	while (fsc_stat(path, &st) < 0)
		sched_block(cos_now() + NAP);
	fsc_rmdir(path);
}

static void
clean_up(void)
{
	char path[PATH];

	for (int i = 0; i < SHARED; i++) {
		cos_snprintf(path, sizeof(path), "shared/%d", i);
		if (fsc_unlink(path) < 0)
			fsc_rmdir(path);
	}
	if (fsc_rmdir("shared") < 0 || fsc_chdir("/") < 0 || fsc_unmount(ROOT) < 0)
		cos_panic("the disk cannot be left as it was");
}

void
cos_main(void)
{
	const char *last = cos_param("last");
	char path[PATH];
	long wrong;

	name = cos_info()->name;
	rounds = cos_param_number("rounds", 150);
	if (fsc_chdir(ROOT) < 0)
		cos_panic("there is no " ROOT);
	fsc_mkdir("shared", 0755);
	if (fsc_mkdir(name, 0755) < 0)
		cos_panic("no folder of my own");
	wrong = run_threads();
	if (fsc_rmdir(name) < 0)
		cos_panic("my own folder does not go away");
	if (last == NULL) {
		fsc_chdir("/"); /* a working directory keeps a file system busy */
		cos_snprintf(path, sizeof(path), ROOT "/%s-done", name);
		fsc_mkdir(path, 0755);
		return;
	}
	wait_for(last);
	clean_up();
	init_exit(wrong != 0);
}
