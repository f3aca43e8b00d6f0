/*
 * init: what the booter offers to every component. Provided by the booter, the leftmost component.
 */
#ifndef INIT_INIT_H
#define INIT_INIT_H

#include <abi/types.h>

/*
 * Says that the initialisation of a component that starts before the scheduler (memmgr) is over; the
 * calling thread never returns from it. Components after the scheduler call sched_init_done instead.
 * Result: -EPERM for any other component.
 * @blocks yes
 * @repeat harmless
 */
long init_done(void);

/*
 * Ends the whole system with a verdict. status: 0 = good; others = bad (above 63 as 63). Only the component that
 * the script names as its verdict may (-EPERM). Does not return on success.
 * @blocks no
 * @repeat harmless
 */
long init_exit(word_t status);

/*
 * The machine's time-stamp counter frequency, measured at boot.
 * Result: ticks a second.
 * @blocks no
 * @repeat harmless
 */
long init_tsc_hz(void);

/*
 * The name of a component, 16 characters at a time, zeros behind its end. comp: component id; from: index of the first
 * character, 0 or 16. Result: 0; the words hold the characters in memory's order. -EINVAL no such component or index.
 * @blocks no
 * @repeat harmless
 */
long init_comp_name(word_t comp, word_t from, word_t *out_low, word_t *out_high);

#endif
