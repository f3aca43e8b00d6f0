/*
 * The start of the component, in this order:
 *
 *   1  the bridge learns the clocks
 *   2  the rump kernel starts; its threads are there when this is over
 *   3  the block device gets its name in the rump kernel: /dev/disk0
 *   4  thread 1, which the script names, begins to answer block requests: until here nothing may be read
 *   5  what the script's parameter "mount" says is mounted: TYPE DEVICE FOLDER, and "ro" behind if it is to be read-only
 *   6  clients that came early are let in
 */
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>

#include "bench.h"
#include "rsys.h"
#include "rumpuser/bio.h"
#include "rumpuser/bridge.h"
#include "session.h"

#define DISK_KEY  "/dev/disk0"
#define DISK_NAME "disk0"
#define WORDS     4

/* Cuts a line at its spaces. Result: number of words, at most WORDS. */
static int
cut(char *line, char *words[WORDS])
{
	int n = 0;

	while (n < WORDS) {
		while (*line == ' ')
			*line++ = 0;
		if (*line == 0)
			break;
		words[n++] = line;
		while (*line != 0 && *line != ' ')
			line++;
	}
	return n;
}

/* With the parameter bench: how long a step of the start took. */
static void
bench(const char *what, cycles_t from)
{
	if (cos_param("bench") != NULL)
		cos_printf("BENCH %s %lu instructions\n", what, cos_now() - from);
}

/* The folder is made if it is not there. */
static void
mount_from(const char *param)
{
	struct rsys_proc *p = rsys_proc_create();
	cycles_t from = cos_now();
	char line[128], *w[WORDS];
	int n, flags;
	long e;

	cos_strlcpy(line, param, sizeof(line));
	n = cut(line, w);
	if (p == NULL || n < 3 || (n == 4 && strcmp(w[3], "ro") != 0))
		cos_panic("the parameter mount is not TYPE DEVICE FOLDER [ro]: %s", param);
	flags = n == 4 ? RSYS_MNT_RDONLY : 0;
	rsys_mkdir(p, w[2], 0755); /* mount says if there is none */
	e = rsys_mount(p, w[0], w[1], w[2], flags);
	if (e < 0)
		cos_panic("cannot mount %s on %s: error %ld", w[1], w[2], -e);
	rsys_proc_destroy(p);
	bench("mount", from);
}

void
cos_init(void)
{
	cycles_t from;
	int e;

	bridge_init();
	from = cos_now();
	e = rsys_init();
	if (e < 0)
		cos_panic("the rump kernel does not start: error %d", -e);
	bench("rump_init", from);
	if (cos_param("bench") != NULL)
		bench_hypercalls();
	e = rsys_etfs_register(DISK_KEY, DISK_NAME);
	if (e < 0)
		cos_panic("no block device: error %d", -e);
}

void
cos_main(void)
{
	if (cos_param("mount") != NULL)
		mount_from(cos_param("mount"));
	session_admit();
}

void
cos_thread(word_t number)
{
	if (number == 1)
		bio_thread();
}
