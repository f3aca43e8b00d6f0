/*
 * client SOURCE TARGET COMMAND: copies one folder of the host to another, runs a command of the shell, and compares them. Exit status: 0
 * they are the same, 1 they are not, 2 copying failed.
 */
#include <stdio.h>
#include <stdlib.h>

#include <lib/print.h>
#include <lib/string.h>

#include "../fsclient/posix.h"
#include "compare.h"
#include "copy.h"

extern typeof(posix_root) source_posix_root, target_posix_root;

size_t
cos_strlcpy(char *to, const char *from, size_t size)
{
	return (size_t)snprintf(to, size, "%s", from);
}

static void
to_stdout(const char *text, unsigned long length)
{
	fwrite(text, 1, length, stdout);
}

int
main(int argc, char **argv)
{
	struct copied copied = {0};
	struct compared compared = {0};

	if (argc != 4)
		return 3;
	print_set_sink(to_stdout);
	source_posix_root(argv[1]);
	target_posix_root(argv[2]);
	if (copy_tree(&copied) != 0)
		return 2;
	if (system(argv[3]) != 0)
		return 3;
	if (compare_trees(&compared) != 0)
		return 1;
	printf("%lu folders, %lu files, %lu links, %lu symlinks, %lu bytes\n", copied.folders, copied.files, copied.links,
	       copied.symlinks, copied.bytes);
	return 0;
}
