/*
 * A client of socket that keeps no rule. Each call must give the error that the contract names; at the end a file
 * tells the neighbours that it is done.
 */
#include <abi/err.h>
#include <fs/fs.h>
#include <fs/fs_client.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <mem/mem.h>
#include <sched/sched.h>
#include <socket/socket.h>
#include <socket/socket_types.h>

#define PAGES 1
#define BYTES (PAGES * PAGE_SIZE)
#define DATA  sizeof(struct socket_address)
#define FLIPS 300
#define MARK  "/hostile-is-done"
#define OWN   "/hostile-socket"
#define EVER  ((word_t)-1)
#define WIDE  (1UL << 32) /* above what an int holds */
#define FDS   128         /* that a process may have */

static char *buffer;
static int wrong;

static void
expect(const char *what, long got, long want)
{
	if (got == want)
		return;
	cos_printf("hostile: wrong: %s gives %ld, not %ld\n", what, got, want);
	wrong = 1;
}

static void
put_address(u16 family, const char *path)
{
	struct socket_address a = {.family = family};

	cos_strlcpy(a.path, path, sizeof(a.path));
	memcpy(buffer, &a, sizeof(a));
}

/* With a path that does not end within its field. */
static void
put_endless(void)
{
	put_address(SOCKET_LOCAL, "");
	memset(buffer + __builtin_offsetof(struct socket_address, path), 'e', BYTES - DATA);
}

/* Every call on a descriptor that is not there. */
static void
all_calls(const char *what, word_t fd)
{
	const long error = -EBADF;

	expect(what, socket_bind(fd), error);
	expect(what, socket_listen(fd, 1), error);
	expect(what, socket_accept(fd, 0), error);
	expect(what, socket_connect(fd), error);
	expect(what, socket_send(fd, DATA, 1, 0), error);
	expect(what, socket_send(fd, DATA, 1, SOCKET_ADDRESS), error);
	expect(what, socket_receive(fd, DATA, 1, SOCKET_DONTWAIT), error);
	expect(what, socket_shutdown(fd, SOCKET_SHUT_BOTH), error);
	expect(what, socket_getopt(fd, SOCKET_OPT_TYPE), error);
	expect(what, socket_setopt(fd, SOCKET_OPT_NONBLOCK, 1), error);
	expect(what, socket_getname(fd), error);
	expect(what, socket_getpeer(fd), error);
	expect(what, socket_close(fd), error);
}

static void
without_session(void)
{
	const char *what = "a call without a session";
	word_t other;

	all_calls(what, 0);
	expect(what, socket_open(SOCKET_LOCAL, SOCKET_STREAM, 0), -EBADF);
	expect(what, socket_pair(SOCKET_LOCAL, SOCKET_STREAM, 0, &other), -EBADF);
	expect(what, socket_poll(1, 0), -EBADF);
}

static void
open_session(void)
{
	word_t va, of_fs;
	long id = mem_session_open(cos_provider("socket"), PAGES, &va);
	long other = mem_session_open(cos_provider("fs"), PAGES, &of_fs);

	buffer = (char *)va;
	if (id < 0 || other < 0)
		cos_panic("no session buffer: error %ld", -id);
	expect("a session that cannot be", socket_session(EVER), -ENOENT);
	expect("a session that is not there", socket_session((word_t)other + 1000), -ENOENT);
	expect("a session for fs", fs_session((word_t)other), 0);
	expect("the same for socket", socket_session((word_t)other), -EINVAL);
	expect("a session without its own", socket_poll(0, 0), -EBADF);
	expect("session", socket_session((word_t)id), 0);
	expect("the same for fs", fs_session((word_t)id), -EINVAL);
}

/* What the neighbours have open is not there. */
static void
descriptors_of_others(void)
{
	put_address(SOCKET_LOCAL, OWN);
	for (word_t fd = 0; fd < FDS; fd++)
		all_calls("a descriptor of another", fd);
	all_calls("a descriptor that cannot be", FDS);
	all_calls("a descriptor of 64 bits", WIDE);
	all_calls("a negative descriptor", EVER);
}

