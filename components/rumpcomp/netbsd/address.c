/*
 * Addresses of sockets: from our form to NetBSD's and back.
 */
#include "address.h"

#include "rump.h"

/* Where in data the parts are. IPv6 has four more bytes behind the port, which are zero. */
enum { PORT = 0, INET_HOST = 2, INET_BYTES = 14, INET6_HOST = 6, INET6_SCOPE = 22, INET6_BYTES = 26 };
enum { HEAD = offsetof(struct nb_address, data), HOST_INET = 4, HOST_INET6 = 16 };

static void
copy(uint8_t *to, const uint8_t *from, unsigned n)
{
	while (n-- > 0)
		*to++ = *from++;
}

static void
path_to(const struct rsys_address *a, struct nb_address *out)
{
	unsigned n = 0;

	for (; a->path[n] != 0; n++)
		out->data[n] = (uint8_t)a->path[n];
	out->len = (uint8_t)(HEAD + n);
}

long
address_to(const struct rsys_address *a, struct nb_address *out)
{
	*out = (struct nb_address){HEAD + INET_BYTES, (uint8_t)a->family, {(uint8_t)(a->port >> 8), (uint8_t)a->port}};
	switch (a->family) {
	case RSYS_FAMILY_NONE:
		return 0;
	case RSYS_LOCAL:
		path_to(a, out);
		return 0;
	case RSYS_INET:
		copy(out->data + INET_HOST, a->host, HOST_INET);
		return 0;
	case RSYS_INET6:
		out->len = HEAD + INET6_BYTES;
		copy(out->data + INET6_HOST, a->host, HOST_INET6);
		__builtin_memcpy(out->data + INET6_SCOPE, &a->scope, sizeof(a->scope));
		return 0;
	}
	return -NB_EAFNOSUPPORT;
}

/* A path ends with a zero or where the address does. */
static void
path_from(const struct nb_address *a, unsigned bytes, struct rsys_address *out)
{
	for (unsigned n = 0; n < bytes && n < RSYS_PATH_LOCAL && a->data[n] != 0; n++)
		out->path[n] = (char)a->data[n];
}

void
address_from(const struct nb_address *a, uint32_t bytes, struct rsys_address *out)
{
	unsigned n = bytes < a->len ? bytes : a->len; /* how much is there */
	unsigned data = n > HEAD ? n - HEAD : 0;
	uint16_t port = (uint16_t)(a->data[PORT] << 8 | a->data[PORT + 1]);

	*out = (struct rsys_address){.family = RSYS_FAMILY_NONE};
	if (n < HEAD)
		return;
	if (a->family == RSYS_LOCAL) {
		out->family = RSYS_LOCAL;
		path_from(a, data, out);
	} else if (a->family == RSYS_INET && data >= INET_BYTES) {
		*out = (struct rsys_address){.family = RSYS_INET, .port = port};
		copy(out->host, a->data + INET_HOST, HOST_INET);
	} else if (a->family == RSYS_INET6 && data >= INET6_BYTES) {
		*out = (struct rsys_address){.family = RSYS_INET6, .port = port};
		copy(out->host, a->data + INET6_HOST, HOST_INET6);
		__builtin_memcpy(&out->scope, a->data + INET6_SCOPE, sizeof(out->scope));
	}
}
