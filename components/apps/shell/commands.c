/*
 * The table of commands, and the short ones.
 */
#include <init/init.h>
#include <lib/component.h>

#include "shell.h"

static int
told(const char *command, const char *name, long e)
{
	return e < 0 ? shell_error(command, name, e) : 0;
}

static int
do_mkdir(int n, char **word)
{
	int bad = 0;

	for (int i = 1; i < n; i++)
		bad |= told("mkdir", word[i], fsc_mkdir(word[i], 0755));
	return bad;
}

static int
do_rmdir(int n, char **word)
{
	int bad = 0;

	for (int i = 1; i < n; i++)
		bad |= told("rmdir", word[i], fsc_rmdir(word[i]));
	return bad;
}

static int
do_ln(int n, char **word)
{
	if (n == 4 && strcmp(word[1], "-s") == 0)
		return told("ln", word[3], fsc_symlink(word[2], word[3]));
	if (n == 3)
		return told("ln", word[2], fsc_link(word[1], word[2]));
	cos_printf("ln: ln [-s] TARGET NAME\n");
	return 1;
}

static int
do_mount(int n, char **word)
{
	int readonly = n == 5 && strcmp(word[4], "ro") == 0;

	return told("mount", word[3], fsc_mount(word[1], word[2], word[3], readonly ? FS_MNT_RDONLY : 0));
}

static int
do_umount(int n, char **word)
{
	(void)n;
	return told("umount", word[1], fsc_unmount(word[1]));
}

static int
do_cd(int n, char **word)
{
	const char *to = n > 1 ? word[1] : "/";

	return told("cd", to, fsc_chdir(to));
}

static int
do_sync(int n, char **word)
{
	(void)n;
	return told("sync", word[0], fsc_sync());
}

static int
do_echo(int n, char **word)
{
	for (int i = 1; i < n; i++)
		cos_printf("%s%s", word[i], i + 1 < n ? " " : "");
	cos_printf("\n");
	return 0;
}

static int
do_time(int n, char **word)
{
	const struct command *c = shell_commands;
	cycles_t from = cos_now();
	int bad;

	while (c->name && strcmp(c->name, word[1]))
		c++;
	if (!c->name || n - 2 < c->least || n - 2 > c->most) {
		cos_printf("time: %s: no such command, or not so\n", word[1]);
		return 1;
	}
	bad = c->run(n - 1, word + 1);
	cos_printf("%lu ticks of the processor's counter\n", cos_now() - from);
	return bad;
}

static int
do_help(int n, char **word)
{
	(void)n;
	(void)word;
	for (const struct command *c = shell_commands; c->name; c++)
		cos_printf("%-8s %-24s %s\n", c->name, c->usage, c->what);
	return 0;
}

static int
do_exit(int n, char **word)
{
	(void)word;
	(void)n;
	fsc_sync();
	init_exit(0);
	return 0;
}

const struct command shell_commands[] = {
	{"cat", "FILE...", "shows files", 1, WORDS_MAX, shell_cat},
	{"cd", "[FOLDER]", "goes to a folder", 0, 1, do_cd},
	{"cp", "[-r] FROM TO", "copies a file or a tree", 2, 3, shell_cp},
	{"df", "[PATH]", "what is free", 0, 1, shell_df},
	{"echo", "TEXT...", "shows text", 0, WORDS_MAX, do_echo},
	{"exit", "", "ends the system", 0, 0, do_exit},
	{"head", "FILE [LINES]", "shows the first lines", 1, 2, shell_head},
	{"help", "", "shows this", 0, 0, do_help},
	{"hexdump", "FILE", "shows bytes", 1, 1, shell_hexdump},
	{"ln", "[-s] TARGET NAME", "makes a link", 2, 3, do_ln},
	{"ls", "[-l] [PATH]", "shows a folder", 0, 2, shell_ls},
	{"mem", "", "memory of each component, and what is free", 0, 0, shell_mem},
	{"mkdir", "FOLDER...", "makes folders", 1, WORDS_MAX, do_mkdir},
	{"mount", "TYPE DEVICE FOLDER [ro]", "mounts a file system", 3, 4, do_mount},
	{"mv", "FROM TO", "renames", 2, 2, shell_mv},
	{"ps", "", "threads, and the time they have used", 0, 0, shell_ps},
	{"rm", "[-r] PATH...", "removes files, or trees", 1, WORDS_MAX, shell_rm},
	{"rmdir", "FOLDER...", "removes empty folders", 1, WORDS_MAX, do_rmdir},
	{"stat", "PATH", "shows what is known of a file", 1, 1, shell_stat},
	{"sync", "", "writes everything to the disk", 0, 0, do_sync},
	{"time", "COMMAND...", "how long a command takes", 1, WORDS_MAX, do_time},
	{"umount", "FOLDER", "unmounts a file system", 1, 1, do_umount},
	{"write", "FILE TEXT...", "writes a line into a file", 1, WORDS_MAX, shell_write},
	{0},
};
