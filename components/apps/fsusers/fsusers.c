/*
 * Three users of one file system; the parameter "role" says who this is. root makes a folder that
 * belongs to all, alice puts files there, bob tries what he may and what he may not. They wait for
 * each other by files. A result that is not the one POSIX names is printed, and the script forbids it.
 */
#include <abi/err.h>
#include <fs/fs.h>
#include <fs/fs_client.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <sched/sched.h>

#define TEAM  100   /* group of alice and bob */
#define BOB   1001
#define NAP   2000000 /* ticks */
#define ROOT  "/mnt"  /* of the file system */
#define PLACE ROOT "/users"

static int wrong;

static void
expect(const char *what, long got, long want)
{
	if (got == want)
		return;
	cos_printf("%s: wrong: %s gives %ld, not %ld\n", cos_info()->name, what, got, want);
	wrong = 1;
}

static void
await(const char *path)
{
	struct fs_stat st;

	while (fsc_stat(path, &st) < 0)
		sched_block(cos_now() + NAP);
}

static void
put(const char *path, unsigned mode, const char *text)
{
	long fd = fsc_open(path, FS_CREAT | FS_EXCL | FS_RDWR, mode);

	expect(path, fd < 0 ? fd : 0, 0);
	expect("write", fsc_write((int)fd, text, strlen(text)), (long)strlen(text));
	expect("close", fsc_close((int)fd), 0);
}

static void
be_alice(void)
{
	char cwd[64];
	long fd;

	await(PLACE "/begin");
	put(PLACE "/private", 0600, "for me alone");
	put(PLACE "/team", 0640, "for us");
	expect("chown to another of her groups", fsc_chown(PLACE "/team", (unsigned)-1, TEAM), 0);
	expect("chown to a group that is not hers", fsc_chown(PLACE "/team", (unsigned)-1, 5), -EPERM);
	expect("chown to bob", fsc_chown(PLACE "/team", BOB, (unsigned)-1), -EPERM);
	expect("mkdir", fsc_mkdir(PLACE "/closed", 0700), 0);
	put(PLACE "/closed/inside", 0666, "behind a door");
	expect("chdir", fsc_chdir(PLACE "/closed"), 0);
	expect("umask", fsc_umask(0), 022);
	expect("getcwd", fsc_getcwd(cwd, sizeof(cwd)), (long)strlen(PLACE "/closed"));
	expect("the name", strcmp(cwd, PLACE "/closed"), 0);
	fd = fsc_open(PLACE "/private", FS_RDWR, 0);
	expect("open", fd < 0 ? fd : 0, 0);
	put(PLACE "/ready", 0644, "");
	await(PLACE "/tried");
	expect("getcwd, later", fsc_getcwd(cwd, sizeof(cwd)), (long)strlen(PLACE "/closed"));
	expect("her descriptor, later", fsc_pread((int)fd, cwd, sizeof(cwd), 0), 12);
	expect("rmdir of what is not empty", fsc_rmdir(PLACE "/closed"), -ENOTEMPTY);
	expect("close", fsc_close((int)fd), 0);
	expect("chdir", fsc_chdir("/"), 0);
	put(PLACE "/alice", 0644, "");
}

static void
try_files(void)
{
	static const struct fs_times now = {0, 0, FS_UTIME_NOW, FS_UTIME_NOW}, old = {1, 2, 0, 0};
	char text[16];
	long fd;

	expect("open of a private file", fsc_open(PLACE "/private", FS_RDONLY, 0), -EACCES);
	expect("truncate of a private file", fsc_truncate(PLACE "/private", 0), -EACCES);
	expect("chmod of a private file", fsc_chmod(PLACE "/private", 0666), -EPERM);
	expect("chown of a private file", fsc_chown(PLACE "/private", BOB, BOB), -EPERM);
	expect("times of a private file", fsc_utimens(PLACE "/private", &old), -EPERM);
	expect("touch of a private file", fsc_utimens(PLACE "/private", &now), -EACCES);
	expect("access to a private file", fsc_access(PLACE "/private", FS_R_OK), -EACCES);
	expect("its existence", fsc_access(PLACE "/private", 0), 0);
	expect("unlink in a sticky folder", fsc_unlink(PLACE "/private"), -EPERM);
	expect("rename in a sticky folder", fsc_rename(PLACE "/private", PLACE "/mine"), -EPERM);
	expect("open in a closed folder", fsc_open(PLACE "/closed/inside", FS_RDONLY, 0), -EACCES);
	expect("creation in a closed folder", fsc_open(PLACE "/closed/x", FS_CREAT | FS_RDWR, 0644), -EACCES);
	expect("rename out of a closed folder", fsc_rename(PLACE "/closed/nothing", PLACE "/x"), -EACCES);
	expect("listing of a closed folder", fsc_open(PLACE "/closed", FS_RDONLY, 0), -EACCES);
	expect("chdir into a closed folder", fsc_chdir(PLACE "/closed"), -EACCES);
	fd = fsc_open(PLACE "/team", FS_RDONLY, 0);
	expect("open of the team's file", fd < 0 ? fd : 0, 0);
	expect("read of the team's file", fsc_read((int)fd, text, sizeof(text)), 6);
	expect("close", fsc_close((int)fd), 0);
	expect("write of the team's file", fsc_open(PLACE "/team", FS_WRONLY, 0), -EACCES);
	expect("mount", fsc_mount("ext2", "/dev/disk0", PLACE, 0), -EPERM);
	expect("unmount", fsc_unmount(ROOT), -EPERM);
	expect("remount", fsc_mount("", "", ROOT, FS_MNT_UPDATE), -EPERM);
}

