/*
 * A client whose rump kernels die, one after the other, and what it finds with the next.
 */
#include <abi/err.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <lib/string.h>
#include <sched/sched.h>

#include "kernels.h"
#include "model.h"

#define STEPS 4000 /* by which a kernel that is to die has died */

static u64 dice_state;

static u64
dice(u64 sides)
{
	dice_state = dice_state * 6364136223846793005 + 1442695040888963407;
	return (dice_state >> 33) % sides;
}

/* An operation: what the kernel is asked for, and what it does to the model. */
struct step {
	enum { CREATE, WRITE, TRUNCATE, UNLINK, RENAME, KINDS } kind;
	u32 file, other, size, at;
};

static u8 data[SIZE_MAX];

static struct step
choose(void)
{
	struct step s = {.file = (u32)dice(FILES), .other = (u32)dice(FILES)};

	s.kind = files[s.file].there ? WRITE + dice(KINDS - WRITE) : CREATE;
	s.at = (u32)dice(SIZE_MAX / 2);
	s.size = 1 + (u32)dice(SIZE_MAX / 2);
	if (s.kind == WRITE)
		model_fill(data, s.size, dice_state);
	return s;
}

/* Result of the call that counts; the others around it change nothing. */
static long
carry_out(const struct kernel *k, const struct step *s, word_t *operation)
{
	char path[16], other[16];
	long fd = 0, e;

	model_path(path, s->file);
	model_path(other, s->other);
	if (s->kind == WRITE)
		fd = k->open(path, FS_WRONLY, 0);
	if (fd < 0)
		return fd;
	switch (s->kind) {
	case CREATE: e = fd = k->open(path, FS_CREAT | FS_EXCL | FS_WRONLY, 0644); break;
	case WRITE: e = k->pwrite((int)fd, data, s->size, s->at); break;
	case TRUNCATE: e = k->truncate(path, s->size); break;
	case UNLINK: e = k->unlink(path); break;
	default: e = k->rename(path, other);
	}
	*operation = cos_last_operation();
	if (e >= 0 && (s->kind == CREATE || s->kind == WRITE))
		k->close((int)fd);
	return e;
}

static void
happened(const struct step *s)
{
	struct file *f = &files[s->file];

	switch (s->kind) {
	case CREATE: f->there = 1; f->size = 0; break;
	case WRITE: model_write(f, data, s->size, s->at); break;
	case TRUNCATE: model_truncate(f, s->size); break;
	case UNLINK: f->there = 0; break;
	default:
		if (s->file != s->other) {
			files[s->other] = *f;
			f->there = 0;
		}
	}
}

static void
fail(const struct kernel *k, const char *what, long got)
{
	cos_printf("fsheir: the %s kernel: %s gives %ld\n", k->name, what, got);
	init_exit(1);
}

static struct step cut_off;      /* the operation in which the kernel before died */
static word_t cut_off_operation; /* its id; 0: it was not begun */

/* Works until the kernel dies. Result: operations that it acknowledged. */
static u32
work(const struct kernel *k, u32 most)
{
	for (u32 i = 0; i < most; i++) {
		struct step s = choose();
		word_t operation = 0;
		long e = carry_out(k, &s, &operation);

		if (e == -ECOMPDEAD) {
			cut_off = s;
			cut_off_operation = operation;
			return i;
		}
		if (e < 0)
			fail(k, "an operation", e);
		happened(&s);
	}
	return most;
}

static void
check_all(const struct kernel *k)
{
	for (u32 i = 0; i < FILES; i++)
		if (!model_check(k, i))
			init_exit(1);
}

/* The disk as the kernel before left it. */
static void
inherit(const struct kernel *k)
{
	u64 idle = (u64)sched_idle_cycles(), start = cos_now();
	word_t operation, result;
	long e = k->mount("ext2", "/dev/disk0", "/", 0);

	if (e < 0)
		fail(k, "mounting", e);
	cos_printf("BENCH recover_%s %lu instructions\n", k->name,
	           (cos_now() - start - ((u64)sched_idle_cycles() - idle)) * 1000 / ((u64)init_tsc_hz() / 1000000));
	e = k->last(&operation, &result);
	if (e < 0)
		fail(k, "asking for the last operation", e);
	if (e == 1 && operation == cut_off_operation) {
		happened(&cut_off);
		if (cut_off.kind == WRITE && result != cut_off.size)
			fail(k, "a write that was cut off", (long)result);
	}
	cos_printf("fsheir: the %s kernel says that what was cut off has %shappened\n", k->name,
	           e == 1 && operation == cut_off_operation ? "" : "not ");
}

static void
remove_file(const struct kernel *k, u32 i)
{
	char path[16];
	long e;

	model_path(path, i);
	e = files[i].there ? k->unlink(path) : 0;
	if (e < 0)
		fail(k, "removing a file", e);
}

void
cos_main(void)
{
	const struct kernel *k = kernels;
	long e;

	dice_state = cos_param_number("seed", 1);
	e = k->mount("ext2", "/dev/disk0", "/", 0);
	if (e < 0)
		fail(k, "mounting", e);
	for (u32 i = 0; i < KERNELS - 1; i++, k++) {
		u32 done = work(k, STEPS);

		if (done == STEPS)
			fail(k, "dying", 0);
		cos_printf("fsheir: the %s kernel died after %u operations\n", k->name, done);
		inherit(k + 1);
		check_all(k + 1);
	}
	if (work(k, 100) != 100)
		fail(k, "living", 0);
	check_all(k);
	for (u32 i = 0; i < FILES; i++)
		remove_file(k, i);
	e = k->unmount("/");
	if (e < 0)
		fail(k, "unmounting", e);
	cos_printf("fsheir: everything that was acknowledged is there\n");
	init_exit(0);
}