static void
bad_sockets(void)
{
	word_t other;

	expect("a family of 64 bits", socket_open(WIDE | SOCKET_LOCAL, SOCKET_STREAM, 0), -EAFNOSUPPORT);
	expect("no family", socket_open(SOCKET_NONE, SOCKET_STREAM, 0), -EAFNOSUPPORT);
	expect("a type of 64 bits", socket_open(SOCKET_LOCAL, WIDE | SOCKET_STREAM, 0), -EPROTOTYPE);
	expect("no type", socket_open(SOCKET_LOCAL, 0, 0), -EPROTOTYPE);
	expect("unknown flags", socket_open(SOCKET_LOCAL, SOCKET_STREAM, 2), -EINVAL);
	expect("flags of 64 bits", socket_open(SOCKET_LOCAL, SOCKET_STREAM, WIDE), -EINVAL);
	expect("a pair of no family", socket_pair(77, SOCKET_STREAM, 0, &other), -EAFNOSUPPORT);
	expect("its other descriptor", (long)other, 0);
	expect("a pair with flags of 64 bits", socket_pair(SOCKET_LOCAL, SOCKET_STREAM, WIDE, &other), -EINVAL);
}

static void
bad_addresses(word_t fd)
{
	put_endless();
	expect("bind to a path without end", socket_bind(fd), -EINVAL);
	expect("connect to a path without end", socket_connect(fd), -EINVAL);
	expect("send to a path without end", socket_send(fd, DATA, 1, SOCKET_ADDRESS), -EINVAL);
	put_address(77, OWN);
	expect("bind to an unknown family", socket_bind(fd), -EAFNOSUPPORT);
	expect("connect to an unknown family", socket_connect(fd), -EAFNOSUPPORT);
	put_address(SOCKET_LOCAL, "");
	expect("bind to nothing", socket_bind(fd), -ENOENT);
	expect("connect to nothing", socket_connect(fd), -ENOENT);
}

/* first and second are a pair. */
static void
bad_messages(word_t first, word_t second)
{
	expect("send over the end of the buffer", socket_send(first, BYTES - 1, 2, 0), -EINVAL);
	expect("send from far behind it", socket_send(first, 1UL << 40, 1, 0), -EINVAL);
	expect("send of more than there is", socket_send(first, 0, BYTES + 1, 0), -EINVAL);
	expect("send around the end of memory", socket_send(first, 8, EVER - 4, 0), -EINVAL);
	expect("send with unknown flags", socket_send(first, 0, 1, 8), -EINVAL);
	expect("send with flags of 64 bits", socket_send(first, 0, 1, WIDE), -EINVAL);
	expect("sending a peek", socket_send(first, 0, 1, SOCKET_PEEK), -EINVAL);
	expect("receive over the end of the buffer", socket_receive(second, BYTES, 1, 0), -EINVAL);
	expect("receive around the end of memory", socket_receive(second, EVER, 2, 0), -EINVAL);
	expect("receive with unknown flags", socket_receive(second, 0, 1, 1UL << 63), -EINVAL);
	expect("nothing has come", socket_receive(second, 0, 1, SOCKET_DONTWAIT), -EAGAIN);
	expect("send that is right", socket_send(first, BYTES - 1, 1, 0), 1);
	expect("receive that is right", socket_receive(second, BYTES - 1, 1, 0), 1);
}

static void
bad_numbers(word_t fd)
{
	expect("accept with flags of 64 bits", socket_accept(fd, WIDE), -EINVAL);
	expect("shutdown of no direction", socket_shutdown(fd, 3), -EINVAL);
	expect("shutdown of 64 bits", socket_shutdown(fd, WIDE), -EINVAL);
	expect("getopt of no option", socket_getopt(fd, 0), -ENOPROTOOPT);
	expect("getopt of 64 bits", socket_getopt(fd, WIDE | SOCKET_OPT_TYPE), -ENOPROTOOPT);
	expect("setopt of 64 bits", socket_setopt(fd, WIDE | SOCKET_OPT_SNDBUF, 1), -ENOPROTOOPT);
	expect("a buffer without bytes", socket_setopt(fd, SOCKET_OPT_SNDBUF, 0), -EINVAL);
	expect("an endless buffer", socket_setopt(fd, SOCKET_OPT_RCVBUF, EVER >> 1), -ENOBUFS);
	expect("a negative time", socket_setopt(fd, SOCKET_OPT_RCVTIMEO, EVER), -EINVAL);
	expect("poll of too many", socket_poll(SOCKET_POLL_MAX + 1, 0), -EINVAL);
	expect("poll of 64 bits", socket_poll(1UL << 61, 0), -EINVAL);
	expect("poll for a negative time", socket_poll(1, EVER - 1), -EINVAL);
	memset(buffer, 0xff, BYTES);
	expect("poll of wild descriptors", socket_poll(SOCKET_POLL_MAX, 0), 0);
	memset(buffer, 0x7f, BYTES);
	expect("poll of descriptors that cannot be", socket_poll(SOCKET_POLL_MAX, SOCKET_FOREVER), SOCKET_POLL_MAX);
}

