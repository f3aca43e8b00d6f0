/*
 * Runs the invocation stubs on the host and checks what each end sees. Ends with status 0, or
 * prints the line that does not hold.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define STACK_VA     0x10000000UL
#define STACK_STRIDE 0x10000UL
#define STACKS       4
#define FREE         0xaUL /* stacks 1 and 3 */

#define HOLDS(what) hold(what, __LINE__, #what)

uint64_t stack_pool = FREE;
uint64_t operation_next = 1;
_Thread_local uint64_t operation_last;
extern uint64_t last_result[2];

long c_none(void), c_dead(void);
long c_six(long a, long b, long c, long d, long e, long f);
long c_one(long a, uint64_t *out);
long c_id(long a, long b, long c, uint64_t *out1, uint64_t *out2);
long c_two(long a, long b, long c, long d, uint64_t *out1, uint64_t *out2);

static uint64_t seen_pool, seen_stack, seen_badge, seen_thread, seen_operation;
static int write_results = 1;

static void
hold(int holds, int line, const char *what)
{
	if (!holds) {
		printf("line %d: %s\n", line, what);
		exit(1);
	}
}

/* Notes what a server function can see of its stack: called first by each. */
static void
look(void *frame)
{
	uint64_t top = ((uint64_t)frame & ~(STACK_STRIDE - 1)) + STACK_STRIDE;

	seen_pool = stack_pool;
	seen_stack = (top - STACK_VA) / STACK_STRIDE - 1;
	seen_badge = *(uint64_t *)(top - 64 + 8);
	seen_thread = *(uint64_t *)(top - 64 + 16);
	seen_operation = *(uint64_t *)(top - 64 + 24);
	HOLDS((uint64_t)frame <= top - 512);
	HOLDS((uint64_t)frame % 16 == 0); /* as the calling convention has it */
}

long t_none(void) { look(__builtin_frame_address(0)); return 42; }

long
t_six(long a, long b, long c, long d, long e, long f)
{
	look(__builtin_frame_address(0));
	return a + 10 * b + 100 * c + 1000 * d + 10000 * e + 100000 * f;
}

long
t_one(long a, uint64_t *out)
{
	look(__builtin_frame_address(0));
	if (write_results)
		*out = (uint64_t)a + 1;
	return -5;
}

long
t_two(long a, long b, long c, long d, uint64_t *out1, uint64_t *out2)
{
	look(__builtin_frame_address(0));
	HOLDS(*out1 == 0 && *out2 == 0);
	*out1 = (uint64_t)(a * b);
	*out2 = (uint64_t)(c * d);
	return 7;
}

long
t_id(long a, long b, long c, uint64_t *out1, uint64_t *out2)
{
	look(__builtin_frame_address(0));
	*out1 = (uint64_t)(a + b);
	*out2 = (uint64_t)c;
	return 8;
}

static void
check_entry(void)
{
	HOLDS(seen_stack == 1 && seen_pool == (FREE & ~2UL));
	HOLDS(seen_badge == 0x77 && seen_thread == 0x55);
	HOLDS(stack_pool == FREE);
}

static void
check_calls(void)
{
	uint64_t x = 1, y = 2;

	HOLDS(c_none() == 42);
	check_entry();
	HOLDS(last_result[0] == 0 && last_result[1] == 0); /* nothing of the server comes along */
	HOLDS(c_six(1, 2, 3, 4, 5, 6) == 654321);
	check_entry();
	HOLDS(c_one(8, &x) == -5 && x == 9);
	HOLDS(last_result[1] == 0);
	check_entry();
	HOLDS(c_two(2, 3, 4, 5, &x, &y) == 7 && x == 6 && y == 20);
	check_entry();
	HOLDS(seen_operation == 0 && operation_last == 0); /* only functions whose repetition is not harmless have one */
	for (uint64_t i = 1; i < 4; i++) {
		HOLDS(c_id(2, 3, 4, &x, &y) == 8 && x == 5 && y == 4);
		check_entry();
		HOLDS(seen_operation == i && operation_last == i);
	}
}

static void
check_errors(void)
{
	uint64_t x = 1;

	HOLDS(c_dead() == -200);
	write_results = 0;
	HOLDS(c_one(8, &x) == -5 && x == 0);
	stack_pool = 0;
	HOLDS(c_none() == -204);
	HOLDS(stack_pool == 0);
}

int
main(void)
{
	void *stacks = mmap((void *)STACK_VA, STACKS * STACK_STRIDE, PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	HOLDS(stacks == (void *)STACK_VA);
	memset(stacks, 0xa5, STACKS * STACK_STRIDE);
	check_calls();
	check_errors();
	return 0;
}
