/*
 * What the client finds wrong: counted, and the first of it printed.
 */
#ifndef FSCLIENT_COMPLAIN_H
#define FSCLIENT_COMPLAIN_H

/* Prints "fsclient: wrong: ..." unless that has been printed often enough. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* How often so far. */
unsigned long complaints(void);

/*
 * A path for a message: bytes that are no printable ASCII become "?", long ones are cut. Valid
 * until the next call.
 */
const char *shown(const char *path, unsigned long length);

#endif
