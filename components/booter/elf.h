/*
 * Reading an ELF64 executable (System V ABI) that lies in memory. Every offset is checked;
 * nothing outside [file, file + size) is read.
 */
#ifndef BOOTER_ELF_H
#define BOOTER_ELF_H

#include <abi/types.h>

struct elf_program {
	const u8 *file;
	u64 size, entry;
	u64 phoff;    /* offset of the program headers */
	u32 segments; /* their number */
};

/* A program header as it lies in the file. */
struct elf_segment {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

enum elf_flag { ELF_X = 1, ELF_W = 2 };

_Static_assert(sizeof(struct elf_segment) == 56, "elf_segment layout");

/* Result: 0 if the file is no x86-64 executable, or its program headers do not lie within. */
int elf_open(struct elf_program *, const u8 *file, u64 size);

enum elf_found { ELF_BAD = 0, ELF_LOAD = 1, ELF_SKIP = 2 };

/*
 * Segment i. ELF_LOAD: it is to be loaded, its data lie within the file and its memory within
 * [low, high). ELF_SKIP: it is none to load.
 */
enum elf_found elf_segment(const struct elf_program *, u32 i, u64 low, u64 high, struct elf_segment *);

#endif
