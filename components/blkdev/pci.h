/*
 * The configuration space of one device on PCI bus 0.
 */
#ifndef BLKDEV_PCI_H
#define BLKDEV_PCI_H

#include <abi/types.h>

enum pci_at { PCI_COMMAND = 4, PCI_CLASS = 8, PCI_BARS = 0x10, PCI_CAPS = 0x34, PCI_LINE = 0x3c };

/* Chooses the first device whose word at a place is this under a mask. Result: 0 if there is none. */
int pci_find(u32 at, u32 mask, u32 word);
u32 pci_read(u32 at);
void pci_write(u32 at, u32 value);

/*
 * Moves the registers behind a base address register to the range that the script gives (devices),
 * mapped at DEVICES_VA, and lets the device use memory. Result: bytes of the range. Panics if they do
 * not fit.
 */
u64 pci_move(u32 bar);

#endif
