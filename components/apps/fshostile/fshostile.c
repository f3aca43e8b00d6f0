/*
 * A client of fs that keeps no rule, and one that wants to be left in peace. They are the same
 * program; the parameter "role" says which.
 *
 * The hostile one calls every function of fs with arguments that are wrong in each way they can
 * be, and changes names in its buffer while the server reads them. Each call must give the error
 * that the contract names. The neighbour meanwhile works on a file of its own; when the hostile
 * one is done it says so with a file, and the neighbour, having lost nothing, ends the run.
 */
#include <abi/err.h>
#include <fs/fs.h>
#include <fs/fs_client.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <mem/mem.h>
#include <sched/sched.h>

#define PAGES   1
#define BYTES   (PAGES * PAGE_SIZE)
#define FLIPS   300
#define NAP     2000000 /* ticks */
#define MARK    "/hostile-is-done"
#define OWN     "/neighbour"
#define HOSTILE "/hostile"
#define EVER    ((word_t)-1)

static char *buffer;
static word_t session;
static int wrong;

static void
expect(const char *what, long got, long want)
{
	if (got == want)
		return;
	cos_printf("hostile: wrong: %s gives %ld, not %ld\n", what, got, want);
	wrong = 1;
}

static word_t
put(const char *name)
{
	memcpy(buffer, name, strlen(name) + 1);
	return strlen(name);
}

/* A thread without a session can do nothing at all. */
static void
without_session(void)
{
	expect("mount", fs_mount(3, 0), -EBADF);
	expect("unmount", fs_unmount(1), -EBADF);
	expect("open", fs_open(1, 0, 0), -EBADF);
	expect("close", fs_close(0), -EBADF);
	expect("read", fs_read(0, 0, 1, EVER), -EBADF);
	expect("write", fs_write(0, 0, 1, EVER), -EBADF);
	expect("seek", fs_seek(0, 0, 0), -EBADF);
	expect("stat", fs_stat(1, 1), -EBADF);
	expect("fstat", fs_fstat(0), -EBADF);
	expect("readdir", fs_readdir(0, 100), -EBADF);
	expect("path", fs_path(FS_MKDIR, 1, 0, 0), -EBADF);
	expect("path2", fs_path2(FS_LINK, 1, 1), -EBADF);
	expect("readlink", fs_readlink(1), -EBADF);
	expect("ftruncate", fs_ftruncate(0, 0), -EBADF);
	expect("fsync", fs_fsync(0), -EBADF);
	expect("sync", fs_sync(), -EBADF);
	expect("statfs", fs_statfs(1), -EBADF);
	expect("utimens", fs_utimens(1, 1), -EBADF);
	expect("futimens", fs_futimens(0), -EBADF);
	expect("umask", fs_umask(0), -EBADF);
	expect("getcwd", fs_getcwd(), -EBADF);
}

static void
open_session(void)
{
	word_t va;
	long id = mem_session_open(cos_provider("fs"), PAGES, &va);

	if (id < 0)
		cos_panic("no session buffer: error %ld", -id);
	session = (word_t)id;
	buffer = (char *)va;
	expect("a session that is not there", fs_session(session + 1000), -ENOENT);
	expect("a session that cannot be", fs_session(EVER), -ENOENT);
	expect("session", fs_session(session), 0);
	expect("session again", fs_session(session), 0);
}

