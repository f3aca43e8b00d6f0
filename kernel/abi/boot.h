/*
 * What the kernel leaves in the booter's memory. The booter is the file "booter" of the boot image, a static ELF64
 * executable; its first thread enters at the ELF entry, as every new thread does (op.h), with argument 0 and id 0.
 */
#ifndef ABI_BOOT_H
#define ABI_BOOT_H

#include "types.h"

#define BOOT_MAGIC      0x534f4332504d5552UL /* "RUMP2COS" */
#define BOOT_INFO_VA    0x0000000030000000UL /* struct boot_info, one page, read-only */
#define BOOT_IMAGE_VA   0x0000100000000000UL /* the boot image, read-only, page-aligned, whole pages */

#define BOOT_REGIONS 8

struct boot_info {
	u64 magic;
	u64 frames;       /* frames of the machine: indices into SLOT_BOOT_FRAME */
	u64 image_frame;  /* first frame of the boot image; its frames have type user */
	u64 image_bytes;
	u64 tsc_hz;       /* measured at boot */
	u64 regions;      /* used entries below */
	struct {
		u64 first, count; /* frames that were untyped when the booter started */
	} region[BOOT_REGIONS];
	char cmdline[256];
};

_Static_assert(sizeof(struct boot_info) == 48 + 16 * BOOT_REGIONS + 256, "boot_info layout");

#endif
