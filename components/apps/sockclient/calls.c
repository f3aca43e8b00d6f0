/*
 * Waiting, errors, and descriptors that are shared with files.
 */
#include <abi/err.h>
#include <fs/fs_client.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>

#include "sockclient.h"

#define SHORT_US 20000

/* Microseconds since some moment. */
static u64
now_us(void)
{
	return cos_now() / ((u64)init_tsc_hz() / 1000000);
}

static long
poll_one(int fd, u16 events, s64 timeout, u16 *revents)
{
	struct socket_poll p[2] = {{.fd = -1, .events = SOCKET_IN}, {.fd = fd, .events = events}};
	long n = sock_poll(p, 2, timeout);

	*revents = p[1].revents;
	return n;
}

static void
waiting(void)
{
	int fd = connect_to(SOCKET_STREAM);
	u64 start = now_us();
	u16 events;
	char got[8];

	expect("poll of silence", poll_one(fd, SOCKET_IN, SHORT_US, &events), 0);
	expect("its time", now_us() - start >= SHORT_US, 1);
	expect("a time limit", sock_setopt(fd, SOCKET_OPT_RCVTIMEO, SHORT_US), 0);
	expect("receiving nothing", sock_receive(fd, got, sizeof(got), 0), -EAGAIN);
	expect("both times", now_us() - start >= 2 * SHORT_US, 1);
	expect("no time limit", sock_setopt(fd, SOCKET_OPT_RCVTIMEO, 0), 0);
	expect("poll for room", poll_one(fd, SOCKET_OUT, -1, &events), 1);
	expect("room", events, SOCKET_OUT);
	expect("send", sock_send(fd, "12345", 5, 0), 5);
	expect("poll for an answer", poll_one(fd, SOCKET_IN, -1, &events), 1);
	expect("an answer", events, SOCKET_IN);
	expect("peek", sock_receive(fd, got, 2, SOCKET_PEEK), 2);
	expect("receive", sock_receive(fd, got, sizeof(got), SOCKET_DONTWAIT), 5);
	expect("its bytes", memcmp(got, "12345", 5), 0);
	expect("non-blocking", sock_setopt(fd, SOCKET_OPT_NONBLOCK, 1), 0);
	expect("non-blocking receive", sock_receive(fd, got, sizeof(got), 0), -EAGAIN);
	expect("shutdown", sock_shutdown(fd, SOCKET_SHUT_SEND), 0);
	expect("send after shutdown", sock_send(fd, "1", 1, 0), -EPIPE);
	expect("poll for the end", poll_one(fd, SOCKET_IN, -1, &events), 1);
	expect("the end", sock_receive(fd, got, sizeof(got), 0), 0);
	expect("close", sock_close(fd), 0);
	expect("poll of no descriptor", poll_one(fd, SOCKET_IN, -1, &events), 1);
	expect("no descriptor", events, SOCKET_INVALID);
}

/* Where there is a name, or a port, and nobody listens. */
static void
connect_to_nobody(int fd)
{
	struct socket_address a;
	long other = sock_open(family, SOCKET_STREAM, 0);

	if (family == SOCKET_LOCAL) {
		sock_path(&a, OWN_PATH);
		expect("bind", sock_bind((int)other, &a), 0);
	} else {
		sock_loopback(&a, family, FREE_PORT);
	}
	expect("connect to nobody", sock_connect(fd, &a), -ECONNREFUSED);
	expect("close", sock_close((int)other), 0);
	if (family == SOCKET_LOCAL)
		expect("unlink", fsc_unlink(OWN_PATH), 0);
}

static void
errors(void)
{
	struct socket_address a = server_at(SOCKET_STREAM), other;
	char c = 0;
	int fd;

	expect("an unknown family", sock_open(99, SOCKET_STREAM, 0), -EAFNOSUPPORT);
	fd = (int)sock_open(family, SOCKET_STREAM, 0);
	expect("send without a connection", sock_send(fd, &c, 1, 0), -ENOTCONN);
	expect("receive without a connection", sock_receive(fd, &c, 1, 0), -ENOTCONN);
	expect("peer without a connection", sock_getpeer(fd, &other), -ENOTCONN);
	expect("accept without listening", sock_accept(fd, 0, &other), -EINVAL);
	expect("an address that is taken", sock_bind(fd, &a), -EADDRINUSE);
	expect("type", sock_getopt(fd, SOCKET_OPT_TYPE), SOCKET_STREAM);
	expect("listening", sock_getopt(fd, SOCKET_OPT_ACCEPTCONN), 0);
	expect("an unknown option", sock_getopt(fd, 99), -ENOPROTOOPT);
	connect_to_nobody(fd);
	expect("close", sock_close(fd), 0);
	expect("close again", sock_close(fd), -EBADF);
	fd = connect_to(SOCKET_STREAM);
	expect("connect again", sock_connect(fd, &a), -EISCONN);
	expect("peer", sock_getpeer(fd, &other), 0);
	expect("its family", other.family, family);
	expect("its name", strcmp(other.path, a.path) == 0 && other.port == a.port, 1);
	expect("no error", sock_getopt(fd, SOCKET_OPT_ERROR), 0);
	expect("close", sock_close(fd), 0);
}

/* The calls of fs take sockets, those of socket do not take files, and both close either. */
static void
shared_descriptors(void)
{
	int fd = connect_to(SOCKET_STREAM);
	struct fs_stat st;
	char got[8];
	long file;

	expect("write", fsc_write(fd, "abc", 3), 3);
	expect("read", fsc_read(fd, got, sizeof(got)), 3);
	expect("its bytes", memcmp(got, "abc", 3), 0);
	expect("fstat", fsc_fstat(fd, &st), 0);
	expect("its type", st.mode & FS_IFMT, FS_IFSOCK);
	expect("close", fsc_close(fd), 0);
	expect("send after close", sock_send(fd, "a", 1, 0), -EBADF);
	file = fsc_open(OWN_FILE, FS_CREAT | FS_RDWR, 0644);
	expect("open", file, fd);
	expect("send to a file", sock_send((int)file, "a", 1, 0), -ENOTSOCK);
	expect("close of a file", sock_close((int)file), 0);
	expect("unlink", fsc_unlink(OWN_FILE), 0);
	if (family != SOCKET_LOCAL)
		return;
	expect("stat", fsc_stat(STREAM_PATH, &st), 0);
	expect("its type", st.mode & FS_IFMT, FS_IFSOCK);
}

void
try_calls(void)
{
	waiting();
	errors();
	shared_descriptors();
	cos_printf("sockclient: calls and errors are right\n");
}
