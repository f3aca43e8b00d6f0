/*
 * Loading a program: an ELF64 executable of the boot image, into frames of its own. Format: System V ABI. Every offset is checked.
 */
#include <lib/string.h>

#include "booter.h"

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

/* One page of a segment: a new frame with the part of the file that falls into it. */
static void
load_page(struct pgtbl_cap p, const u8 *file, const struct elf_segment *s, u64 va, word_t prot)
{
	u64 n = alloc_frame();
	u64 from = va > s->vaddr ? va : s->vaddr, end = s->vaddr + s->filesz;
	u64 to = va + PAGE_SIZE < end ? va + PAGE_SIZE : end;

	if (frame_to_user(all_frames, n))
		die("frame %lu is not untyped", n);
	if (from < to) {
		memcpy((u8 *)window_open(n) + (from - va), file + s->offset + (from - s->vaddr), to - from);
		window_close();
	}
	space_map(p, n, va, prot);
}

static void
load_segment(struct pgtbl_cap p, const char *name, const u8 *file, u64 size, const struct elf_segment *s)
{
	word_t prot = MAP_READ | (s->flags & ELF_W ? MAP_WRITE : 0) | (s->flags & ELF_X ? MAP_EXEC : 0);

	if (s->filesz > s->memsz || s->offset > size || s->filesz > size - s->offset || s->vaddr < IMAGE_VA ||
	    s->vaddr >= STACK_VA || s->memsz > STACK_VA - s->vaddr)
		die("program %s has a bad segment at %lx", name, s->vaddr);
	for (u64 va = s->vaddr & -PAGE_SIZE; va < s->vaddr + s->memsz; va += PAGE_SIZE)
		load_page(p, file, s, va, prot);
}

u64
load_program(struct pgtbl_cap p, const char *name)
{
	u64 size;
	const u8 *file = image_file(name, &size);
	struct elf_header h;
	struct elf_segment s;

	if (size < sizeof(h))
		die("program %s is no ELF64 executable", name);
	memcpy(&h, file, sizeof(h));
	if (memcmp(h.ident, "\177ELF\2\1", 6) || h.type != ELF_EXEC || h.machine != ELF_X86_64 ||
	    h.phentsize != sizeof(s) || h.phoff > size || h.phnum > (size - h.phoff) / sizeof(s))
		die("program %s is no ELF64 executable", name);
	for (u32 i = 0; i < h.phnum; i++) {
		memcpy(&s, file + h.phoff + i * sizeof(s), sizeof(s));
		if (s.type == ELF_LOAD && s.memsz)
			load_segment(p, name, file, size, &s);
	}
	return h.entry;
}
