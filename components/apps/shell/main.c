/*
 * The shell: reads lines from the console and runs commands on files. "exit", or Ctrl-D in an empty line, ends the system well.
 *
 * Parameters: mount = "TYPE DEVICE FOLDER" is mounted at the start, and the shell begins there.
 */
#include <abi/err.h>
#include <console/console.h>
#include <init/init.h>
#include <lib/component.h>

#include "line.h"
#include "shell.h"

static const struct { int error; const char *words; } errors[] = {
	{EPERM, "not permitted"}, {ENOENT, "no such file"}, {EIO, "input/output error"}, {ENXIO, "no such device"},
	{EBADF, "bad descriptor"}, {ENOMEM, "no memory"}, {EACCES, "permission denied"}, {EBUSY, "in use"},
	{EEXIST, "exists already"}, {ENOTDIR, "not a folder"}, {EISDIR, "is a folder"}, {EINVAL, "not possible"},
	{ENOSPC, "no space is left"}, {EROFS, "is read-only"}, {ENAMETOOLONG, "the name is too long"},
	{ENOTEMPTY, "is not empty"}, {ECOMPDEAD, "the file system has died"},
};

int
shell_error(const char *command, const char *name, long error)
{
	for (u32 i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		if (errors[i].error == -error) {
			cos_printf("%s: %s: %s\n", command, name, errors[i].words);
			return 1;
		}
	}
	cos_printf("%s: %s: error %ld\n", command, name, -error);
	return 1;
}

int
shell_join(char *to, const char *folder, const char *name)
{
	const char *slash = folder[0] && folder[strlen(folder) - 1] == '/' ? "" : "/";

	if (cos_snprintf(to, FS_PATH_MAX + 1, "%s%s%s", folder, slash, name) <= FS_PATH_MAX)
		return 0;
	cos_printf("%s/%s: the name is too long\n", folder, name);
	return 1;
}

int
shell_is_folder(const char *path)
{
	struct fs_stat s;

	return fsc_stat(path, &s) == 0 && (s.mode & FS_IFMT) == FS_IFDIR;
}

int
shell_each(const char *command, const char *folder, shell_entry_fn *fn, void *arg)
{
	char block[512] __attribute__((aligned(8))); /* of at least one entry; walks have one for each folder they are in */
	long n, fd = fsc_open(folder, FS_RDONLY | FS_DIRECTORY, 0);
	int result = 0;

	if (fd < 0)
		return shell_error(command, folder, fd);
	while (!result && (n = fsc_readdir(fd, block, sizeof(block))) > 0) {
		for (long at = 0; at < n && !result;) {
			const struct fs_dirent *d = (const struct fs_dirent *)(block + at);

			if (strcmp(d->name, ".") && strcmp(d->name, ".."))
				result = fn(folder, d, arg);
			at += d->reclen;
		}
	}
	fsc_close(fd);
	return !result && n < 0 ? shell_error(command, folder, n) : result;
}

static void
run(char *line)
{
	const struct command *c = shell_commands;
	char *word[WORDS_MAX + 1];
	int n = words_cut(line, word);

	if (n < 0)
		cos_printf(n == -1 ? "a quote is open\n" : "more than %d words\n", WORDS_MAX);
	if (n <= 0)
		return;
	while (c->name && strcmp(c->name, word[0]))
		c++;
	if (!c->name)
		cos_printf("%s: no such command; help shows those there are\n", word[0]);
	else if (n - 1 < c->least || n - 1 > c->most)
		cos_printf("%s: %s %s\n", c->name, c->name, c->usage);
	else
		c->run(n, word);
}

/* Completion: the names that begin with what stands before the cursor. */
struct match {
	const char *start;   /* what they begin with */
	size_t length;
	char common[FS_NAME_MAX + 2]; /* what all have in common */
	int found;
	int show;            /* list them */
};

static void
match_name(struct match *m, const char *name, const char *tail)
{
	size_t i = 0;
	char full[FS_NAME_MAX + 2];

	if (strncmp(name, m->start, m->length))
		return;
	cos_snprintf(full, sizeof(full), "%s%s", name, tail);
	if (m->show)
		cos_printf("%s  ", full);
	if (m->found++ == 0) {
		cos_strlcpy(m->common, full, sizeof(m->common));
		return;
	}
	while (m->common[i] && m->common[i] == full[i])
		i++;
	m->common[i] = 0;
}

static int
match_entry(const char *folder, const struct fs_dirent *d, void *arg)
{
	(void)folder;
	match_name(arg, d->name, d->type == FS_IFDIR >> 12 ? "/" : " ");
	return 0;
}

static void
match_all(struct match *m, int first, const char *folder)
{
	m->found = 0;
	if (!first)
		shell_each("complete", folder, match_entry, m);
	for (const struct command *c = shell_commands; first && c->name; c++)
		match_name(m, c->name, " ");
}

/* One match, or a longer common part, goes into the line; else all are shown. */
static void
complete(struct line *l)
{
	char folder[LINE_MAX + 2] = ".";
	size_t word = l->cursor, base;
	struct match m = {0};
	int first;

	while (word > 0 && l->text[word - 1] != ' ')
		word--;
	for (base = l->cursor; base > word && l->text[base - 1] != '/';)
		base--;
	first = word == 0;
	if (base > word) {
		memcpy(folder, l->text + word, base - word);
		folder[base - word] = 0;
	}
	m.start = l->text + base;
	m.length = l->cursor - base;
	if (!first && !shell_is_folder(folder))
		return;
	match_all(&m, first, folder);
	if (m.found && strlen(m.common) > m.length) {
		line_insert(l, m.common + m.length, strlen(m.common) - m.length);
		return;
	}
	if (m.found < 2)
		return;
	cos_printf("\n");
	m.show = 1;
	match_all(&m, first, folder);
	cos_printf("\n");
	line_redraw(l);
}

static void
mount_first(void)
{
	char line[128], *word[WORDS_MAX + 1];
	long e;

	if (!cos_param("mount"))
		return;
	cos_strlcpy(line, cos_param("mount"), sizeof(line));
	if (words_cut(line, word) != 3)
		cos_panic("the parameter mount is not TYPE DEVICE FOLDER: %s", cos_param("mount"));
	fsc_mkdir(word[2], 0755); /* mount says if there is none */
	e = fsc_mount(word[0], word[1], word[2], 0);
	if (e < 0)
		shell_error("mount", word[1], e);
	else
		fsc_chdir(word[2]);
}

static void
show(const char *text, size_t n)
{
	console_write(text, n);
}

static struct line line = {.prompt = "$ ", .show = show, .complete = complete};

static void
key(char c)
{
	switch (line_key(&line, c)) {
	case LINE_MORE:
		return;
	case LINE_DONE:
		run(line.text);
		break;
	case LINE_CANCELLED:
		break;
	case LINE_END:
		cos_printf("exit\n");
		run((char[]){"exit"});
	}
	line_begin(&line);
}

void
cos_main(void)
{
	mount_first();
	cos_printf("help shows the commands\n");
	line_begin(&line);
	for (;;) {
		word_t low, high, w[2];
		long n = console_get(CYCLES_INF, &low, &high);

		w[0] = low;
		w[1] = high;
		for (long i = 0; i < n; i++)
			key(w[i / 8] >> i % 8 * 8);
	}
}
