/*
 * Copies a tree from one rump kernel to another, and compares both. Its verdict ends the run.
 *
 * Parameters: bench (prints what it cost); source_dies (the first kernel is to die meanwhile: then
 * the second must not have noticed).
 */
#include <abi/err.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>

#include "compare.h"
#include "copy.h"
#include "imports.h"
#include "walk.h"

#define MARK "/written after the other's death"

static void
say_copied(const struct copied *c)
{
	cos_printf("fscopy: copied %lu folders, %lu files, %lu further names, %lu symlinks, %lu KiB\n", c->folders, c->files,
	           c->links, c->symlinks, c->bytes >> 10);
	if (cos_param_number("bench", 0) && c->pieces > 0)
		cos_printf("BENCH copy_4k %lu instructions\n", c->ticks / c->pieces);
}

/* Nothing that has been written is left to write. Parameter "remount": the error of a target that
 * cannot be made read-only. */
static long
settle(void)
{
	long e = target_fsc_sync();

	if (e == 0)
		e = target_fsc_mount("", "", "/", FS_MNT_UPDATE | FS_MNT_RDONLY);
	if (e == -(long)cos_param_number("remount", 0))
		e = 0;
	return e < 0 ? failed("settling", "/", e) : 0;
}

static long
copy_and_compare(void)
{
	struct copied copied = {0};
	struct compared same = {0};
	long e = copy_tree(&copied);

	say_copied(&copied);
	if (e == 0)
		e = settle();
	if (e == 0)
		e = compare_trees(&same);
	if (e == 0)
		cos_printf("fscopy: both trees are the same: %lu names, %lu KiB\n", same.names, same.bytes >> 10);
	return e;
}

/* A file written to the target and read again. */
static long
use_target(void)
{
	char text[sizeof(MARK)] = "";
	long fd = target_fsc_open(MARK, FS_RDWR | FS_CREAT | FS_EXCL, 0644), e;

	if (fd < 0)
		return failed("making", MARK, fd);
	e = target_fsc_write((int)fd, MARK, sizeof(MARK));
	target_fsc_close((int)fd);
	fd = target_fsc_open(MARK, FS_RDONLY, 0);
	if (e == (long)sizeof(MARK) && fd >= 0)
		e = target_fsc_read((int)fd, text, sizeof(text));
	target_fsc_close((int)fd);
	return e == (long)sizeof(MARK) && strcmp(text, MARK) == 0 ? 0 : failed("reading", MARK, e < 0 ? e : -EIO);
}

/* The source's death ends the copying with ECOMPDEAD, and nothing else. */
static long
outlive_source(void)
{
	struct copied copied = {0};
	long e = copy_tree(&copied);

	say_copied(&copied);
	if (e != -ECOMPDEAD || source_fsc_sync() != -ECOMPDEAD) {
		cos_printf("fscopy: the source should be dead\n");
		return -EINVAL;
	}
	e = use_target();
	if (e == 0)
		e = settle();
	if (e == 0)
		cos_printf("fscopy: the source is dead, the target is alive\n");
	return e;
}

void
cos_main(void)
{
	init_exit((cos_param("source_dies") != NULL ? outlive_source() : copy_and_compare()) != 0);
}
