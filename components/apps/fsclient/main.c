/*
 * The checking client: mounts a disk, checks all that is on it against the list, makes files of
 * its own, unmounts, mounts again and checks everything once more. Its verdict ends the run.
 *
 * Parameters: type ("tmpfs": there is neither disk nor list), device, root (where to mount); own (name of its own folder in the root; empty: it
 * only reads), seed (of its own files); readonly (it must not be possible to write); unknown (there
 * is no list: the disk may be anything, and everything on it is touched).
 */
#include <abi/err.h>
#include <fs/fs_client.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <mem/mem.h>

#include "complain.h"
#include "own.h"
#include "survive.h"
#include "walk.h"

struct client {
	struct list list;
	struct walk walk;
	struct plan plan;
	const char *type, *device, *root, *own;
	char base[64]; /* the path of its own folder */
};

static struct client client;

/* The cases in which there is nothing to check: they end the run at once. */
static void
give_up(const char *what, long err)
{
	cos_printf("fsclient: %s: %ld\n", what, err);
	init_exit(1);
}

static const char *
param(const char *key, const char *otherwise)
{
	const char *value = cos_param(key);

	return value ? value : otherwise;
}

static void
open_list(struct client *c)
{
	const struct info_file *file = cos_file("list.bin");
	const char *wrong = "there is none";
	word_t va = 0;
	long err;

	if (file)
		wrong = list_open(&c->list, (const void *)file->va, file->bytes);
	if (wrong) {
		cos_printf("fsclient: the list: %s\n", wrong);
		init_exit(1);
	}
	err = mem_alloc((c->list.count + PAGE_SIZE - 1) / PAGE_SIZE, &va);
	if (err)
		give_up("memory for the list", err);
	c->walk = (struct walk){.list = &c->list, .root = c->root, .seen = (u8 *)va};
}

static void
mount(struct client *c)
{
	long err = fsc_mount(c->type, c->device, c->root, 0);

	if (err)
		give_up("mount", err);
}

static void
unmount(struct client *c)
{
	long err = fsc_unmount(c->root);

	if (err)
		give_up("unmount", err);
}

static void
check_all(struct client *c, const char *when)
{
	u64 names = walk_tree(&c->walk);

	cos_printf("fsclient: %s: %lu names looked at, the list has %lu\n", when, names,
	           c->list.count - 1);
	if (c->walk.own)
		cos_printf("fsclient: %s: %u names of my own looked at\n", when,
		           own_check(&c->plan));
}

/* A file system with a feature that forbids writing must have been mounted read-only. */
static void
check_readonly(struct client *c)
{
	long err = fsc_mkdir(c->base, 0755);

	if (err != -EROFS)
		complain("mkdir on a file system that may not be written gives %ld", err);
}

static void
make_own(struct client *c)
{
	c->walk.own = c->own;
	own_make(&c->plan);
	cos_printf("fsclient: made %u folders, %u files and %u symlinks\n", PLAN_FOLDERS, PLAN_FILES, PLAN_SYMLINKS);
	own_check(&c->plan);
}

/* The second half: what was written must be there after the file system was away. */
static void
write_and_check(struct client *c)
{
	if (*c->own)
		make_own(c);
	unmount(c);
	mount(c);
	check_all(c, "second mount");
	unmount(c);
}

/* With the parameter limit: what it took, and that it is no more than that. */
static void
bench(cycles_t now)
{
	cycles_t limit = cos_param_number("limit", 0);

	if (!limit)
		return;
	cos_printf("BENCH boot_to_mounted %lu instructions (limit %lu)%s\n", now, limit,
		   now > limit ? " ABOVE" : "");
	if (now > limit)
		init_exit(1);
}

static void
end(void)
{
	if (complaints()) {
		cos_printf("fsclient: %lu things are wrong\n", complaints());
		init_exit(1);
	}
	cos_printf("fsclient: all is as it must be\n");
}

static void
check_by_list(struct client *c)
{
	cycles_t now;

	open_list(c);
	mount(c);
	now = cos_now();
	cos_printf("fsclient: mounted %lu ticks after power-on\n", now);
	bench(now);
	check_all(c, "first mount");
	if (cos_param_number("readonly", 0))
		check_readonly(c);
	write_and_check(c);
	end();
}

static void
check_absent(const char *path)
{
	struct fs_stat st;
	long err = fsc_lstat(path, &st);

	if (err != -ENOENT)
		complain("%s: lstat gives %ld", shown(path, strlen(path)), err);
}

/* A file system in memory begins empty, and again when it is mounted a second time. */
static void
check_memory(struct client *c)
{
	mount(c);
	check_absent(c->base);
	make_own(c);
	unmount(c);
	check_absent(c->base);
	mount(c);
	check_absent(c->base);
	unmount(c);
	end();
}

/* A disk of which nothing is known: refused, or mounted and survived. */
static void
check_unknown(struct client *c)
{
	struct survival s;
	long err = fsc_mount(c->type, c->device, c->root, 0);

	if (err) {
		cos_printf("fsclient: refused with error %ld\n", -err);
		return;
	}
	survive(c->root, &s);
	err = fsc_unmount(c->root);
	cos_printf("fsclient: survived %lu names, %lu bytes, %lu errors; unmount gives %ld\n", s.names,
	           s.bytes, s.errors, err);
}

void
cos_main(void)
{
	struct client *c = &client;

	c->type = param("type", "ext2");
	c->device = param("device", "/dev/disk0");
	c->root = param("root", "/mnt");
	c->own = param("own", "");
	cos_snprintf(c->base, sizeof(c->base), "%s/%s", c->root, *c->own ? c->own : "none");
	c->plan = (struct plan){.seed = cos_param_number("seed", 1), .base = c->base};
	fsc_mkdir(c->root, 0755); /* it may be there; mount says if not */
	if (cos_param_number("unknown", 0))
		check_unknown(c);
	else if (strcmp(c->type, "tmpfs") == 0)
		check_memory(c);
	else
		check_by_list(c);
	init_exit(0);
}
