/*
 * Systems of threads, each run with several seeds in a process of its own.
 */
#include "system.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

struct machine_system sys;

void
comp(u32 id, u32 ceiling, u32 max_threads)
{
	sys.comp[sys.ncomps] = (struct info_comp){
	    .id = id, .order = sys.ncomps, .ceiling = ceiling, .max_threads = max_threads};
	sys.ncomps++;
}

void
thread(u32 c, u32 number, u32 priority, u32 endpoint)
{
	sys.thread[sys.nthreads++] = (struct info_thread){c, number, priority, endpoint, 0, 0};
}

int
run(void (*body)(u32 comp, word_t arg), u32 seeds)
{
	sys.body = body;
	for (u32 seed = 1; seed <= seeds; seed++) {
		int status;
		pid_t pid;

		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			const char *why;

			sys.seed = seed;
			why = machine_run(&sys);
			if (why)
				printf("seed %u: %s\n", seed, why);
			fflush(stdout);
			_exit(why != NULL);
		}
		if (waitpid(pid, &status, 0) != pid || status) {
			printf("seed %u: status %x\n", seed, status);
			return 0;
		}
	}
	return 1;
}

void
begin(u32 interrupts, u32 preempt, const char *slice)
{
	sys = (struct machine_system){.interrupts = interrupts, .preempt = preempt, .slice = slice};
}
