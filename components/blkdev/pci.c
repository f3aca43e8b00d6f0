/*
 * The configuration space of one PCI device, by ports 0xcf8 and 0xcfc.
 */
#include "pci.h"

#include <lib/component.h>
#include <lib/kcall.h>

#define DEVICES 32

enum { ADDRESS = 0, DATA = 4, ENABLE = 1 << 31 };
enum { COMMAND_MEMORY = 2, COMMAND_MASTER = 4, COMMAND_NO_LINE = 1 << 10, BAR_PORTS = 1, BAR_64 = 4 };

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
pci_find(u32 at, u32 mask, u32 word)
{
	for (chosen = 0; chosen < DEVICES; chosen++)
		if (pci_read(0) != ~0u && (pci_read(at) & mask) == word)
			return 1;
	return 0;
}

u64
pci_move(u32 bar)
{
	const struct info_grant *g = cos_grant(GRANT_DEVICE, 0);
	u32 at = PCI_BARS + bar * 4, kind, bytes;

	if (!g)
		cos_panic("the script gives no range for the device's registers");
	pci_write(PCI_COMMAND, COMMAND_NO_LINE);
	kind = pci_read(at);
	pci_write(at, ~0u);
	bytes = -(pci_read(at) & ~15u);
	if (kind & BAR_PORTS || !bytes || bytes > g->b || g->a % bytes)
		cos_panic("the device's registers do not fit into the range that the script gives");
	pci_write(at, g->a);
	if (kind & BAR_64)
		pci_write(at + 4, 0);
	pci_write(PCI_COMMAND, COMMAND_MEMORY | COMMAND_MASTER);
	return g->b;
}
