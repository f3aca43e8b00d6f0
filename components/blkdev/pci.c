/*
 * The configuration space of one PCI device, by ports 0xcf8 and 0xcfc.
 */
#include <lib/component.h>
#include <lib/kcall.h>

#include "device.h"

#define DEVICES 32

enum { ADDRESS = 0, DATA = 4, ENABLE = 1 << 31 };

static u32 chosen;

static struct ioport_cap
ports(void)
{
	return (struct ioport_cap){cos_grant(GRANT_IOPORT, 0)->slot};
}

u32
pci_read(u32 at)
{
	ioport_out(ports(), ADDRESS, 4, (u32)ENABLE | chosen << 11 | (at & 0xfc));
	return ioport_in(ports(), DATA, 4).r1;
}

void
pci_write(u32 at, u32 value)
{
	ioport_out(ports(), ADDRESS, 4, (u32)ENABLE | chosen << 11 | (at & 0xfc));
	ioport_out(ports(), DATA, 4, value);
}

int
pci_find(u32 id)
{
	for (chosen = 0; chosen < DEVICES; chosen++)
		if (pci_read(0) == id)
			return 1;
	return 0;
}
