/*
 * What the parts of the shell share.
 */
#ifndef SHELL_SHELL_H
#define SHELL_SHELL_H

#include <fs/fs_client.h>
#include <lib/print.h>
#include <lib/string.h>

#include "words.h"

#define SHELL_BLOCK 4096

struct command {
	const char *name;
	const char *usage; /* the arguments */
	const char *what;
	int least, most;   /* number of arguments */
	int (*run)(int n, char **word); /* word[0] is the command; result: 0, or 1 for an error that was told */
};

extern const struct command shell_commands[]; /* ends with a name of NULL */

/* Tells of an error in words; result: 1. */
int shell_error(const char *command, const char *name, long error);

/* folder/name into to (FS_PATH_MAX + 1 bytes). Result: 0; 1: too long, and told. */
int shell_join(char *to, const char *folder, const char *name);

/* Calls fn for each entry of a folder but "." and "..", until one returns something else than 0. Result: that; 0; or 1 for an
 * error that was told. */
typedef int shell_entry_fn(const char *folder, const struct fs_dirent *, void *arg);
int shell_each(const char *command, const char *folder, shell_entry_fn *fn, void *arg);

int shell_is_folder(const char *path);

/* files.c, tree.c, look.c */
int shell_ls(int n, char **word);
int shell_cat(int n, char **word);
int shell_head(int n, char **word);
int shell_hexdump(int n, char **word);
int shell_write(int n, char **word);
int shell_stat(int n, char **word);
int shell_df(int n, char **word);
int shell_cp(int n, char **word);
int shell_rm(int n, char **word);
int shell_mv(int n, char **word);
int shell_ps(int n, char **word);
int shell_mem(int n, char **word);

#endif
