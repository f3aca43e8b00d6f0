/*
 * The plan of the client's own files. A change here is a change of runscripts/runlib/plan.py.
 */
#include "plan.h"

#include <lib/print.h>
#include <lib/string.h>

#define NAME_MOST 255
#define WORD sizeof(u64)

/* splitmix64. */
static u64
mix(u64 x)
{
	x += 0x9e3779b97f4a7c15UL;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9UL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebUL;
	return x ^ x >> 31;
}

static u64
file_random(const struct plan *p, u32 file)
{
	return mix(mix(p->seed) ^ file);
}

u64
plan_random(const struct plan *p, u32 file, u64 round)
{
	return mix(file_random(p, file) ^ mix(round));
}

u64
plan_written_size(const struct plan *p, u32 file)
{
	u64 r = file_random(p, file);

	switch (file % 8) {
	case 0: return 0;
	case 1: return r % 16;
	case 2: return 1024 * (r % 5);
	case 3: return r % 5000;
	case 4: return 11 * 1024 + r % 3000; /* around the first indirect block, if small */
	case 5: return file == 5 ? 400 * 1024 : r % 20000;
	case 6: return r % 700;
	default: return 300000 + r % 1000;   /* behind the double-indirect boundary, if small */
	}
}

u64
plan_size(const struct plan *p, u32 file)
{
	u64 size = plan_written_size(p, file);

	return plan_is_cut(file) ? size / 2 : size;
}

u32
plan_mode(u32 file)
{
	static const u32 modes[] = {0644, 0600, 0755};

	return modes[file % 3];
}

void
plan_contents(const struct plan *p, u32 file, u64 from, u8 *to, size_t n)
{
	u64 r = file_random(p, file), size = plan_written_size(p, file);
	u64 start = plan_is_sparse(file) ? size - PLAN_TAIL : 0;

	for (size_t i = 0; i < n; i++) {
		u64 at = from + i;

		to[i] = at < start ? 0 : mix(r + at / WORD) >> at % WORD * 8;
	}
}

size_t
plan_folder(const struct plan *p, char *to, u32 folder)
{
	size_t n;

	if (folder == 0)
		return cos_strlcpy(to, p->base, PLAN_PATH);
	n = plan_folder(p, to, (folder - 1) / 3);
	return n + cos_snprintf(to + n, PLAN_PATH - n, folder % 5 == 3 ? "/d%u größe" : "/d%u", folder);
}

size_t
plan_file(const struct plan *p, char *to, u32 file)
{
	size_t n = plan_folder(p, to, file % PLAN_FOLDERS);
	size_t name = cos_snprintf(to + n, PLAN_PATH - n, "/f%u", file) - 1;

	if (file % 10 == 7) {
		memset(to + n + 1 + name, 'x', NAME_MOST - name);
		name = NAME_MOST;
		to[n + 1 + name] = 0;
	}
	return n + 1 + name;
}

size_t
plan_temporary(const struct plan *p, char *to, u32 file)
{
	return cos_snprintf(to, PLAN_PATH, "%s/t%u", p->base, file);
}

size_t
plan_link(const struct plan *p, char *to, u32 file)
{
	return cos_snprintf(to, PLAN_PATH, "%s/l%u", p->base, file);
}

size_t
plan_symlink(const struct plan *p, char *to, u32 symlink)
{
	size_t n = plan_folder(p, to, symlink % PLAN_FOLDERS);

	return n + cos_snprintf(to + n, PLAN_PATH - n, "/s%u", symlink);
}

size_t
plan_target(char *to, u32 symlink)
{
	size_t n = 70 + symlink * 31; /* too long to lie in the inode */

	if (symlink % 2 == 0)
		return cos_snprintf(to, PLAN_PATH, "f%u", symlink);
	memset(to, 't', n);
	to[n] = 0;
	return n;
}

u32
plan_names(u32 folder)
{
	u32 n = 0;

	for (u32 i = 1; i < PLAN_FOLDERS; i++)
		n += (i - 1) / 3 == folder;
	for (u32 i = 0; i < PLAN_FILES; i++) {
		n += i % PLAN_FOLDERS == folder && !plan_is_unlinked(i);
		n += folder == 0 && plan_is_linked(i);
	}
	for (u32 i = 0; i < PLAN_SYMLINKS; i++)
		n += i % PLAN_FOLDERS == folder;
	return n;
}
