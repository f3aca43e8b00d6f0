/*
 * The files as they must be, in memory.
 */
#include "model.h"

#include <abi/err.h>
#include <lib/print.h>
#include <lib/string.h>

struct file files[FILES];

void
model_path(char *to, u32 i)
{
	cos_snprintf(to, 16, "/heir-%u", i);
}

void
model_fill(u8 *to, u32 n, u64 seed)
{
	for (u32 i = 0; i < n; i++) {
		seed = seed * 6364136223846793005 + 1442695040888963407;
		to[i] = seed >> 56;
	}
}

void
model_write(struct file *f, const u8 *from, u32 n, u32 at)
{
	if (at > f->size)
		memset(f->bytes + f->size, 0, at - f->size);
	memcpy(f->bytes + at, from, n);
	if (at + n > f->size)
		f->size = at + n;
}

void
model_truncate(struct file *f, u32 size)
{
	if (size > f->size)
		memset(f->bytes + f->size, 0, size - f->size);
	f->size = size;
}

static int
same_contents(const struct kernel *k, const char *path, const struct file *f)
{
	static u8 got[SIZE_MAX];
	long fd = k->open(path, FS_RDONLY, 0), n;

	if (fd < 0)
		return 0;
	n = k->pread((int)fd, got, SIZE_MAX, 0);
	return k->close((int)fd) == 0 && n == (long)f->size && memcmp(got, f->bytes, f->size) == 0;
}

int
model_check(const struct kernel *k, u32 i)
{
	const struct file *f = &files[i];
	struct fs_stat st;
	char path[16];
	long e;

	model_path(path, i);
	e = k->stat(path, &st);
	if (f->there ? e == 0 && st.size == f->size && same_contents(k, path, f) : e == -ENOENT)
		return 1;
	cos_printf("fsheir: %s of the %s kernel is not what it must be (%ld, size %lu, not %u)\n", path, k->name, e,
	           e == 0 ? st.size : 0, f->there ? f->size : 0);
	return 0;
}
