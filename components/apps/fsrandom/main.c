/*
 * Random operations in a folder of its own, on one file and on a tree in turn; the first wrong
 * result ends them. An instance that is done leaves a folder in /done as its mark; the one with the
 * parameter "last" waits for all, removes everything and ends the run. Names are relative to the root
 * of the file system, which is everybody's working directory.
 */
#include <abi/err.h>
#include <fs/fs_client.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <sched/sched.h>

#include "random.h"

#define NAP  3000000 /* ticks */
#define ROOT "/mnt"  /* of the file system */

const char *home;

static u64 seed, state, step;

u64
roll(u64 sides)
{
	state = state * 6364136223846793005 + 1442695040888963407;
	return (state >> 33) % sides;
}

int
wrong(const char *what, const char *path, long got, long wanted)
{
	cos_printf("fsrandom: wrong: %s: seed %lu step %lu: %s %s gives %ld, not %ld\n", home, seed, step, what, path, got,
	           wanted);
	return 1;
}

static int
work(u64 operations)
{
	int bad = 0;

	for (step = 0; step < operations && !bad; step++)
		bad = step % 2 == 0 ? file_step() : tree_step();
	if (bad)
		return 1;
	file_end();
	tree_end();
	if (fsc_rmdir(home) < 0)
		return wrong("rmdir", home, -1, 0);
	cos_printf("fsrandom: %s did %lu operations, all as they must be\n", home, step);
	return 0;
}

static void
leave_mark(void)
{
	char path[PATH];

	fsc_chdir("/"); /* a working directory keeps a file system busy */
	fsc_mkdir(ROOT "/done", 0755);
	cos_snprintf(path, sizeof(path), ROOT "/done/%s", home);
	if (fsc_mkdir(path, 0755) < 0)
		cos_panic("no mark can be left");
}

static void
wait_for_all(u64 instances)
{
	struct fs_stat st;

	while (fsc_stat(ROOT "/done", &st) < 0 || st.nlink < 2 + instances)
		sched_block(cos_now() + NAP);
}

/* Result: 0, or 1 after wrong. */
static int
remove_marks(void)
{
	static u8 entries[1024] __attribute__((aligned(8)));
	long fd = fsc_open(ROOT "/done", FS_RDONLY | FS_DIRECTORY, 0);
	long n = fd < 0 ? fd : fsc_readdir((int)fd, entries, sizeof(entries));
	char path[PATH];

	for (long at = 0; at < n;) {
		const struct fs_dirent *d = (const struct fs_dirent *)(entries + at);

		cos_snprintf(path, sizeof(path), ROOT "/done/%s", d->name);
		if (d->name[0] != '.')
			fsc_rmdir(path);
		at += d->reclen;
	}
	if (fd >= 0)
		fsc_close((int)fd);
	return fsc_rmdir(ROOT "/done") == 0 ? 0 : wrong("rmdir", ROOT "/done", -1, 0);
}

void
cos_main(void)
{
	u64 instances = cos_param_number("last", 0);
	int bad;

	seed = cos_param_number("seed", 1);
	state = seed * 0x9e3779b97f4a7c15;
	home = cos_info()->name;
	if (fsc_chdir(ROOT) < 0 || fsc_mkdir(home, 0755) < 0)
		cos_panic("no folder of my own");
	bad = work(cos_param_number("operations", 5000));
	leave_mark();
	if (instances == 0)
		return;
	wait_for_all(instances);
	bad |= remove_marks();
	if (!bad && fsc_unmount(ROOT) < 0)
		bad = wrong("unmount", ROOT, -1, 0);
	init_exit(bad != 0);
}
