/*
 * The start of the component, in this order:
 *
 *   1  the bridge learns the clocks
 *   2  the rump kernel starts; its threads are there when this is over
 *   3  block devices, if the script gives any, get their names in the rump kernel: /dev/disk0, and those of further imports
 *   4  thread 1, which the script names, begins to answer block requests: until here nothing may be read
 *   5  what the script's parameter "mount" says is mounted: TYPE DEVICE FOLDER, and "ro" behind if it is to be read-only;
 *      a semicolon, and the next
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

#define DISK_KEY "/dev/disk%u"
#define DISK_DIR 5 /* characters in front of the name */
#define WORDS    4
#define MOUNTS_LENGTH 256

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

/* Ends a line at its semicolon. Result: what stands behind it; NULL: it has none. */
static char *
end_line(char *line)
{
	while (*line != 0 && *line != ';')
		line++;
	if (*line == 0)
		return NULL;
	*line = 0;
	return line + 1;
}

static cycles_t start; /* what the steps of the start took so far */

/* With the parameter bench: how long a step of the start took. */
static void
bench(const char *what, cycles_t from)
{
	cycles_t took = cos_now() - from;

	start += took;
	if (cos_param("bench") != NULL)
		cos_printf("BENCH %s %lu instructions\n", what, took);
}

/* With the parameter limit: whether all of them took more. */
static void
bench_limit(void)
{
	cycles_t limit = cos_param_number("limit", 0);

	if (limit != 0)
		cos_printf("BENCH start %lu instructions (limit %lu)%s\n", start, limit, start > limit ? " ABOVE" : "");
}

/* The folder is made if it is not there. */
static void
mount_one(struct rsys_proc *p, char *line)
{
	char *w[WORDS];
	int n = cut(line, w);
	long e;

	if (n < 3 || (n == 4 && strcmp(w[3], "ro") != 0))
		cos_panic("the parameter mount is not TYPE DEVICE FOLDER [ro]; ...: %s", cos_param("mount"));
	rsys_mkdir(p, w[2], 0755); /* mount says if there is none */
	e = rsys_mount(p, w[0], w[1], w[2], n == 4 ? RSYS_MNT_RDONLY : 0);
	if (e < 0)
		cos_panic("cannot mount %s on %s: error %ld", w[1], w[2], -e);
}

static void
mount_from(const char *param)
{
	struct rsys_proc *p = rsys_proc_create();
	cycles_t from = cos_now();
	char text[MOUNTS_LENGTH];

	if (p == NULL || cos_strlcpy(text, param, sizeof(text)) >= sizeof(text))
		cos_panic("the parameter mount is too long: %s", param);
	for (char *line = text, *next; line != NULL; line = next) {
		next = end_line(line);
		mount_one(p, line);
	}
	rsys_proc_destroy(p);
	bench("mount", from);
}

static void
name_disks(void)
{
	char key[16];

	for (unsigned i = 0; i < BRIDGE_DISKS; i++) {
		int e = 0;

		cos_snprintf(key, sizeof(key), DISK_KEY, i);
		if (bridge_disk_there(i))
			e = rsys_etfs_register(key, key + DISK_DIR);
		if (e < 0)
			cos_panic("no block device %s: error %d", key, -e);
	}
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
	name_disks();
}

void
cos_main(void)
{
	if (cos_param("mount") != NULL)
		mount_from(cos_param("mount"));
	bench_limit();
	session_admit();
}

void
cos_thread(word_t number)
{
	if (number == 1)
		bio_thread();
}
