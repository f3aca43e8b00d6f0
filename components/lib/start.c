/*
 * What a new thread does in its component. Threads are numbered by the script (0 is the main
 * thread); a number that is no small one is the address of a struct thread_start of the
 * component's own.
 */
#include <abi/err.h>

#include "component.h"
#include "print.h"
#include "stack.h"

#define NUMBERS 4096 /* below: a number; from here on: an address */
#define THREADS 64

long sched_init_done(void) __attribute__((weak));
long init_done(void) __attribute__((weak));
long sched_thd_create(word_t arg, word_t priority) __attribute__((weak));
void cos_early(void) __attribute__((weak));
void cos_init(void) __attribute__((weak));
void cos_main(void) __attribute__((weak));
void cos_thread(word_t number) __attribute__((weak));

void thread_start(word_t arg); /* called by entry.S */

struct thread_start {
	void (*fn)(void *); /* NULL: free */
	void *arg;
};

static struct thread_start starts[THREADS];

static void
main_thread(void)
{
	if (cos_early)
		cos_early();
	stack_init(cos_info()->stacks);
	if (cos_init)
		cos_init();
	if (sched_init_done)
		sched_init_done();
	else if (init_done)
		init_done();
	if (cos_main)
		cos_main();
}

static void
run(struct thread_start *s)
{
	struct thread_start own = *s;

	__atomic_store_n(&s->fn, NULL, __ATOMIC_RELEASE);
	own.fn(own.arg);
}

void
thread_start(word_t arg)
{
	if (arg >= NUMBERS)
		run((struct thread_start *)arg);
	else if (arg == 0)
		main_thread();
	else if (cos_thread)
		cos_thread(arg);
}

long
cos_thread_create(void (*fn)(void *), void *arg, word_t priority)
{
	for (u32 i = 0; i < THREADS; i++) {
		struct thread_start *s = &starts[i];
		void (*none)(void *) = NULL;
		long id;

		if (!__atomic_compare_exchange_n(&s->fn, &none, fn, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			continue;
		s->arg = arg;
		id = sched_thd_create((word_t)s, priority);
		if (id < 0)
			__atomic_store_n(&s->fn, NULL, __ATOMIC_RELEASE);
		return id;
	}
	return -ENOMEM;
}

void
cos_panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cos_printf("%s: panic: ", cos_info()->name);
	cos_vprintf(fmt, ap);
	cos_printf("\n");
	va_end(ap);
	for (;;)
		asm volatile("ud2");
}
