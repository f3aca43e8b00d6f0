/*
 * The parts of the client behind a command line: sha256 | plan SEED BASE | make FOLDER SEED BASE |
 * check LIST FOLDER [OWN]. What they complain of goes to the standard output; the exit status is 0
 * if there is nothing.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fs/fs_types.h>
#include <lib/print.h>
#include <lib/string.h>

#include "complain.h"
#include "own.h"
#include "posix.h"
#include "sha256.h"
#include "walk.h"

size_t
cos_strlcpy(char *to, const char *from, size_t size)
{
	return snprintf(to, size, "%s", from);
}

static void
to_stdout(const char *text, unsigned long length)
{
	fwrite(text, 1, length, stdout);
}

static void
print_digest(struct sha256 *h)
{
	u8 digest[SHA256_BYTES];

	sha256_end(h, digest);
	for (int i = 0; i < SHA256_BYTES; i++)
		printf("%02x", digest[i]);
	printf("\n");
}

/* Hashes the standard input in pieces whose lengths its own bytes decide. */
static int
hash_input(void)
{
	static u8 data[1 << 20];
	size_t n = fread(data, 1, sizeof(data), stdin), at = 0;
	struct sha256 h;

	sha256_init(&h);
	while (at < n) {
		size_t piece = data[at] < n - at ? data[at] : n - at;

		sha256_add(&h, data + at, piece);
		at += piece;
		if (piece == 0)
			sha256_add(&h, data + at++, 1);
	}
	print_digest(&h);
	return 0;
}

static void
print_file(const struct plan *p, u32 file)
{
	char path[PLAN_PATH];
	u8 piece[1000];
	struct sha256 h;
	u64 size = plan_size(p, file);

	sha256_init(&h);
	for (u64 at = 0; at < size; at += sizeof(piece)) {
		u64 n = size - at < sizeof(piece) ? size - at : sizeof(piece);

		plan_contents(p, file, at, piece, n);
		sha256_add(&h, piece, n);
	}
	plan_file(p, path, file);
	printf("%s\t%o\t%lu\t", path, FS_IFREG | plan_mode(file), size);
	print_digest(&h);
}

static int
print_plan(const struct plan *p)
{
	char path[PLAN_PATH], target[PLAN_PATH];

	for (u32 i = 0; i < PLAN_FOLDERS; i++) {
		plan_folder(p, path, i);
		printf("%s\t40755\t%u\t\n", path, plan_names(i));
	}
	for (u32 i = 0; i < PLAN_FILES; i++)
		if (!plan_is_unlinked(i))
			print_file(p, i);
	for (u32 i = 0; i < PLAN_SYMLINKS; i++) {
		size_t n = plan_target(target, i);

		plan_symlink(p, path, i);
		printf("%s\t120777\t%zu\t%s\n", path, n, target);
	}
	return 0;
}

static int
check(const char *list_file, const char *folder, const char *own)
{
	struct stat st;
	int fd = open(list_file, O_RDONLY);
	/* exactly as much as there is, so that a sanitizer sees its end */
	void *data = fd < 0 || fstat(fd, &st) ? NULL : malloc(st.st_size);
	struct list list;
	const char *wrong;

	if (!data || read(fd, data, st.st_size) != st.st_size)
		return 2;
	wrong = list_open(&list, data, st.st_size);
	if (wrong) {
		printf("list: %s\n", wrong);
		free(data);
		return 1;
	}
	posix_root(folder);
	struct walk walk = {.list = &list, .root = "/", .own = own, .seen = calloc(list.count, 1)};
	printf("%lu names\n", walk_tree(&walk));
	free(walk.seen);
	free(data);
	return complaints() != 0;
}

static int
make(const char *folder, const struct plan *p)
{
	posix_root(folder);
	own_make(p);
	printf("%u names\n", own_check(p));
	return complaints() != 0;
}

int
main(int argc, char **argv)
{
	struct plan plan = {.seed = argc > 2 ? strtoul(argv[argc - 2], NULL, 10) : 0, .base = argv[argc - 1]};

	print_set_sink(to_stdout);
	umask(0);
	if (argc == 2 && strcmp(argv[1], "sha256") == 0)
		return hash_input();
	if (argc == 4 && strcmp(argv[1], "plan") == 0)
		return print_plan(&plan);
	if (argc == 5 && strcmp(argv[1], "make") == 0)
		return make(argv[2], &plan);
	if ((argc == 4 || argc == 5) && strcmp(argv[1], "check") == 0)
		return check(argv[2], argv[3], argv[4]);
	return 2;
}
