/*
 * What the C library of Debian 12 does not have of components/lib/string.h.
 */
#ifndef UNIT_BSD_H
#define UNIT_BSD_H

#include <stddef.h>

size_t cos_strlcpy(char *to, const char *from, size_t size);

#endif
