/*
 * What the conformance program needs of whichever host it is linked with.
 */
#ifndef PLATFORM_H
#define PLATFORM_H

/* Makes two files known as disk0 and disk1, and another as conform.toml, which is only read. */
void platform_start(char *const disks[2], const char *text);

/* After the tests. NULL, or what should have happened and has not. */
const char *platform_check(void);

#endif