/* Alice has a descriptor open, a session bound, a working directory and an umask. */
static void
try_her_things(void)
{
	struct fs_stat st, folder;
	char text[8];

	for (int fd = 0; fd < 200; fd++)
		expect("a descriptor of another client", fsc_read(fd, text, 1), -EBADF);
	expect("bob's own umask", fsc_umask(077), 022);
	expect("bob's own working directory", fsc_getcwd(text, sizeof(text)), 1);
	put(PLACE "/bob", 0666, "mine");
	expect("stat", fsc_stat(PLACE "/bob", &st), 0);
	expect("his uid", st.uid, BOB);
	expect("stat of the folder", fsc_stat(PLACE, &folder), 0);
	expect("his gid, or the folder's", st.gid, st.gid == BOB ? BOB : folder.gid);
	expect("mode behind his umask", st.mode, FS_IFREG | 0600);
	expect("unlink of his own file", fsc_unlink(PLACE "/bob"), 0);
	for (word_t id = 0; id < 100; id++) {
		long e = fs_session(id);

		if (e != -ENOENT && e != -EPERM && e != 0)
			expect("a session of another client", e, -ENOENT);
		if (e == 0) /* his own: it must still be he who is served */
			expect("open through it", fsc_open(PLACE "/private", FS_RDONLY, 0), -EACCES);
	}
}

static void
be_bob(void)
{
	await(PLACE "/ready");
	try_files();
	try_her_things();
	put(PLACE "/tried", 0644, "");
}

static void
try_folder(long want)
{
	expect("mkdir", fsc_mkdir(PLACE, 0755), want);
	expect("rmdir", fsc_rmdir(PLACE), want);
}

/* Parameter "remount": the error of a kernel that makes nothing read-only that is writable. */
static void
remount(void)
{
	long e = -(long)cos_param_number("remount", 0);

	expect("unmount", fsc_unmount(ROOT), 0);
	expect("mount to read only", fsc_mount("ext2", "/dev/disk0", ROOT, FS_MNT_RDONLY), 0);
	try_folder(-EROFS);
	expect("remount to write", fsc_mount("", "", ROOT, FS_MNT_UPDATE), 0);
	try_folder(0);
	expect("remount to read only", fsc_mount("", "", ROOT, FS_MNT_UPDATE | FS_MNT_RDONLY), e);
	try_folder(e == 0 ? -EROFS : 0);
	expect("unmount", fsc_unmount(ROOT), 0);
}

static void
be_root(void)
{
	static const char *const names[] = {"/alice", "/tried", "/ready", "/begin", "/team", "/private", "/closed/inside"};
	char path[64];

	expect("mkdir", fsc_mkdir(PLACE, 0755), 0);
	expect("chmod", fsc_chmod(PLACE, 01777), 0);
	put(PLACE "/begin", 0644, "");
	await(PLACE "/alice");
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cos_snprintf(path, sizeof(path), "%s%s", PLACE, names[i]);
		expect(path, fsc_unlink(path), 0);
	}
	expect("rmdir of alice's folder", fsc_rmdir(PLACE "/closed"), 0);
	expect("rmdir", fsc_rmdir(PLACE), 0);
	expect("sync", fsc_sync(), 0);
	remount();
	if (!wrong)
		cos_printf("root: everybody got what was due\n");
	init_exit(wrong);
}

void
cos_main(void)
{
	const char *role = cos_param("role");

	if (role != NULL && strcmp(role, "alice") == 0)
		be_alice();
	else if (role != NULL && strcmp(role, "bob") == 0)
		be_bob();
	else
		be_root();
}
