/*
 * The fuzzed rump kernel: input.c tells what an input means, disk.c is the disk below.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Starts the rump kernel and reads the disks that the environment variable FUZZ_IMAGES names a
 * folder of. Once. */
void fuzz_start(void);

/* One input: mount, operations, unmount. Aborts with a sentence if anything is wrong. Result: 1 if
 * the disk must satisfy e2fsck now, since nothing damaged it or failed. */
int fuzz_one(const uint8_t *input, size_t n);

/* Prints each operation and its result. */
void fuzz_explain(void);

/* Ends the process, which has found something. */
void fuzz_wrong(const char *format, ...) __attribute__((__noreturn__, format(printf, 1, 2)));

/*
 * The disk: bytes in memory, of any contents. It is "disk0" or "disk1", by its size, 1 MiB or 2; the
 * other one is not there. Every request outside of it and every write while it is read-only is a finding.
 */
#define DISK_MOST (2u << 20)

extern uint8_t disk_bytes[DISK_MOST];
extern uint32_t disk_size;

void disk_set(const uint8_t *bytes, uint32_t size); /* it is now this one */
void disk_keep(void);                               /* remembers what is on it ... */
void disk_restore(void);                            /* ... and has it there again */
void disk_readonly(int);
void disk_fail(unsigned after, unsigned n); /* after that many requests, n fail; n = 0: none */
unsigned disk_failed(void);                 /* how many have, since disk_fail */

#endif