static void
bad_names(void)
{
	memset(buffer, 'n', BYTES);
	expect("open of a long name", fs_open(FS_PATH_MAX + 1, 0, 0), -ENAMETOOLONG);
	expect("open of an endless name", fs_open(EVER, 0, 0), -ENAMETOOLONG);
	expect("open of a component that is too long", fs_open(FS_NAME_MAX + 1, 0, 0), -ENAMETOOLONG);
	put("one");
	expect("open of nothing", fs_open(0, 0, 0), -ENOENT);
	expect("open of a name with a zero in it", fs_open(8, 0, 0), -EINVAL);
	expect("open with flags of 64 bits", fs_open(3, 1UL << 40, 0), -EINVAL);
	expect("open with a mode of 64 bits", fs_open(3, 0, 1UL << 40), -EINVAL);
	memset(buffer, 'n', BYTES);
	expect("two names, the second endless", fs_path2(FS_RENAME, 1, EVER), -ENAMETOOLONG);
	expect("two names, the first endless", fs_path2(FS_RENAME, EVER, 1), -ENAMETOOLONG);
	expect("path of no operation", fs_path(0, 1, 0, 0), -EINVAL);
	expect("chmod to a mode of 64 bits", fs_path(FS_CHMOD, 1, 1UL << 40, 0), -EINVAL);
	expect("chown to an id of 64 bits", fs_path(FS_CHOWN, 1, 0, 1UL << 32), -EINVAL);
	expect("access of 64 bits", fs_path(FS_ACCESS, 1, 1UL << 32, 0), -EINVAL);
	expect("utimens of an endless name", fs_utimens(EVER, 0), -ENAMETOOLONG);
	expect("umask of 64 bits", fs_umask(1UL << 32), -EINVAL);
	expect("path of an unknown operation", fs_path(99, 1, 0, 0), -EINVAL);
	expect("path2 of an unknown operation", fs_path2(4, 1, 1), -EINVAL);
	expect("readlink of a long name", fs_readlink(5000), -ENAMETOOLONG);
	expect("statfs of a long name", fs_statfs(5000), -ENAMETOOLONG);
}

static void
bad_mounts(void)
{
	memset(buffer, 'n', BYTES);
	expect("mount of nothing", fs_mount(0, 0), -EINVAL);
	expect("mount of text without zeros", fs_mount(100, 0), -EINVAL);
	expect("mount of an endless text", fs_mount(EVER, 0), -EINVAL);
	memcpy(buffer, "ext2\0dev\0", 9);
	expect("mount of two names", fs_mount(9, 0), -EINVAL);
	memcpy(buffer, "a\0b\0c\0d\0", 8);
	expect("mount of four names", fs_mount(8, 0), -EINVAL);
	memcpy(buffer, "ext2\0/dev/disk0\0/\0", 18);
	expect("mount with unknown flags", fs_mount(18, 0x100), -EINVAL);
	memcpy(buffer, "ext9\0/dev/disk0\0/\0", 18);
	if (fs_mount(18, 0) >= 0)
		expect("mount of an unknown type", 0, -EINVAL);
}

/* fd is open for reading and writing. */
static void
bad_transfers(word_t fd)
{
	expect("read over the end of the buffer", fs_read(fd, BYTES - 1, 2, EVER), -EINVAL);
	expect("read far behind the buffer", fs_read(fd, 1UL << 40, 1, EVER), -EINVAL);
	expect("read of more than there is", fs_read(fd, 0, BYTES + 1, EVER), -EINVAL);
	expect("read around the end of memory", fs_read(fd, 8, EVER - 4, EVER), -EINVAL);
	expect("read at a negative position", fs_read(fd, 0, 1, (word_t)-2), -EINVAL);
	expect("write over the end of the buffer", fs_write(fd, BYTES, 1, EVER), -EINVAL);
	expect("write around the end of memory", fs_write(fd, EVER, 2, EVER), -EINVAL);
	expect("write at a negative position", fs_write(fd, 0, 1, 1UL << 63), -EINVAL);
	expect("read of a descriptor of 64 bits", fs_read(fd | 1UL << 32, 0, 1, EVER), -EBADF);
	expect("write of a descriptor of 64 bits", fs_write(fd | 1UL << 63, 0, 1, EVER), -EBADF);
	expect("close of a descriptor of 64 bits", fs_close(fd | 1UL << 32), -EBADF);
	expect("fstat of a descriptor of 64 bits", fs_fstat(fd | 1UL << 32), -EBADF);
	expect("fsync of a descriptor of 64 bits", fs_fsync(fd | 1UL << 32), -EBADF);
	expect("ftruncate of a descriptor of 64 bits", fs_ftruncate(fd | 1UL << 32, 0), -EBADF);
	expect("seek of a descriptor of 64 bits", fs_seek(fd | 1UL << 32, 0, 0), -EBADF);
	expect("seek from nowhere", fs_seek(fd, 0, 3), -EINVAL);
	expect("seek before the beginning", fs_seek(fd, (word_t)-5, FS_SEEK_SET), -EINVAL);
	expect("readdir of more than there is", fs_readdir(fd, BYTES + 1), -EINVAL);
	expect("readdir of a file", fs_readdir(fd, 512), -ENOTDIR);
	expect("close of no descriptor", fs_close(fd + 1), -EBADF);
	expect("write that is right", fs_write(fd, BYTES - 1, 1, EVER), 1);
	expect("read of nothing", fs_read(fd, BYTES, 0, EVER), 0);
}

