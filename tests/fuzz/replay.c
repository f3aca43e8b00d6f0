/*
 * usage: replay [-e] [-o IMAGE] FILE...
 *
 * Runs inputs without the fuzzer, one after another in one process, with what libFuzzer would do
 * beside: SECONDS for each, and no memory lost. -o: the disk goes to a file after the last one, if
 * e2fsck must be content with it. -e: prints each operation.
 */
#include <sanitizer/lsan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzz.h"

#define LARGEST 65536
#define SECONDS 10

void __real__exit(int status) __attribute__((__noreturn__));

static size_t
read_file(const char *path, uint8_t *to)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL) {
		fprintf(stderr, "replay: %s: cannot be read\n", path);
		__real__exit(2);
	}
	n = fread(to, 1, LARGEST, f);
	fclose(f);
	return n;
}

static void
write_disk(const char *path)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(disk_bytes, 1, disk_size, f) != disk_size || fclose(f) != 0)
		fuzz_wrong("%s: cannot be written", path);
}

/* An input lies in memory of exactly its size, so that a byte read behind it is seen. */
static int
run_file(const char *path)
{
	static uint8_t bytes[LARGEST];
	size_t n = read_file(path, bytes);
	uint8_t *input = malloc(n + !n);
	int sound;

	for (size_t i = 0; i < n; i++)
		input[i] = bytes[i];
	alarm(SECONDS);
	sound = fuzz_one(input, n);
	alarm(0);
	free(input);
	return sound;
}

int
main(int argc, char **argv)
{
	const char *image = NULL;
	int option, sound = 0;

	while ((option = getopt(argc, argv, "eo:")) != -1) {
		if (option == 'e')
			fuzz_explain();
		else if (option == 'o')
			image = optarg;
		else
			__real__exit(2);
	}
	fuzz_start();
	for (int i = optind; i < argc; i++)
		sound = run_file(argv[i]);
	if (image != NULL && sound)
		write_disk(image);
	if (__lsan_do_recoverable_leak_check())
		fuzz_wrong("memory is lost");
	fflush(NULL);
	__real__exit(0);
}
