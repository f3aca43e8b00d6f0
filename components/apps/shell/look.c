/*
 * Commands that look at the system: threads and memory.
 */
#include <abi/err.h>
#include <init/init.h>
#include <lib/component.h>
#include <mem/mem.h>
#include <sched/sched.h>

#include "shell.h"

#define KIB_A_PAGE (PAGE_SIZE / 1024)

/* The name of a component; its id if there is none. */
static const char *
name_of(word_t comp, char name[NAME_LEN])
{
	word_t half[2];

	for (word_t from = 0; from < NAME_LEN; from += sizeof(half)) {
		if (init_comp_name(comp, from, &half[0], &half[1]) != 0) {
			cos_snprintf(name, NAME_LEN, "%lu", comp);
			return name;
		}
		memcpy(name + from, half, sizeof(half));
	}
	return name;
}

int
shell_ps(int n, char **word)
{
	static const char *const states[] = {
		[SCHED_READY] = "ready",     [SCHED_BLOCKED] = "blocked", [SCHED_WAITING] = "waiting",
		[SCHED_EXPIRED] = "expired", [SCHED_STARTED] = "started",
	};
	u64 ticks_a_ms = init_tsc_hz() / 1000;
	word_t comp, priority;
	char name[NAME_LEN];
	long state;

	(void)n;
	(void)word;
	cos_printf("%3s %-16s %-8s %8s %9s\n", "id", "component", "state", "priority", "ms");
	for (word_t id = 1; (state = sched_thd_state(id, &comp, &priority)) != -EINVAL; id++) {
		long ticks = sched_thd_cycles(id);

		if (state >= 0 && ticks >= 0)
			cos_printf("%3lu %-16s %-8s %8lu %9lu\n", id, name_of(comp, name), states[state], priority,
			           ticks / ticks_a_ms);
	}
	return 0;
}

int
shell_mem(int n, char **word)
{
	word_t budget, most, user, kernel;
	char name[NAME_LEN];
	long used, left;

	(void)n;
	(void)word;
	cos_printf("%-16s %10s %10s %10s\n", "component", "used, KiB", "at most", "of");
	for (word_t comp = 1; (used = mem_usage_of(comp, &budget, &most)) >= 0; comp++)
		cos_printf("%-16s %10lu %10lu %10lu\n", name_of(comp, name), used * KIB_A_PAGE, most * KIB_A_PAGE,
		           budget * KIB_A_PAGE);
	left = mem_machine(&user, &kernel);
	cos_printf("free %lu KiB; user memory %lu KiB, kernel objects and page tables %lu KiB\n", left * KIB_A_PAGE,
	           user * KIB_A_PAGE, kernel * KIB_A_PAGE);
	return 0;
}
