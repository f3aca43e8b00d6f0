/*
 * What a component writes, and what it can ask of the library. See components/README.md for the
 * order of start-up.
 */
#ifndef LIB_COMPONENT_H
#define LIB_COMPONENT_H

#include <abi/types.h>
#include <init/info.h>
#include <stddef.h>

/*
 * Written by the component, all optional. cos_early is the booter's: it makes the information and
 * the stacks that others find made.
 */
void cos_early(void);
void cos_init(void);                /* on the main thread, before its clients */
void cos_main(void);                /* on the main thread, when every component is initialised */
void cos_thread(word_t number);     /* on each further thread that the script names */

/*
 * The component id of the caller of the invocation that the thread is in; 0 on a thread of one's
 * own.
 */
static inline word_t
cos_badge(void)
{
	word_t v;

	asm volatile("movq %%fs:8, %0" : "=r"(v));
	return v;
}

/* The running thread's id. */
static inline word_t
cos_thdid(void)
{
	word_t v;

	asm volatile("movq %%fs:16, %0" : "=r"(v));
	return v;
}

/*
 * The operation's id that came with the invocation the thread is in: a number of the caller's that grows; 0 if the
 * function is one whose repetition is harmless, or on a thread of one's own.
 */
static inline word_t
cos_operation(void)
{
	word_t v;

	asm volatile("movq %%fs:24, %0" : "=r"(v));
	return v;
}

/* The id of the last such function that the running thread has invoked; 0: none. */
word_t cos_last_operation(void);

/* The number of the execution stack that the thread is on, below STACKS_MAX. Nobody else is on it meanwhile. */
static inline word_t
cos_stack(void)
{
	word_t tcb;

	asm volatile("movq %%fs:0, %0" : "=r"(tcb));
	return (tcb - STACK_VA) / STACK_STRIDE;
}

static inline cycles_t
cos_now(void)
{
	u32 lo, hi;

	asm volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}

/* What the composer wrote about this component; it lives for ever. */
const struct comp_info *cos_info(void);

/* The booter's blob is not mapped for it: it says where it found its own. */
void cos_set_info(const struct comp_info *);

/*
 * A parameter of the script; NULL if it is not there. cos_param_number: its decimal value, or
 * otherwise.
 */
const char *cos_param(const char *key);
u64 cos_param_number(const char *key, u64 otherwise);

/* The nth grant of a kind, counting from 0; NULL if there are fewer. */
const struct info_grant *cos_grant(enum grant_kind kind, u32 nth);

/*
 * A file of the boot image that was handed over; NULL if there is none of that name. name NULL:
 * the first.
 */
const struct info_file *cos_file(const char *name);

/* The component id of the server that provides an import, an interface's name if it has no other;
 * 0 if there is no such import. */
word_t cos_provider(const char *import);

/* Arrays of the blob. */
const struct info_comp   *cos_comps(u32 *n);
const struct info_thread *cos_threads(u32 *n);

/*
 * Makes a thread that runs fn(arg) and ends when it returns. priority: 0 is the highest. Needs
 * sched. Result: thread id, or -ENOMEM (too many at once), or what sched_thd_create says.
 */
long cos_thread_create(void (*fn)(void *), void *arg, word_t priority);

/* Ends the calling thread, which must be in its first component. */
void cos_thread_exit(void) __attribute__((noreturn));

/* Ends the component with a message: it faults, and whoever receives its faults decides. */
void cos_panic(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
