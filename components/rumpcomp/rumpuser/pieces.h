/*
 * What bios are cut into: slots of the ring and pages of the session buffer. All of it is guarded by disk_lock, which the caller
 * holds.
 */
#ifndef PIECES_H
#define PIECES_H

#include <stddef.h>
#include <stdint.h>

#include "disk.h"

#define PIECE_MAX 65536UL /* bytes */

/* Opens a device, of which only the number is known. Result: 0 or an errno. */
int pieces_open(struct disk *);

/* Where in its buffer NVRAM_WINDOW bytes lie that requests do not use. */
size_t pieces_window(void);

/* Puts a piece (all but page is given) for a sector of the device into the ring; what is to be written is copied. The server is not
 * kicked. Result: 0 if there is no room now. */
int  piece_issue(struct disk *, const struct piece *, uint64_t sector);

/* Puts a flush into the ring; there is none in it. */
void piece_flush(struct disk *);

/* Takes what the server has completed; what was read is copied out. Tells bio.c of each piece and each flush: */
void pieces_take(struct disk *);
void bio_piece_over(struct bio *, int error);
void bio_flush_over(struct disk *, int error);

#endif
