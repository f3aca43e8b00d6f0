/*
 * Memory functions; the compiler may call them by itself.
 */
#ifndef CORE_MEM_H
#define CORE_MEM_H

#include <stddef.h>

void *memset(void *, int, size_t);
void *memcpy(void *, const void *, size_t);
int   memcmp(const void *, const void *, size_t);

#endif
