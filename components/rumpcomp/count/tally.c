/*
 * What was counted, for whoever measures.
 */
#include <abi/err.h>
#include <lib/print.h>
#include <tally/tally.h>

#define HYPERCALLS 64
#define LINE       480

struct count {
	const char *name;
	volatile u64 n;
};

extern struct count tally_table[]; /* count.S; ends with a name of NULL */

static u64 before[HYPERCALLS]; /* where tally_begin found them */

long
tally_begin(void)
{
	for (u32 i = 0; tally_table[i].name && i < HYPERCALLS; i++)
		before[i] = tally_table[i].n;
	return 0;
}

/* n for each operation, to a tenth. Result: characters put. */
static int
put_mean(char *to, size_t room, const char *name, u64 n, u64 operations)
{
	u64 tenths = (n * 10 + operations / 2) / operations;

	return cos_snprintf(to, room, " %s %lu.%lu", name, tenths / 10, tenths % 10);
}

long
tally_report(word_t operations)
{
	char line[LINE] = "";
	u64 all = 0;
	int at = 0;

	if (operations == 0)
		return -EINVAL;
	for (u32 i = 0; tally_table[i].name && i < HYPERCALLS; i++) {
		u64 n = tally_table[i].n - before[i];

		all += n;
		if (n * 20 >= operations && at < LINE)
			at += put_mean(line + at, LINE - (size_t)at, tally_table[i].name, n, operations);
	}
	cos_printf("BENCH hypercalls %lu.%lu:%s\n", all / operations, all * 10 / operations % 10, line);
	return (long)all;
}
