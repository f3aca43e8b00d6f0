/*
 * usage: rumpfs [-r] [-n CPUS] [-v VNODES] [-b KIB] [-s SEED] [-t SECONDS] [-l LOG] [-w NVRAM] IMAGE   (commands
 * on standard input)
 *
 * -r: the image is a read-only device; -n: rump CPUs; -v: vnodes; -b: buffer cache; -s: block
 * requests complete in an order of their own; -t: the process is killed then; -l: everything that is
 * written is logged (-L: but no flush). A command is a line of words, quoted as print_quoted
 * does. Its result follows its output in a line "= N": 0 or more, or a negated errno. Commands:
 * see the table at the end, and socket.c.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../host/host.h"
#include "rumpfs.h"
#include "twin.h"

#define DEVICE "/dev/disk0"
#define WORDS  6

struct rsys_proc *proc;

uint64_t
number(const char *s)
{
	return strtoull(s, NULL, 0);
}

static long
do_mount(char **w)
{
	return rsys_mount(proc, "ext2", DEVICE, w[1], strcmp(w[2], "ro") == 0 ? RSYS_MNT_RDONLY : 0);
}

static long do_unmount(char **w) { return rsys_unmount(proc, w[1]); }
static long do_walk(char **w) { return walk(proc, w[1]); }
static long do_graze(char **w) { return graze(proc, w[1], 0); }
static long do_mkdir(char **w) { return rsys_mkdir(proc, w[1], (unsigned)strtoul(w[2], NULL, 8)); }
static long do_rmdir(char **w) { return rsys_rmdir(proc, w[1]); }
static long do_unlink(char **w) { return rsys_unlink(proc, w[1]); }
static long do_link(char **w) { return rsys_link(proc, w[1], w[2]); }
static long do_symlink(char **w) { return rsys_symlink(proc, w[1], w[2]); }
static long do_rename(char **w) { return rsys_rename(proc, w[1], w[2]); }
static long do_truncate(char **w) { return rsys_truncate(proc, w[1], (int64_t)number(w[2])); }
static long do_chmod(char **w) { return rsys_chmod(proc, w[1], (unsigned)strtoul(w[2], NULL, 8)); }
static long do_chown(char **w) { return rsys_chown(proc, w[1], (uint32_t)number(w[2]), (uint32_t)number(w[3])); }
static long do_lchown(char **w) { return rsys_lchown(proc, w[1], (uint32_t)number(w[2]), (uint32_t)number(w[3])); }
static long do_chdir(char **w) { return rsys_chdir(proc, w[1]); }
static long do_sync(char **w) { return (void)w, rsys_sync(proc); }
static long do_write(char **w) { return pattern_write(proc, w[1], number(w[2]), number(w[3]), number(w[4])); }
static long do_check(char **w) { return pattern_check(proc, w[1], number(w[2]), number(w[3])); }
static long do_work(char **w) { return work(w[1], (int)number(w[2]), (int)number(w[3]), number(w[4])); }
static long do_duel(char **w) { return duel(w[1], w[2], (int)number(w[3])); }
static long do_compare(char **w) { return twin_compare(proc, w[1], w[2]); }
static long do_open(char **w) { return rsys_open(proc, w[1], (int)number(w[2]), (unsigned)number(w[3])); }
static long do_close(char **w) { return rsys_close(proc, (int)number(w[1])); }
static long
do_setcred(char **w)
{
	struct rsys_cred c = {.uid = (uint32_t)number(w[1]), .gid = (uint32_t)number(w[2])};

	c.groups[c.ngroups++] = (uint32_t)number(w[3]);
	return rsys_proc_setcred(proc, &c);
}

static long
do_remount(char **w)
{
	int flags = RSYS_MNT_UPDATE | (strcmp(w[2], "ro") == 0 ? RSYS_MNT_RDONLY : 0);

	return rsys_mount(proc, "ext2", DEVICE, w[1], flags);
}

/* Times are seconds, "now" or "same". */
static uint32_t
time_word(const char *s, int64_t *sec)
{
	*sec = (int64_t)number(s);
	return strcmp(s, "now") == 0 ? RSYS_UTIME_NOW : strcmp(s, "same") == 0 ? RSYS_UTIME_OMIT : 0;
}

static long
do_utimens(char **w)
{
	struct rsys_times t;

	t.atime_nsec = time_word(w[2], &t.atime);
	t.mtime_nsec = time_word(w[3], &t.mtime);
	return rsys_utimens(proc, w[1], 1, &t);
}

