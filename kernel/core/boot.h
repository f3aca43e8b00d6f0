/*
 * Building the first component, the booter, from the boot image: a USTAR archive with an ELF64 executable named "booter".
 * A boot image that is not right ends in panic with one sentence.
 */
#ifndef CORE_BOOT_H
#define CORE_BOOT_H

#include "hal.h"

/* Turns the frames of the boot image into user memory. */
void boot_image(const struct machine *);

/* Makes the booter and its thread, and makes that the running one. */
void boot_booter(const struct machine *);

#endif
