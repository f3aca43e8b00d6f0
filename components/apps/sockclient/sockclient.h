/*
 * What the parts of the client share.
 */
#ifndef SOCKCLIENT_H
#define SOCKCLIENT_H

#include <abi/types.h>
#include <socket/socket_client.h>

#define STREAM_PATH   "/echo-stream"
#define DATAGRAM_PATH "/echo-datagram"
#define OWN_PATH      "/sockclient-own"
#define OWN_FILE      "/sockclient-file"
#define PORT          7 /* of the server */
#define FREE_PORT     9 /* where nobody listens */

extern int family; /* enum socket_family */

/* Counts a result that is not the one wanted, and says so. */
void expect(const char *what, long got, long want);

/* Where the server has its socket of a type. */
struct socket_address server_at(int type);

/* A new socket that is connected to the server's; the component ends if there is none. */
int connect_to(int type);

/* Sends so many bytes over a connection and receives them again; then at once over several. */
void try_streams(u64 bytes);
void try_datagrams(void);
void try_calls(void);

#endif