/* Another thread changes the address while the server reads it. */
static volatile int flipping;

static void
flip(void *unused)
{
	(void)unused;
	while (flipping) {
		put_address(SOCKET_LOCAL, "/flip");
		sched_yield();
		put_endless();
		sched_yield();
	}
}

static void
changing_addresses(word_t fd)
{
	long id;

	flipping = 1;
	id = cos_thread_create(flip, NULL, 12);
	if (id < 0)
		cos_panic("no thread: error %ld", -id);
	for (int i = 0; i < FLIPS; i++) {
		long e = socket_connect(fd);

		if (e != -ENOENT && e != -EINVAL && e != -ENAMETOOLONG)
			expect("connect to an address that changes", e, -ENOENT);
		sched_yield();
	}
	flipping = 0;
	sched_thd_join((word_t)id);
}

/* All descriptors that there are, and then again. */
static void
too_many(void)
{
	for (int round = 0; round < 2; round++) {
		word_t n = 0;

		while (socket_open(SOCKET_LOCAL, SOCKET_DATAGRAM, 0) >= 0)
			n++;
		expect("descriptors of a process", (long)n, FDS);
		expect("one more", socket_open(SOCKET_LOCAL, SOCKET_DATAGRAM, 0), -EMFILE);
		for (word_t fd = 0; fd < FDS; fd++)
			expect("close", socket_close(fd), 0);
	}
}

/* All memory that it may have, which leaves the neighbours theirs; and all of it back. */
static void
too_much(void)
{
	word_t second;
	long e = 0, total = 0;

	while (e != -ENOBUFS) {
		long first = socket_pair(SOCKET_LOCAL, SOCKET_DATAGRAM, SOCKET_NONBLOCK, &second);

		if (first < 0)
			break;
		socket_setopt(second, SOCKET_OPT_RCVBUF, 256 * 1024);
		while ((e = socket_send((word_t)first, 0, BYTES, 0)) > 0)
			total += e;
	}
	expect("no end of memory", e, -ENOBUFS);
	expect("memory for nothing", total > 100 * (long)BYTES, 1);
	for (word_t fd = 0; fd < FDS; fd++)
		socket_close(fd);
}

/* Goes away with a name, connections that nobody accepted, and bytes that nobody read. */
static void
leave_a_mess(void)
{
	long listener = socket_open(SOCKET_LOCAL, SOCKET_STREAM, 0), fd;

	put_address(SOCKET_LOCAL, OWN);
	expect("bind", socket_bind((word_t)listener), 0);
	expect("listen", socket_listen((word_t)listener, EVER), 0);
	for (int i = 0; i < 20; i++) {
		fd = socket_open(SOCKET_LOCAL, SOCKET_STREAM, SOCKET_NONBLOCK);
		put_address(SOCKET_LOCAL, OWN);
		expect("connect", socket_connect((word_t)fd), 0);
		expect("send", socket_send((word_t)fd, DATA, BYTES - DATA, 0), BYTES - DATA);
	}
	expect("close of the listener", socket_close((word_t)listener), 0);
	expect("reset", socket_send((word_t)fd, DATA, 1, 0), -ECONNRESET);
	for (word_t n = 0; n < FDS; n++)
		socket_close(n);
	expect("unlink", fsc_unlink(OWN), 0);
}

void
cos_main(void)
{
	word_t second;
	long fd;

	without_session();
	open_session();
	descriptors_of_others();
	bad_sockets();
	fd = socket_pair(SOCKET_LOCAL, SOCKET_STREAM, 0, &second);
	bad_messages((word_t)fd, second);
	bad_numbers((word_t)fd);
	expect("close", socket_close((word_t)fd), 0);
	expect("close", socket_close(second), 0);
	fd = socket_open(SOCKET_LOCAL, SOCKET_STREAM, 0);
	bad_addresses((word_t)fd);
	changing_addresses((word_t)fd);
	expect("close", socket_close((word_t)fd), 0);
	too_many();
	too_much();
	too_much();
	leave_a_mess();
	if (!wrong)
		cos_printf("hostile: every error is the right one\n");
	fd = fsc_open(MARK, FS_CREAT | FS_RDWR, 0644);
	if (fd < 0 || fsc_close((int)fd) < 0)
		cos_panic("no mark: error %ld", -fd);
}
