/*
 * What the invocations of socket have in common.
 */
#ifndef SERVE_SOCKET_H
#define SERVE_SOCKET_H

#include "rsys.h"
#include "session.h"

/* Copies the address at the buffer's beginning in. -EINVAL: its path does not end. */
long serve_take_address(const struct session *, struct rsys_address *);

#endif
