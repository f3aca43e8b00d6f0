/*
 * Looks at the clock, and finds out who else had the processor.
 *
 * Parameters: total_us, how long it looks; least, most: percent of it that others may have; longest_us, the longest gap.
 */
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>
#include <time/time.h>

#define NOTICED 20000 /* ns: a shorter gap is the looking itself */

static u64 stolen, longest;

static void
look_for(u64 total)
{
	u64 before = time_mono(), end = before + total, now;

	for (; before < end; before = now) {
		now = time_mono();
		if (now - before < NOTICED)
			continue;
		stolen += now - before;
		longest = now - before > longest ? now - before : longest;
	}
}

void
cos_main(void)
{
	u64 total = cos_param_number("total_us", 200000) * 1000, percent;

	look_for(total);
	percent = stolen * 100 / total;
	cos_printf("patient: others had %lu percent of %lu us, at most %lu us at once\n", percent, total / 1000,
		   longest / 1000);
	if (percent < cos_param_number("least", 0) || percent > cos_param_number("most", 100) ||
	    longest > cos_param_number("longest_us", 1000000) * 1000)
		init_exit(1);
	cos_printf("patient: good\n");
	init_exit(0);
}
