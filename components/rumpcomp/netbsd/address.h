/*
 * Addresses of sockets in NetBSD's form: its length, its family, and what the family has; numbers
 * of the network with their first byte first. Converted here, both ways.
 */
#ifndef NETBSD_ADDRESS_H
#define NETBSD_ADDRESS_H

#include <stdint.h>

#include "../rsys.h"

struct nb_address {
	uint8_t len; /* of all of it */
	uint8_t family;
	uint8_t data[RSYS_PATH_LOCAL + 1];
};

_Static_assert(sizeof(struct nb_address) == 106, "struct sockaddr_un, the largest");

/* Result: 0, or -EAFNOSUPPORT for a family that rsys does not know. RSYS_FAMILY_NONE has an address, too. */
long address_to(const struct rsys_address *, struct nb_address *);

/* bytes: so many the kernel wrote. An address of another family, or none at all, has the family RSYS_FAMILY_NONE. */
void address_from(const struct nb_address *, uint32_t bytes, struct rsys_address *);

#endif