/* Another thread has no session, and cannot use this one while it is in use. */
static volatile int aside_done, flipping;

static void
aside(void *unused)
{
	(void)unused;
	without_session();
	aside_done = 1;
	while (flipping) {
		/* The length stays; what the server sees must be one of these, and whole. */
		memcpy(buffer, "/flip-a", 7);
		sched_yield();
		memcpy(buffer, "/f\0ip-b", 7);
		sched_yield();
	}
	aside_done = 2;
}

static void
changing_names(void)
{
	for (int i = 0; i < FLIPS; i++) {
		long e;

		memcpy(buffer, "/flip-a", 7);
		e = fs_open(7, 0, 0);
		if (e != -ENOENT && e != -EINVAL)
			expect("open of a name that changes", e, -ENOENT);
	}
}

static void
with_another_thread(void)
{
	long id;

	flipping = 1;
	id = cos_thread_create(aside, NULL, 10);
	if (id < 0)
		cos_panic("no thread: error %ld", -id);
	while (!aside_done)
		sched_yield();
	changing_names();
	flipping = 0;
	sched_thd_join((word_t)id);
	expect("the other thread's end", aside_done, 2);
}

static void
be_hostile(void)
{
	long fd;

	without_session();
	open_session();
	fd = fs_open(put(HOSTILE), FS_CREAT | FS_RDWR, 0644);
	if (fd < 0)
		cos_panic("no file: error %ld", -fd);
	bad_names();
	bad_mounts();
	bad_transfers((word_t)fd);
	with_another_thread();
	expect("unmount of what is in use", fs_unmount(put("/")), -EBUSY);
	for (word_t n = 0; n < 200; n++)
		fs_close(n);
	expect("read of a descriptor that was closed", fs_read((word_t)fd, 0, 1, EVER), -EBADF);
	if (!wrong)
		cos_printf("hostile: every error is the right one\n");
	fd = fs_open(put(wrong ? MARK "-badly" : MARK), FS_CREAT | FS_RDWR, 0644);
	if (fd < 0 || fs_close((word_t)fd) < 0)
		cos_panic("no mark: error %ld", -fd);
}

static void
nap(void)
{
	sched_block(cos_now() + NAP);
}

/* Writes and reads its own file until the mark is there. Result: number of rounds, or an
 * error. */
static long
live_in_peace(int fd)
{
	struct fs_stat st;
	char text[64], back[64];

	for (long rounds = 0;; rounds++) {
		int n = cos_snprintf(text, sizeof(text), "round %ld\n", rounds);
		long got = fsc_pwrite(fd, text, (word_t)n, rounds % 100 * 64);

		if (got == n)
			got = fsc_pread(fd, back, (word_t)n, rounds % 100 * 64);
		if (got != n || memcmp(text, back, (word_t)n) != 0)
			return got < 0 ? got : -EIO;
		if (fsc_stat(MARK, &st) == 0)
			return rounds;
		if (fsc_stat(MARK "-badly", &st) == 0)
			return -EPERM;
		nap();
	}
}

static void
be_a_neighbour(void)
{
	long fd = fsc_open(OWN, FS_CREAT | FS_RDWR, 0644), rounds;

	if (fd < 0)
		cos_panic("no file: error %ld", -fd);
	rounds = live_in_peace((int)fd);
	if (rounds < 0)
		cos_panic("the neighbour lost something: error %ld", -rounds);
	if (fsc_close((int)fd) < 0)
		cos_panic("the neighbour's descriptor is gone");
	/* The disk is left as it was. */
	if (fsc_unlink(MARK) < 0 || fsc_unlink(OWN) < 0 || fsc_unlink(HOSTILE) < 0 || fsc_sync() < 0)
		cos_panic("the neighbour cannot clean up");
	if (*cos_param("unmount") != 0 && fsc_unmount(cos_param("unmount")) < 0)
		cos_panic("the neighbour cannot unmount");
	cos_printf("neighbour: left in peace\n");
	init_exit(rounds > 0 ? 0 : 1);
}

void
cos_main(void)
{
	const char *role = cos_param("role");

	if (role != NULL && strcmp(role, "neighbour") == 0)
		be_a_neighbour();
	else
		be_hostile();
}
