/*
 * A virtio block device on the PCI bus: finding it, starting it, its registers.
 */
#ifndef BLKDEV_DEVICE_H
#define BLKDEV_DEVICE_H

#include "virtq.h"

struct device {
	u64 sectors;
	int readonly;
	int can_flush; /* else every write is on stable storage when it completes */
	u32 line;      /* of its interrupt */
};

/* Finds the first one and starts it with this queue; panics if there is none, or it is unfit. */
void device_start(struct device *, const struct virtq *);
/* Tells it that requests are available. */
void device_notify(void);
/* Takes its interrupt back, so that the line is quiet. */
void device_quiet(void);
/* Stops it: when this returns, it neither reads nor writes memory any more. */
void device_stop(void);

/* pci.c: the configuration space of the device that pci_find found on bus 0. */
int pci_find(u32 id); /* 0 if there is none */
u32 pci_read(u32 at);
void pci_write(u32 at, u32 value);

#endif
