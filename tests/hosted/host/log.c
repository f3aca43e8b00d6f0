/*
 * A log of what reaches the devices, for tests of what a loss of power or the kernel's death leaves: a record for each
 * write, each flush, each write to the memory beside a device, and each mark that the program sets. Little endian: kind, length, offset (of a
 * mark: its number; of a flush: how many writes it made stable); then the bytes of a write.
 */
#include <pthread.h>
#include <stdio.h>

#include "internal.h"

enum kind { WRITE = 1, FLUSH = 2, MARK = 3, NVRAM = 4 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the rest */
static FILE *file;
static int without_flushes;
static uint64_t writes;

void
host_log_open(const char *path, int ignore_flushes)
{
	file = fopen(path, "wb");
	if (file == NULL)
		host_die("cannot write the log %s", path);
	without_flushes = ignore_flushes;
}

static void
record(uint32_t kind, uint32_t length, uint64_t offset, const void *data)
{
	if (file == NULL)
		return;
	pthread_mutex_lock(&lock);
	if (kind == FLUSH)
		offset = writes;
	writes += kind == WRITE;
	fwrite(&kind, sizeof(kind), 1, file);
	fwrite(&length, sizeof(length), 1, file);
	fwrite(&offset, sizeof(offset), 1, file);
	fwrite(data, 1, length, file);
	if (fflush(file) != 0)
		host_die("the log cannot be written");
	pthread_mutex_unlock(&lock);
}

void host_log_write(const void *data, size_t n, int64_t off) { record(WRITE, (uint32_t)n, (uint64_t)off, data); }
void host_log_nvram(const void *data, size_t n, int64_t off) { record(NVRAM, (uint32_t)n, (uint64_t)off, data); }
void host_log_mark(uint64_t number) { record(MARK, 0, number, ""); }

void
host_log_flush(void)
{
	if (!without_flushes)
		record(FLUSH, 0, 0, "");
}
