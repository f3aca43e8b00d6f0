/*
 * Copies the source's tree to the target: folders, files with their holes, symbolic links, hard
 * links, modes, owners, times.
 */
#ifndef COPY_H
#define COPY_H

#include <abi/types.h>

struct copied {
	u64 folders, files, symlinks, links; /* links: further names of files */
	u64 bytes, pieces;                   /* of files, holes included; of 4 KiB, begun ones too */
	cycles_t ticks;                      /* that these took, without opening, closing, attributes */
};

/* Result: 0, or the first error, which has been printed; then c says how far it came. */
long copy_tree(struct copied *c);

#endif
