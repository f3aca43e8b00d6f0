/*
 * Building the first component, the booter, from the boot image: a USTAR archive with an ELF64 executable named "booter"
 * (boot.c, elf.c). A boot image that is not right ends in panic with one sentence.
 */
#ifndef CORE_BOOT_H
#define CORE_BOOT_H

#include "hal.h"

/* elf.c: finds "booter" in the archive and loads its segments with boot_user_page(). Every offset is checked. Result: its
 * entry. */
u64 elf_load(const u8 *archive, u64 bytes);

/* Maps a new zeroed page, or a frame, into the booter. */
void *boot_user_page(u64 va, word_t prot);
void  boot_map(u64 va, u64 frame, word_t prot);

#endif
