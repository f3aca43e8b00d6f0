/*
 * What becomes of what a client had when it dies.
 */
#include <abi/err.h>
#include <fs/fs_client.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <sched/sched.h>
#include <socket/socket_client.h>

#define ROOT     "/mnt" /* of the file system */
#define FOLDER   ROOT "/gone-folder"
#define LISTENER ROOT "/gone-socket"
#define DELETED  ROOT "/gone-file"
#define KIB      512 /* of the deleted file */
#define PATIENCE 5   /* seconds */

static struct socket_address address;
static int connection;

static void
expect(const char *what, long got, long wanted)
{
	if (got == wanted)
		return;
	cos_printf("fsgone: wrong: %s gives %ld instead of %ld\n", what, got, wanted);
	init_exit(1);
	cos_thread_exit();
}

static void
pause_ms(u32 ms)
{
	sched_block(cos_now() + ms * (cycles_t)init_tsc_hz() / 1000);
}

/* The thread of the dying one that will be inside. */
void
cos_thread(word_t number)
{
	char byte;

	(void)number;
	while (!connection)
		pause_ms(1);
	sock_receive(connection, &byte, 1, 0);
}

static void
connect_when_possible(void)
{
	long fd = sock_open(SOCKET_LOCAL, SOCKET_STREAM, 0), e;

	do {
		pause_ms(1);
		e = sock_connect((int)fd, &address);
	} while (e == -ENOENT || e == -ECONNREFUSED);
	expect("connecting", e, 0);
	connection = (int)fd;
}

static void
dies(void)
{
	static char kib[1024];
	long fd;

	connect_when_possible();
	expect("chdir", fsc_chdir(FOLDER), 0);
	fd = fsc_open(DELETED, FS_CREAT | FS_EXCL | FS_RDWR, 0600);
	expect("unlink", fsc_unlink(DELETED), 0);
	for (u32 i = 0; i < KIB; i++)
		expect("write", fsc_write((int)fd, kib, sizeof(kib)), sizeof(kib));
	expect("sending", sock_send(connection, "r", 1, 0), 1);
	pause_ms(20);
	*(volatile int *)0 = 0;
}

static u64
free_bytes(void)
{
	struct fs_statfs st;

	expect("statfs", fsc_statfs(ROOT, &st), 0);
	return st.bfree * st.bsize;
}

static void
wait_until_free(u64 wanted)
{
	cycles_t end = cos_now() + PATIENCE * (cycles_t)init_tsc_hz();

	while (free_bytes() != wanted && cos_now() < end)
		pause_ms(1);
	expect("the space that is free", (long)free_bytes(), (long)wanted);
}

static void
stays(void)
{
	long listener = sock_open(SOCKET_LOCAL, SOCKET_STREAM, 0), peer;
	u64 before;
	char byte;

	expect("mkdir", fsc_mkdir(FOLDER, 0755), 0);
	expect("bind", sock_bind((int)listener, &address), 0);
	before = free_bytes();
	expect("listen", sock_listen((int)listener, 1), 0);
	peer = sock_accept((int)listener, 0, NULL);
	expect("the first byte", sock_receive((int)peer, &byte, 1, 0), 1);
	expect("whether space was taken", before - free_bytes() >= KIB * 1024, 1);
	expect("the end of the connection", sock_receive((int)peer, &byte, 1, 0), 0);
	wait_until_free(before);
	cos_printf("fsgone: the connection has ended, and the deleted file's blocks are free\n");
	sock_close((int)peer);
	sock_close((int)listener);
	expect("unlink", fsc_unlink(LISTENER), 0);
	expect("rmdir", fsc_rmdir(FOLDER), 0);
	expect("unmount", fsc_unmount(ROOT), 0);
	cos_printf("fsgone: nothing is left of the dead client\n");
	init_exit(0);
}

void
cos_main(void)
{
	const char *role = cos_param("role");

	sock_path(&address, LISTENER);
	if (role && strcmp(role, "dies") == 0)
		dies();
	else
		stays();
}
