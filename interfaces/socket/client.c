/*
 * socket for programs: each function puts addresses and data into the calling thread's session buffer and invokes
 * the server. An address lies at the buffer's beginning, data behind it.
 */
#include <abi/err.h>
#include <lib/string.h>
#include <mem/buffer.h>
#include <socket/socket.h>
#include <socket/socket_client.h>

#define BUFFER_PAGES 17
#define DATA_AT      sizeof(struct socket_address)

_Static_assert(BUFFER_PAGES * PAGE_SIZE - DATA_AT >= 65507, "the largest datagram of UDP fits");

static word_t buffer_pages = BUFFER_PAGES;
static struct mem_buffers buffers;
static __thread struct mem_buffer buffer;

void
sock_set_buffer(word_t pages)
{
	if (pages >= 1 && pages <= MEM_BUFFER_PAGES_MAX)
		buffer_pages = pages;
}

static long
ready(void)
{
	return mem_buffer_ready(&buffer, &buffers, socket_import, buffer_pages, socket_session);
}

static char *
data(void)
{
	return buffer.at + DATA_AT;
}

static word_t
part(word_t left)
{
	return left < buffer.bytes - DATA_AT ? left : buffer.bytes - DATA_AT;
}

long
sock_path(struct socket_address *a, const char *path)
{
	word_t n = strnlen(path, SOCKET_PATH_MAX + 1);

	if (n > SOCKET_PATH_MAX)
		return -ENAMETOOLONG;
	memset(a, 0, sizeof(*a));
	a->family = SOCKET_LOCAL;
	memcpy(a->path, path, n);
	return 0;
}

void
sock_loopback(struct socket_address *a, int family, unsigned port)
{
	static const u8 v4[4] = {127, 0, 0, 1};

	memset(a, 0, sizeof(*a));
	a->family = (u16)family;
	a->port = (u16)port;
	if (family == SOCKET_INET)
		memcpy(a->host, v4, sizeof(v4));
	else
		a->host[15] = 1;
}

long
sock_open(int family, int type, unsigned flags)
{
	long e = ready();

	return e < 0 ? e : socket_open((word_t)family, (word_t)type, flags);
}

long
sock_pair(int family, int type, unsigned flags, int fds[2])
{
	word_t other = 0;
	long e = ready();

	if (e == 0)
		e = socket_pair((word_t)family, (word_t)type, flags, &other);
	if (e < 0)
		return e;
	fds[0] = (int)e;
	fds[1] = (int)other;
	return 0;
}

/* Puts an address into the buffer. */
static long
put_address(const struct socket_address *a)
{
	long e = ready();

	if (e == 0)
		memcpy(buffer.at, a, sizeof(*a));
	return e;
}

static void
get_address(struct socket_address *a)
{
	if (a != NULL)
		memcpy(a, buffer.at, sizeof(*a));
}

long
sock_bind(int fd, const struct socket_address *a)
{
	long e = put_address(a);

	return e < 0 ? e : socket_bind((word_t)fd);
}

long
sock_connect(int fd, const struct socket_address *a)
{
	long e = put_address(a);

	return e < 0 ? e : socket_connect((word_t)fd);
}

long
sock_listen(int fd, int backlog)
{
	long e = ready();

	return e < 0 ? e : socket_listen((word_t)fd, backlog < 0 ? 0 : (word_t)backlog);
}

long
sock_accept(int fd, unsigned flags, struct socket_address *peer)
{
	long e = ready();

	if (e == 0)
		e = socket_accept((word_t)fd, flags);
	if (e >= 0)
		get_address(peer);
	return e;
}

/* Sends in parts, if it is a stream. */
static long
send_long(int fd, const char *from, word_t n, unsigned flags)
{
	long type = socket_getopt((word_t)fd, SOCKET_OPT_TYPE), sent;
	word_t done = 0, want;

	if (type != SOCKET_STREAM)
		return type < 0 ? type : -EMSGSIZE;
	do {
		want = part(n - done);
		memcpy(data(), from + done, want);
		sent = socket_send((word_t)fd, DATA_AT, want, flags);
		if (sent > 0)
			done += (word_t)sent;
	} while (sent == (long)want && done < n);
	return done > 0 ? (long)done : sent;
}

long
sock_send(int fd, const void *from, word_t n, unsigned flags)
{
	long e = ready();

	if (e < 0)
		return e;
	if (n > part(n))
		return send_long(fd, from, n, flags);
	memcpy(data(), from, n);
	return socket_send((word_t)fd, DATA_AT, n, flags);
}

long
sock_sendto(int fd, const void *from, word_t n, unsigned flags, const struct socket_address *to)
{
	long e = put_address(to);

	if (e < 0)
		return e;
	if (n > part(n))
		return -EMSGSIZE;
	memcpy(data(), from, n);
	return socket_send((word_t)fd, DATA_AT, n, flags | SOCKET_ADDRESS);
}

static long
receive(int fd, void *to, word_t n, unsigned flags)
{
	long e = ready(), got;

	if (e < 0)
		return e;
	got = socket_receive((word_t)fd, DATA_AT, part(n), flags);
	if (got > (long)part(n))
		return -EIO;
	if (got > 0)
		memcpy(to, data(), (word_t)got);
	return got;
}

long
sock_receive(int fd, void *to, word_t n, unsigned flags)
{
	return receive(fd, to, n, flags);
}

long
sock_receivefrom(int fd, void *to, word_t n, unsigned flags, struct socket_address *from)
{
	long got = receive(fd, to, n, flags | SOCKET_ADDRESS);

	if (got >= 0)
		get_address(from);
	return got;
}

long
sock_shutdown(int fd, int how)
{
	long e = ready();

	return e < 0 ? e : socket_shutdown((word_t)fd, (word_t)how);
}

long
sock_poll(struct socket_poll *polls, word_t n, s64 timeout_us)
{
	long e = ready();

	if (e < 0)
		return e;
	if (n > SOCKET_POLL_MAX || n * sizeof(*polls) > buffer.bytes)
		return -EINVAL;
	memcpy(buffer.at, polls, n * sizeof(*polls));
	e = socket_poll(n, timeout_us < 0 ? SOCKET_FOREVER : (word_t)timeout_us);
	if (e >= 0)
		memcpy(polls, buffer.at, n * sizeof(*polls));
	return e;
}

long
sock_getopt(int fd, int option)
{
	long e = ready();

	return e < 0 ? e : socket_getopt((word_t)fd, (word_t)option);
}

long
sock_setopt(int fd, int option, word_t value)
{
	long e = ready();

	return e < 0 ? e : socket_setopt((word_t)fd, (word_t)option, value);
}

long
sock_getname(int fd, struct socket_address *a)
{
	long e = ready();

	if (e == 0)
		e = socket_getname((word_t)fd);
	if (e >= 0)
		get_address(a);
	return e;
}

long
sock_getpeer(int fd, struct socket_address *a)
{
	long e = ready();

	if (e == 0)
		e = socket_getpeer((word_t)fd);
	if (e >= 0)
		get_address(a);
	return e;
}

long
sock_close(int fd)
{
	long e = ready();

	return e < 0 ? e : socket_close((word_t)fd);
}
