/*
 * Faults: recorded, told, parked; and what user code must not be able to do.
 */
#include <lib/component.h>

#include "test.h"

static struct child c;
static struct thread victim, handler;
static struct endpoint e;
static volatile word_t reached, handled, mends;

static void
handle(void *arg)
{
	(void)arg;
	for (;;) {
		struct kresult r = rcv_wait(e.rcv, 0, CYCLES_INF);

		if (r.err)
			return;
		if (r.r3 & EVENT_FAULT)
			handled = (u32)r.r2;
		if (mends) /* an instruction of two bytes */
			thd_resume_at(victim.cap, thd_fault(victim.cap).r3 + 2);
	}
}

/* A thread that runs fn in another component, and a handler of better priority for that component's faults. */
static int
begin(void (*fn)(void *), void *arg)
{
	reached = handled = 0;
	CHECK(child_make(&c, T0));
	CHECK(thread_make(&handler, T0 + 3, own_comp, 5, handle, NULL));
	CHECK(endpoint_make(&e, T0 + 4, &handler, 3));
	CHECK_EQ(run(&handler, 3), EOK);
	CHECK_EQ(comp_set_fault(c.comp, e.snd, 0x55), EOK);
	CHECK(thread_make(&victim, T0 + 7, c.comp, 6, fn, arg));
	events_of(0);
	CHECK_EQ(run(&victim, 10), EOK);
	return 1;
}

static int
end(void)
{
	events_of(0);
	thread_end(&victim);
	thread_end(&handler);
	endpoint_end(&e);
	child_end(&c);
	return 1;
}

static int
faulted(enum fault_cause cause)
{
	CHECK_EQ(handled, 6);
	CHECK_EQ(thd_query(victim.cap).r2, THD_PARKED);
	CHECK_EQ(thd_fault(victim.cap).r1, cause);
	CHECK_EQ(reached, 0);
	return 1;
}

static void
touch(void *arg)
{
	*(volatile word_t *)arg = 1;
	reached = 1;
}

static void
look(void *arg)
{
	(void)*(volatile word_t *)arg;
	reached = 1;
}

static void
jump(void *arg)
{
	((void (*)(void))arg)();
	reached = 1;
}

#define INSTRUCTION(name, text) \
	static void name(void *arg) \
	{ \
		(void)arg; \
		asm volatile(text : : : "memory", "rax", "rcx", "rdx"); \
		reached = 1; \
	}

INSTRUCTION(do_in, "inb $0x80, %%al")
INSTRUCTION(do_out, "outb %%al, $0x80")
INSTRUCTION(do_cli, "cli")
INSTRUCTION(do_hlt, "hlt")
INSTRUCTION(do_rdmsr, "movl $0xc0000080, %%ecx; rdmsr")
INSTRUCTION(do_cr3, "movq %%cr3, %%rax")
INSTRUCTION(do_sgdt, "subq $16, %%rsp; sgdt (%%rsp); addq $16, %%rsp")
INSTRUCTION(do_ud2, "ud2")
INSTRUCTION(do_divide, "xorl %%ecx, %%ecx; movl $1, %%eax; xorl %%edx, %%edx; divl %%ecx")
INSTRUCTION(do_int3, "int3")
INSTRUCTION(do_math, "fldz; fninit; pushq $0x37b; fldcw (%%rsp); popq %%rax; fld1; fldz; fdivrp; fwait")
INSTRUCTION(do_int80, "int $0x80")
INSTRUCTION(do_timer, "int $0xf0")
INSTRUCTION(do_noncanonical, "movabsq $0x8000000000000000, %%rax; movq %%rax, %%rsp; pushq %%rax")

#define FAULTS(name, fn, arg, cause) \
	static int name(void) \
	{ \
		CHECK(begin(fn, (void *)(arg))); \
		CHECK(faulted(cause)); \
		return end(); \
	}

FAULTS(null, touch, 0, FAULT_PAGE)
FAULTS(unmapped, look, SCRATCH_VA, FAULT_PAGE)
FAULTS(kernel_read, look, 0xffffffff80100000, FAULT_PAGE)
FAULTS(kernel_write, touch, 0xffff800000100000, FAULT_PAGE)
FAULTS(kernel_jump, jump, 0xffffffff80102000, FAULT_PAGE)
FAULTS(code_write, touch, 0x400000, FAULT_PAGE)
FAULTS(data_jump, jump, &reached, FAULT_PAGE)
FAULTS(in, do_in, 0, FAULT_GENERAL)
FAULTS(out, do_out, 0, FAULT_GENERAL)
FAULTS(cli, do_cli, 0, FAULT_GENERAL)
FAULTS(hlt, do_hlt, 0, FAULT_GENERAL)
FAULTS(msr, do_rdmsr, 0, FAULT_GENERAL)
FAULTS(cr3, do_cr3, 0, FAULT_GENERAL)
FAULTS(umip, do_sgdt, 0, FAULT_GENERAL)
FAULTS(ud2, do_ud2, 0, FAULT_OPCODE)
FAULTS(divide, do_divide, 0, FAULT_DIVIDE)
FAULTS(math, do_math, 0, FAULT_MATH)
FAULTS(int80, do_int80, 0, FAULT_GENERAL)
FAULTS(timer_vector, do_timer, 0, FAULT_GENERAL)
FAULTS(noncanonical, do_noncanonical, 0, FAULT_GENERAL)
FAULTS(breakpoint, do_int3, 0, FAULT_DEBUG)

