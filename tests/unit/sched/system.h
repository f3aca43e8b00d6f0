/*
 * How a test makes a system and runs it.
 */
#ifndef SYSTEM_H
#define SYSTEM_H

#include "machine.h"

#define SEEDS 12

/* The system that is being made: component c has its main thread, and what the test adds. */
extern struct machine_system sys;
void begin(u32 interrupts, u32 preempt, const char *slice);
void comp(u32 id, u32 ceiling, u32 max_threads);
void thread(u32 c, u32 number, u32 priority, u32 endpoint);

/* Runs it with seeds from 1 on; says why it failed. Result: 1, or 0 if it did. */
int run(void (*body)(u32 comp, word_t arg), u32 seeds);

/* For bodies. */
#define HOLDS(x) do { if (!(x)) machine_fail(#x); } while (0)

#endif
