/*
 * With the parameter bench: what hypercalls cost where nobody else wants the same.
 */
#ifndef RUMPCOMP_BENCH_H
#define RUMPCOMP_BENCH_H

/* Prints a line BENCH for each. After the rump kernel has started, on a thread without an lwp. */
void bench_hypercalls(void);

#endif
