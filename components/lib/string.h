/*
 * Memory and strings, with the meaning that C gives them. Freestanding programs need the first
 * four even if they call none.
 */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include <stddef.h>

void  *memcpy(void *, const void *, size_t);
void  *memmove(void *, const void *, size_t);
void  *memset(void *, int, size_t);
int    memcmp(const void *, const void *, size_t);
size_t strlen(const char *);
size_t strnlen(const char *, size_t);
int    strcmp(const char *, const char *);
int    strncmp(const char *, const char *, size_t);

/* Copies at most size - 1 bytes and terminates. Result: strlen(from). */
size_t cos_strlcpy(char *to, const char *from, size_t size);

#endif
