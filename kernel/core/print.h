/*
 * The kernel's own words: a few lines at boot, and the last ones. %s %u %x, and %lu %lx for 64 bits.
 */
#ifndef CORE_PRINT_H
#define CORE_PRINT_H

void kprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A kernel bug, or a fault in the trusted base: says why and ends the machine. */
void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