static int
guard(void)
{
	CHECK(begin(touch, (void *)0x10000000)); /* the lowest page of a stack's place */
	CHECK(faulted(FAULT_PAGE));
	CHECK_EQ(thd_fault(victim.cap).r2, 0x10000000);
	CHECK_EQ(thd_get_reg(victim.cap, REG_COMP).r1, 0x55);
	return end();
}

static int
resume(void)
{
	CHECK(begin(do_ud2, NULL));
	CHECK_EQ(thd_set_reg(victim.cap, REG_RIP, thd_fault(victim.cap).r3 + 2), EOK);
	CHECK_EQ(thd_resume(victim.cap), EOK);
	CHECK_EQ(thd_resume(victim.cap), EINVAL);
	CHECK_EQ(run(&victim, 10), EOK);
	CHECK_EQ(reached, 1);
	return end();
}

static int
resume_at(void)
{
	CHECK(begin(do_ud2, NULL));
	CHECK_EQ(thd_resume_at(victim.cap, 0xffffffff80100000), EINVAL);
	CHECK_EQ(thd_query(victim.cap).r2, THD_PARKED);
	CHECK_EQ(thd_resume_at(victim.cap, thd_fault(victim.cap).r3 + 2), EOK);
	CHECK_EQ(run(&victim, 10), EOK);
	CHECK_EQ(reached, 1);
	return end();
}

static int
mended(void)
{
	mends = 1;
	CHECK(begin(do_ud2, NULL));
	mends = 0;
	CHECK_EQ(handled, 6);
	CHECK_EQ(reached, 1);
	CHECK_EQ(events_of(6), EVENT_DEAD); /* it has gone on to its end */
	return end();
}

static int
not_mended(void)
{
	CHECK(begin(do_ud2, NULL));
	CHECK_EQ(events_of(6), EVENT_BLOCKED);
	return end();
}

static int
registers(void)
{
	CHECK(begin(do_ud2, NULL));
	CHECK_EQ(thd_set_reg(victim.cap, REG_R14, 0x1234), EOK);
	CHECK_EQ(thd_get_reg(victim.cap, REG_R14).r1, 0x1234);
	CHECK_EQ(thd_set_reg(victim.cap, REG_FLAGS, ~0UL), EOK);
	CHECK_EQ(thd_get_reg(victim.cap, REG_FLAGS).r1 & (3 << 12), 0);
	CHECK(thd_get_reg(victim.cap, REG_FLAGS).r1 & (1 << 9));
	CHECK_EQ(thd_set_reg(victim.cap, REG_RIP, 0xffffffff80100000), EINVAL);
	CHECK_EQ(thd_set_reg(victim.cap, REG_FSBASE, 1UL << 63), EINVAL);
	CHECK_EQ(thd_set_reg(victim.cap, REG_CODE, 0), EINVAL);
	CHECK_EQ(thd_set_reg(victim.cap, REG_COUNT, 0), EINVAL);
	CHECK_EQ(thd_get_reg(victim.cap, REG_COUNT).err, EINVAL);
	CHECK_EQ(run(&victim, 10), EPARKED);
	return end();
}

static int
abort_first(void)
{
	CHECK(begin(do_ud2, NULL));
	CHECK_EQ(thd_abort(victim.cap), EOK); /* nothing below: the thread is dead */
	CHECK_EQ(thd_query(victim.cap).r2, THD_DEAD);
	CHECK_EQ(thd_abort(victim.cap), EINVAL);
	return end();
}

const struct test fault_tests[] = {
	{"fault_null", "a write to address 0 faults", null},
	{"fault_unmapped", "a read of an address that is not mapped faults", unmapped},
	{"fault_kernel_read", "the kernel's memory cannot be read", kernel_read},
	{"fault_kernel_write", "the physical map cannot be written", kernel_write},
	{"fault_kernel_jump", "the kernel's code cannot be jumped to", kernel_jump},
	{"fault_code_write", "code cannot be written", code_write},
	{"fault_data_jump", "data cannot be executed", data_jump},
	{"fault_guard", "a stack ends in a page that faults; address and component are told", guard},
	{"fault_in", "in needs a capability", in},
	{"fault_out", "out needs a capability", out},
	{"fault_cli", "interrupts cannot be disabled", cli},
	{"fault_hlt", "the processor cannot be halted", hlt},
	{"fault_msr", "model-specific registers are out of reach", msr},
	{"fault_cr", "control registers are out of reach", cr3},
	{"fault_umip", "descriptor tables cannot be looked at", umip},
	{"fault_opcode", "an invalid instruction faults as that", ud2},
	{"fault_divide", "a division by zero faults as that", divide},
	{"fault_math", "an unmasked x87 exception faults as that", math},
	{"fault_int", "software interrupts are refused", int80},
	{"fault_timer", "the timer's vector cannot be raised", timer_vector},
	{"fault_int3", "a breakpoint faults as that", breakpoint},
	{"fault_canonical", "a stack pointer that is no address faults", noncanonical},
	{"fault_resume", "a handler mends a thread, which goes on", resume},
	{"fault_resume_at", "a handler says where the thread goes on, in the user half", resume_at},
	{"fault_mended", "a thread whose handler mends it at once goes on, and its scheduler hears nothing of the fault", mended},
	{"fault_not_mended", "one whose handler does not is blocked for its scheduler", not_mended},
	{"fault_registers", "a handler reads and writes registers, but no dangerous ones", registers},
	{"fault_abort", "an aborted thread with no caller is dead", abort_first},
	{0},
};