static long do_access(char **w) { return rsys_access(proc, w[1], (int)number(w[2])); }
static long do_umask(char **w) { return rsys_umask(proc, (unsigned)strtoul(w[1], NULL, 8)); }

static long
do_getcwd(char **w)
{
	char path[2000];
	long n = rsys_getcwd(proc, path, sizeof(path));

	(void)w;
	if (n >= 0) {
		print_quoted(path, (size_t)n);
		putchar('\n');
	}
	return n;
}

/* So many bytes from a descriptor, or to it. */
static long
do_read(char **w)
{
	static char bytes[65536];
	size_t n = number(w[2]);

	return rsys_read(proc, (int)number(w[1]), bytes, n < sizeof(bytes) ? n : sizeof(bytes));
}

static long
do_put(char **w)
{
	static const char bytes[65536];
	size_t n = number(w[2]);

	return rsys_write(proc, (int)number(w[1]), bytes, n < sizeof(bytes) ? n : sizeof(bytes));
}

static long
do_fsync(char **w)
{
	long fd = rsys_open(proc, w[1], RSYS_RDWR, 0), e;

	if (fd < 0)
		return fd;
	e = rsys_fsync(proc, (int)fd);
	rsys_close(proc, (int)fd);
	return e;
}

static long
do_twin(char **w)
{
	return twin_run(w[1], w[2], (int)number(w[3]), (int)number(w[4]), number(w[5]));
}

static long
do_scramble(char **w)
{
	return scramble(w[1], (int)number(w[2]), (int)number(w[3]), (int)number(w[4]), number(w[5]));
}

/* Many empty files, or the same names away again. */
static long
do_many(char **w)
{
	int n = (int)number(w[2]), remove = strcmp(w[3], "remove") == 0;
	char path[NAMES_MAX];

	for (int i = 0; i < n; i++) {
		long e;

		snprintf(path, sizeof(path), "%s%05d", w[1], i);
		if (remove) {
			e = rsys_unlink(proc, path);
		} else {
			e = rsys_open(proc, path, RSYS_CREAT | RSYS_EXCL | RSYS_WRONLY, 0644);
			if (e >= 0)
				e = rsys_close(proc, (int)e);
		}
		if (e < 0)
			return e;
	}
	return n;
}

static long
do_stat(char **w)
{
	struct rsys_stat st;
	long e = rsys_lstat(proc, w[1], &st);

	if (e == 0)
		printf("mode %o nlink %u uid %u gid %u size %llu blocks %llu atime %lld mtime %lld\n", st.mode, st.nlink, st.uid,
		       st.gid, (unsigned long long)st.size, (unsigned long long)st.blocks, (long long)st.atime,
		       (long long)st.mtime);
	return e;
}

static long
do_statfs(char **w)
{
	struct rsys_statfs st;
	long e = rsys_statfs(proc, w[1], &st);

	if (e == 0)
		printf("blocks %llu bfree %llu bavail %llu files %llu ffree %llu bsize %u namemax %u readonly %u\n",
		       (unsigned long long)st.blocks, (unsigned long long)st.bfree, (unsigned long long)st.bavail,
		       (unsigned long long)st.files, (unsigned long long)st.ffree, st.bsize, st.namemax, st.readonly);
	return e;
}

/* Block requests fail: the next N after the first AFTER. */
static long
do_fail(char **w)
{
	host_bio_fail(number(w[1]), number(w[2]));
	return 0;
}

static long
do_counts(char **w)
{
	(void)w;
	host_counts_print(stdout);
	return 0;
}

static long
do_mark(char **w)
{
	host_log_mark(number(w[1]));
	return 0;
}

/* The last operation of a client that has happened, as a line's number, and its result. */
static long
do_last(char **w)
{
	uint64_t operation;
	int64_t result;
	long e = rsys_last(number(w[1]), &operation, &result);

	printf("%llu %lld\n", (unsigned long long)operation, (long long)result);
	return e;
}

/* Ends as if the power had gone. */
static long
do_crash(char **w)
{
	(void)w;
	fflush(stdout);
	_exit(0);
}

