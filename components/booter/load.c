/*
 * Loading a program of the boot image into frames of its own.
 */
#include <lib/string.h>

#include "booter.h"
#include "elf.h"

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
load_segment(struct pgtbl_cap p, const u8 *file, const struct elf_segment *s)
{
	word_t prot = MAP_READ | (s->flags & ELF_W ? MAP_WRITE : 0) | (s->flags & ELF_X ? MAP_EXEC : 0);

	for (u64 va = s->vaddr & -PAGE_SIZE; va < s->vaddr + s->memsz; va += PAGE_SIZE)
		load_page(p, file, s, va, prot);
}

u64
load_program(struct pgtbl_cap p, const char *name)
{
	u64 size;
	const u8 *file = image_file(name, &size);
	struct elf_program e;
	struct elf_segment s;

	if (!elf_open(&e, file, size))
		die("program %s is no ELF64 executable", name);
	for (u32 i = 0; i < e.segments; i++) {
		enum elf_found f = elf_segment(&e, i, IMAGE_VA, STACK_VA, &s);

		if (f == ELF_BAD)
			die("program %s: segment %u does not fit at %lx", name, i, s.vaddr);
		if (f == ELF_LOAD)
			load_segment(p, file, &s);
	}
	return e.entry;
}
