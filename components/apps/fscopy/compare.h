/*
 * Compares both trees: names, attributes, contents byte by byte, which names are one file.
 */
#ifndef COMPARE_H
#define COMPARE_H

#include <abi/types.h>

struct compared {
	u64 names, bytes;
};

/* Result: 0, or an error after the first difference, which has been printed. */
long compare_trees(struct compared *c);

#endif
