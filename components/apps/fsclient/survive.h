/*
 * Touching everything on a disk of which nothing is known, perhaps a corrupt one: errors are no
 * fault, only never coming back would be.
 */
#ifndef FSCLIENT_SURVIVE_H
#define FSCLIENT_SURVIVE_H

#include <abi/types.h>

struct survival {
	u64 names, bytes, errors; /* looked at, read, met */
};

/* Visits what is below root, a limited number of names, and writes a little. */
void survive(const char *root, struct survival *);

#endif
