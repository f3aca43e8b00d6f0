/*
 * The functions of fs_client.h on a folder of the host, so that the client's own logic can be
 * tested without a rump kernel.
 */
#ifndef TEST_POSIX_H
#define TEST_POSIX_H

/* The folder that stands for "/". */
void posix_root(const char *folder);

#endif
