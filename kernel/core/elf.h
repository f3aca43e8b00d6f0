/*
 * Loading the booter at boot: an ELF64 executable out of a USTAR archive. Nothing in the archive is trusted: every offset is checked.
 */
#ifndef CORE_ELF_H
#define CORE_ELF_H

#include "hal.h"

/* Finds "booter" in the archive and loads its segments with boot_user_page(). Result: its entry. */
u64 elf_load(const u8 *archive, u64 bytes);

/* boot.c: maps a new zeroed page, or a frame, into the booter. */
void *boot_user_page(u64 va, word_t prot);
void  boot_map(u64 va, u64 frame, word_t prot);

#endif
