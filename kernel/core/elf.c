/*
 * Loading the booter. Formats: USTAR as in POSIX.1-1988 (512-byte headers, octal numbers); ELF64 as in the System V ABI.
 */
#include "boot.h"

#include "mem.h"
#include "print.h"

#define TAR_BLOCK 512
#define TAR_SIZE  124 /* offset and length of the size field */
#define TAR_DIGITS 11

struct elf_header {
	u8  ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

enum { ELF_LOAD = 1, ELF_X = 1, ELF_W = 2, ELF_EXEC = 2, ELF_X86_64 = 62 };

static u64
octal(const u8 *p, u32 digits)
{
	u64 v = 0;

	for (; digits && *p >= '0' && *p <= '7'; p++, digits--)
		v = v * 8 + (*p - '0');
	return v;
}

/* The file's contents, and its length; NULL if the archive has none of that name. */
static const u8 *
tar_find(const u8 *archive, u64 bytes, const char *name, u64 length, u64 *size)
{
	u64 at = 0;

	while (bytes - at >= TAR_BLOCK && archive[at]) {
		*size = octal(archive + at + TAR_SIZE, TAR_DIGITS);
		if (*size > bytes - at - TAR_BLOCK)
			return NULL;
		if (memcmp(archive + at, name, length + 1) == 0)
			return archive + at + TAR_BLOCK;
		at += TAR_BLOCK + (*size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
		if (at > bytes)
			return NULL;
	}
	return NULL;
}

static void
load_page(const u8 *file, const struct elf_segment *s, u64 va, word_t prot)
{
	u8 *page = boot_user_page(va, prot);
	u64 from = va > s->vaddr ? va : s->vaddr;
	u64 end = s->vaddr + s->filesz;
	u64 to = va + PAGE_SIZE < end ? va + PAGE_SIZE : end;

	if (from < to)
		memcpy(page + (from - va), file + s->offset + (from - s->vaddr), to - from);
}

static void
load_segment(const u8 *file, u64 size, const struct elf_segment *s)
{
	word_t prot = MAP_READ | (s->flags & ELF_W ? MAP_WRITE : 0) | (s->flags & ELF_X ? MAP_EXEC : 0);

	if (s->filesz > s->memsz || s->offset > size || s->filesz > size - s->offset ||
	    s->vaddr >= USER_END || s->memsz > USER_END - s->vaddr ||
	    (prot & MAP_WRITE && prot & MAP_EXEC))
		panic("the boot image's booter has a bad segment at %lx", s->vaddr);
	for (u64 va = s->vaddr & -PAGE_SIZE; va < s->vaddr + s->memsz; va += PAGE_SIZE)
		load_page(file, s, va, prot);
}

u64
elf_load(const u8 *archive, u64 bytes)
{
	u64 size;
	const u8 *file = tar_find(archive, bytes, "booter", 6, &size);
	struct elf_header h = {0};
	struct elf_segment s;

	if (!file)
		panic("the boot image has no file \"booter\"");
	memcpy(&h, file, size < sizeof(h) ? 0 : sizeof(h));
	if (memcmp(h.ident, "\177ELF\2\1", 6) || h.type != ELF_EXEC || h.machine != ELF_X86_64 ||
	    h.entry >= USER_END || h.phentsize != sizeof(s) || h.phoff > size ||
	    h.phnum > (size - h.phoff) / sizeof(s))
		panic("the boot image's booter is no ELF64 executable for x86-64");
	for (u32 i = 0; i < h.phnum; i++) {
		memcpy(&s, file + h.phoff + i * sizeof(s), sizeof(s));
		if (s.type == ELF_LOAD && s.memsz)
			load_segment(file, size, &s);
	}
	return h.entry;
}
