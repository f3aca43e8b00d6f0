/*
 * A client that survives its rump kernels.
 */
#include <abi/err.h>
#include <fs/fs_client.h>
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <sched/sched.h>

#define CALLS    20000 /* before which a kernel should have died */
#define PATIENCE 5     /* seconds */

extern typeof(fsc_stat) stillborn_fsc_stat, panicking_fsc_stat, wrong_fsc_stat, sound_fsc_stat;

static const struct {
	const char *name;
	typeof(fsc_stat) *stat;
} doomed[] = {{"panicking", panicking_fsc_stat}, {"wrong", wrong_fsc_stat}};

#define DOOMED (sizeof(doomed) / sizeof(doomed[0]))

static volatile long other_got[DOOMED]; /* what ended the other thread's work */

/* Calls until a call fails. Result: what it gave; 0: none failed. */
static long
work(typeof(fsc_stat) *stat)
{
	struct fs_stat st;
	long e = 0;

	for (int i = 0; i < CALLS && e == 0; i++)
		e = stat("/", &st);
	return e;
}

void
cos_thread(word_t number)
{
	(void)number;
	for (u32 i = 0; i < DOOMED; i++)
		other_got[i] = work(doomed[i].stat);
}

/* Ends the run if a call does not give what it must. */
static void
expect(const char *kernel, const char *who, long got, long wanted)
{
	if (got == wanted)
		return;
	cos_printf("fssurvivor: the %s kernel gives %s %ld instead of %ld\n", kernel, who, got, wanted);
	init_exit(1);
}

static void
wait_for_other(u32 i)
{
	cycles_t hz = (cycles_t)init_tsc_hz(), end = cos_now() + PATIENCE * hz;

	while (other_got[i] == 0 && cos_now() < end)
		sched_block(cos_now() + hz / 1000);
}

static void
outlive(u32 i)
{
	struct fs_stat st;

	expect(doomed[i].name, "the one inside", work(doomed[i].stat), -ECOMPDEAD);
	wait_for_other(i);
	expect(doomed[i].name, "the other", other_got[i], -ECOMPDEAD);
	expect(doomed[i].name, "who comes later", doomed[i].stat("/", &st), -ECOMPDEAD);
	cos_printf("fssurvivor: the %s kernel is dead\n", doomed[i].name);
}

void
cos_main(void)
{
	struct fs_stat st;

	expect("stillborn", "who comes", stillborn_fsc_stat("/", &st), -ECOMPDEAD);
	cos_printf("fssurvivor: the stillborn kernel is dead\n");
	for (u32 i = 0; i < DOOMED; i++)
		outlive(i);
	expect("sound", "who comes", work(sound_fsc_stat), 0);
	cos_printf("fssurvivor: the sound kernel is alive\n");
	init_exit(0);
}
