/*
 * ELF64 executables.
 */
#include "elf.h"

#include <lib/string.h>

struct elf_header {
	u8  ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

_Static_assert(sizeof(struct elf_header) == 64, "elf_header layout");

enum { TYPE_EXEC = 2, MACHINE_X86_64 = 62, SEGMENT_LOAD = 1 };

int
elf_open(struct elf_program *p, const u8 *file, u64 size)
{
	struct elf_header h;

	if (size < sizeof(h))
		return 0;
	memcpy(&h, file, sizeof(h));
	if (memcmp(h.ident, "\177ELF\2\1", 6) || h.type != TYPE_EXEC || h.machine != MACHINE_X86_64)
		return 0;
	if (h.phentsize != sizeof(struct elf_segment) || h.phoff > size ||
	    h.phnum > (size - h.phoff) / sizeof(struct elf_segment))
		return 0;
	*p = (struct elf_program){file, size, h.entry, h.phoff, h.phnum};
	return 1;
}

enum elf_found
elf_segment(const struct elf_program *p, u32 i, u64 low, u64 high, struct elf_segment *s)
{
	memcpy(s, p->file + p->phoff + i * sizeof(*s), sizeof(*s));
	if (s->type != SEGMENT_LOAD || s->memsz == 0)
		return ELF_SKIP;
	if (s->filesz > s->memsz || s->offset > p->size || s->filesz > p->size - s->offset)
		return ELF_BAD;
	if (s->vaddr < low || s->vaddr >= high || s->memsz > high - s->vaddr)
		return ELF_BAD;
	return ELF_LOAD;
}