static const struct command commands[] = {
	{"mount", do_mount, 2}, {"unmount", do_unmount, 1}, {"walk", do_walk, 1}, {"graze", do_graze, 1},
	{"mkdir", do_mkdir, 2}, {"rmdir", do_rmdir, 1}, {"unlink", do_unlink, 1}, {"link", do_link, 2},
	{"symlink", do_symlink, 2}, {"rename", do_rename, 2}, {"truncate", do_truncate, 2}, {"chmod", do_chmod, 2},
	{"chown", do_chown, 3}, {"lchown", do_lchown, 3}, {"chdir", do_chdir, 1}, {"sync", do_sync, 0}, {"fsync", do_fsync, 1},
	{"write", do_write, 4}, {"check", do_check, 3}, {"many", do_many, 3}, {"work", do_work, 4},
	{"twin", do_twin, 5}, {"compare", do_compare, 2}, {"scramble", do_scramble, 5},
	{"duel", do_duel, 3},
	{"open", do_open, 3}, {"close", do_close, 1}, {"stat", do_stat, 1}, {"statfs", do_statfs, 1},
	{"setcred", do_setcred, 3}, {"remount", do_remount, 2}, {"utimens", do_utimens, 3}, {"access", do_access, 2},
	{"umask", do_umask, 1}, {"getcwd", do_getcwd, 0}, {"read", do_read, 2}, {"put", do_put, 2},
	{"fail", do_fail, 2}, {"counts", do_counts, 0}, {"crash", do_crash, 0},
	{"mark", do_mark, 1}, {"last", do_last, 1}, {NULL, NULL, 0},
};

static const struct command *
find(const struct command *table, const char *name)
{
	while (table->name != NULL && strcmp(table->name, name) != 0)
		table++;
	return table->name == NULL ? NULL : table;
}

/* Whose operations the lines are; their numbers count from 1. */
#define CLIENT 1
static uint64_t lines;

static void
run_line(char *line)
{
	char *words[WORDS + 1] = {NULL};
	const struct command *c = NULL;
	int n = 0;

	for (char *w = strtok(line, " \n"); w != NULL && n < WORDS; w = strtok(NULL, " \n")) {
		unquote(w);
		words[n++] = w;
	}
	if (n > 0)
		c = find(commands, words[0]);
	if (n > 0 && c == NULL)
		c = find(socket_commands, words[0]);
	if (c != NULL && n == c->words + 1) {
		rsys_identify(CLIENT, ++lines);
		printf("= %ld\n", c->run(words));
		fflush(stdout);
		return;
	}
	fprintf(stderr, "rumpfs: no such command, or not so many words: %s\n", n > 0 ? words[0] : "");
	exit(2);
}

static void
start(int argc, char **argv)
{
	int readonly = 0, option;
	long e;

	while ((option = getopt(argc, argv, "rn:v:b:s:t:l:L:w:")) != -1) {
		if (option == 'r')
			readonly = 1;
		else if (option == 'n')
			host_param("_RUMPUSER_NCPU", optarg);
		else if (option == 'v')
			host_param("RUMP_NVNODES", optarg);
		else if (option == 'b')
			host_param("RUMP_BUFCACHE_KB", optarg);
		else if (option == 's')
			host_bio_shuffle((uint32_t)number(optarg));
		else if (option == 'l' || option == 'L')
			host_log_open(optarg, option == 'L');
		else if (option == 'w')
			host_nvram("disk0.nvram", optarg);
		else if (option == 't')
			alarm((unsigned)number(optarg));
		else
			exit(2);
	}
	if (optind != argc - 1) {
		fputs("usage: rumpfs [-r] [-n CPUS] [-v VNODES] [-b KIB] [-s SEED] [-t SECONDS] [-l LOG] [-w NVRAM] IMAGE\n",
		      stderr);
		exit(2);
	}
	host_device("disk0", argv[optind], readonly);
	e = rsys_init();
	if (e == 0)
		e = rsys_etfs_register(DEVICE, "disk0");
	proc = e == 0 ? rsys_proc_create() : NULL;
	if (proc == NULL) {
		fprintf(stderr, "rumpfs: the rump kernel does not start: %ld\n", e);
		exit(1);
	}
}

int
main(int argc, char **argv)
{
	static char line[3 * NAMES_MAX * 2 + 64];

	start(argc, argv);
	while (fgets(line, sizeof(line), stdin) != NULL)
		run_line(line);
	/* The rump kernel's threads are still there, so no destructor may run. */
	fflush(NULL);
	_exit(0);
}
