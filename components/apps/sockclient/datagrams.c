/*
 * Datagrams: each comes back whole, and from the server.
 */
#include <abi/err.h>
#include <fs/fs_client.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>

#include "sockclient.h"

#define ROUNDS  200
#define LARGEST 2000
#define TOO_BIG 60000 /* more than any takes that was not asked to */
#define SECOND  1000000

static u8 out[TOO_BIG], in[LARGEST + 1];

/* Whoever wants an answer needs a name, among local sockets. */
static int
own_socket(void)
{
	long fd = sock_open(family, SOCKET_DATAGRAM, 0);
	struct socket_address a;

	sock_path(&a, OWN_PATH);
	if (family == SOCKET_LOCAL)
		expect("bind", sock_bind((int)fd, &a), 0);
	return (int)fd;
}

/* Sends one, to an address or to whom it is connected, and waits for it to come back. */
static void
send_and_wait(int fd, const struct socket_address *to, word_t n)
{
	struct socket_poll p = {.fd = fd, .events = SOCKET_IN};
	struct socket_address from;
	long sent = to != NULL ? sock_sendto(fd, out, n, 0, to) : sock_send(fd, out, n, 0);

	expect("sending a datagram", sent, (long)n);
	expect("waiting for it", sock_poll(&p, 1, 5 * SECOND), 1);
	expect("receiving it", sock_receivefrom(fd, in, sizeof(in), SOCKET_DONTWAIT, &from), (long)n);
	expect("its bytes", memcmp(in, out, n), 0);
	if (family == SOCKET_LOCAL)
		expect("its sender", strcmp(from.path, DATAGRAM_PATH), 0);
	else
		expect("its sender", from.port, PORT);
}

static void
rounds(int fd, const struct socket_address *to)
{
	for (word_t i = 0; i < ROUNDS; i++) {
		word_t n = i * 397 % (LARGEST + 1);

		for (word_t k = 0; k < n; k++)
			out[k] = (u8)(k * 7 + i);
		send_and_wait(fd, to, n);
	}
}

void
try_datagrams(void)
{
	struct socket_address a = server_at(SOCKET_DATAGRAM);
	int fd = own_socket();

	expect("sending to nobody", sock_send(fd, out, 5, 0), -EDESTADDRREQ);
	expect("sending too much", sock_sendto(fd, out, TOO_BIG, 0, &a), -EMSGSIZE);
	expect("listening", sock_listen(fd, 1), -EOPNOTSUPP);
	rounds(fd, &a);
	expect("connect", sock_connect(fd, &a), 0);
	rounds(fd, NULL);
	expect("nothing more", sock_receive(fd, in, sizeof(in), SOCKET_DONTWAIT), -EAGAIN);
	expect("close", sock_close(fd), 0);
	if (family == SOCKET_LOCAL)
		expect("unlink", fsc_unlink(OWN_PATH), 0);
	cos_printf("sockclient: %d datagrams there and back\n", 2 * ROUNDS);
}
