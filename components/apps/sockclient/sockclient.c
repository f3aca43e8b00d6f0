/*
 * The client of echo: tries everything, and ends the run.
 */
#include "sockclient.h"

#include <abi/err.h>
#include <fs/fs_client.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <sched/sched.h>

#define NAP       5000000 /* ticks */
#define PATIENCE  1000    /* naps until the server must be there, or gone */

int family;
static long wrong;

void
expect(const char *what, long got, long want)
{
	if (got == want)
		return;
	cos_printf("sockclient: wrong: %s gives %ld, not %ld\n", what, got, want);
	__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
}

struct socket_address
server_at(int type)
{
	struct socket_address a;

	if (family == SOCKET_LOCAL)
		sock_path(&a, type == SOCKET_STREAM ? STREAM_PATH : DATAGRAM_PATH);
	else
		sock_loopback(&a, family, PORT);
	return a;
}

int
connect_to(int type)
{
	struct socket_address a = server_at(type);
	long fd = sock_open(family, type, 0), e = fd < 0 ? fd : sock_connect((int)fd, &a);

	if (e < 0)
		cos_panic("the server cannot be reached: error %ld", -e);
	return (int)fd;
}

static void
nap(void)
{
	sched_block(cos_now() + NAP);
}

/* Is it there? */
static int
is_listening(void)
{
	struct socket_address a = server_at(SOCKET_STREAM);
	long fd = sock_open(family, SOCKET_STREAM, 0), e = fd < 0 ? fd : sock_connect((int)fd, &a);

	if (fd < 0 || (e < 0 && e != -ECONNREFUSED && e != -ENOENT))
		cos_panic("no socket: error %ld", -e);
	sock_close((int)fd);
	return e >= 0;
}

static void
wait_for_server(int listening)
{
	for (int i = 0; is_listening() != listening; i++) {
		if (i == PATIENCE)
			cos_panic("the server is %s", listening ? "not there" : "still there");
		nap();
	}
}

static void
stop_server(void)
{
	struct socket_address a = server_at(SOCKET_DATAGRAM);
	long fd = sock_open(family, SOCKET_DATAGRAM, 0);

	expect("telling the server to stop", sock_sendto((int)fd, "stop", 4, 0, &a), 4);
	expect("close", sock_close((int)fd), 0);
	wait_for_server(0);
}

static int
family_of(const char *name)
{
	if (strcmp(name, "local") == 0)
		return SOCKET_LOCAL;
	return strcmp(name, "inet") == 0 ? SOCKET_INET : strcmp(name, "inet6") == 0 ? SOCKET_INET6 : SOCKET_NONE;
}

/* Goes on until the mark is there, if there is to be one. */
static void
try_all(const char *mark)
{
	u64 bytes = cos_param_number("kib", 16384) * 1024;
	struct fs_stat st;

	do {
		try_streams(bytes);
		try_datagrams();
		try_calls();
		bytes = 65536;
	} while (mark != NULL && wrong == 0 && fsc_stat(mark, &st) < 0);
	if (mark != NULL)
		expect("unlink of the mark", fsc_unlink(mark), 0);
}

void
cos_main(void)
{
	const char *name = cos_param("family");

	family = family_of(name == NULL ? "local" : name);
	if (family == SOCKET_NONE)
		cos_panic("the parameter family is not local, inet or inet6: %s", name);
	wait_for_server(1);
	try_all(cos_param("mark"));
	stop_server();
	if (cos_param("unmount") != NULL)
		expect("unmount", fsc_unmount(cos_param("unmount")), 0);
	if (wrong == 0)
		cos_printf("sockclient: all is as it must be\n");
	init_exit(wrong == 0 ? 0 : 1);
}
