/*
 * Requests on their way: from a client's ring to the device and back, or to the volatile cache.
 * The caller guards all of it with one lock.
 */
#ifndef BLKDEV_SLOT_H
#define BLKDEV_SLOT_H

#include <blk/server.h>
#include <blk/server/log.h>

#include "device.h"

extern struct device device;
extern struct blk_log request_log;

/* Starts the device, cache and log. */
void slots_init(void);

/* Can a request be begun? */
int slots_room(void);

/* Begins a request, already taken from its client's ring: refuses it, if it is wrong, or carries it
 * out. */
void slots_begin(struct blk_client *, struct blk_request *);

/* What the device has finished. */
void slots_advance(void);

/* Tells the device of what is new. */
void slots_push(void);

/* Has a client requests that are not finished? */
int slots_busy(const struct blk_client *);

/* The client is closing, and the device takes too long: it is reset, and what others wait for is
 * given to it again. */
void slots_restart(void);

#endif
