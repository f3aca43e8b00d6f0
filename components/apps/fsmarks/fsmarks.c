/*
 * Work whose acknowledged part is marked in the block server's log.
 */
#include <abi/err.h>
#include <blk/blk.h>
#include <fs/fs_client.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>

#define FILES 3  /* of each marked folder */
#define CHURN 8  /* other files */
#define PIECE 4096
#define ROOT  "/mnt"

static u64 random_state;

static u32
draw(u32 below)
{
	random_state = random_state * 6364136223846793005 + 1442695040888963407;
	return (random_state >> 33) % below;
}

/* A result that must not be an error, or must be one of those that are all right here. */
static long
must(const char *what, const char *path, long result, long also)
{
	if (result >= 0 || result == also)
		return result;
	cos_printf("fsmarks: wrong: %s %s gives %ld\n", what, path, result);
	init_exit(1);
	return result;
}

static void
write_file(const char *path, u32 bytes, int sync)
{
	static u64 piece[PIECE / 8];
	int fd = must("open", path, fsc_open(path, FS_CREAT | FS_TRUNC | FS_WRONLY, 0644), 0);

	for (u32 at = 0; at < bytes; at += PIECE) {
		for (u32 i = 0; i < PIECE / 8; i++)
			piece[i] = draw(~0u);
		must("write", path, fsc_write(fd, piece, bytes - at < PIECE ? bytes - at : PIECE), 0);
	}
	if (sync)
		must("fsync", path, fsc_fsync(fd), 0);
	fsc_close(fd);
}

static void
marked(u32 number)
{
	char path[64];
	int all_at_once = number % 4 == 0;

	cos_snprintf(path, sizeof(path), "mark-%u", number);
	must("mkdir", path, fsc_mkdir(path, 0755), 0);
	for (u32 i = 0; i < FILES; i++) {
		cos_snprintf(path, sizeof(path), "mark-%u/file-%u", number, i);
		write_file(path, draw(i == 0 ? 30000 : 3000), !all_at_once);
	}
	if (all_at_once)
		must("sync", "", fsc_sync(), 0);
	must("blk_mark", "", blk_mark(number), 0);
}

static void
churn(void)
{
	char path[64], other[64];

	cos_snprintf(path, sizeof(path), "churn/%u", draw(CHURN));
	cos_snprintf(other, sizeof(other), "churn/%u", draw(CHURN));
	switch (draw(4)) {
	case 0:
		must("unlink", path, fsc_unlink(path), -ENOENT);
		break;
	case 1:
		must("rename", path, fsc_rename(path, other), -ENOENT);
		break;
	case 2:
		must("truncate", path, fsc_truncate(path, draw(20000)), -ENOENT);
		break;
	default:
		write_file(path, draw(20000), 0);
	}
}

static void
remove_all(u32 marks)
{
	char path[64];

	for (u32 k = 1; k <= marks; k++) {
		for (u32 i = 0; i < FILES; i++) {
			cos_snprintf(path, sizeof(path), "mark-%u/file-%u", k, i);
			must("unlink", path, fsc_unlink(path), 0);
		}
		cos_snprintf(path, sizeof(path), "mark-%u", k);
		must("rmdir", path, fsc_rmdir(path), 0);
	}
	for (u32 i = 0; i < CHURN; i++) {
		cos_snprintf(path, sizeof(path), "churn/%u", i);
		must("unlink", path, fsc_unlink(path), -ENOENT);
	}
	must("rmdir", "churn", fsc_rmdir("churn"), 0);
}

void
cos_main(void)
{
	u32 marks = cos_param_number("marks", 12);

	random_state = cos_param_number("seed", 1);
	must("mkdir", ROOT, fsc_mkdir(ROOT, 0755), -EEXIST);
	must("mount", ROOT, fsc_mount("ext2", "/dev/disk0", ROOT, 0), 0);
	must("chdir", ROOT, fsc_chdir(ROOT), 0);
	must("mkdir", "churn", fsc_mkdir("churn", 0755), 0);
	for (u32 k = 1; k <= marks; k++) {
		for (u32 i = 0; i < 5; i++)
			churn();
		marked(k);
	}
	must("blk_mark", "", blk_mark(0), 0);
	remove_all(marks);
	must("chdir", "/", fsc_chdir("/"), 0);
	must("unmount", ROOT, fsc_unmount(ROOT), 0);
	cos_printf("fsmarks: %u marks\n", marks);
	init_exit(0);
}
