/*
 * The booter, from the boot image.
 *
 * Frames are taken from the beginning of the largest region; what is left of all regions is what boot_info tells the booter.
 */
#include "boot.h"

#include "comp.h"
#include "cpu.h"
#include "mem.h"
#include "pgtbl.h"
#include "print.h"
#include "rcv.h"
#include "sched.h"
#include "tcap.h"
#include "thd.h"

#define BOOT_STACK_VA     0x10000000UL /* STACK_VA, STACK_STRIDE of interfaces/init/info.h: the booter's first stack */
#define BOOT_STACK_STRIDE 0x10000UL
#define BOOT_STACK_PAGES  4

static struct boot_info info;
static u32 largest; /* region that frames are taken from */
static void *top;   /* the booter's address space */

static u64
take_frame(void)
{
	if (info.region[largest].count == 0)
		panic("no memory is left for the booter");
	info.region[largest].count--;
	return info.region[largest].first++;
}

void *
boot_user_page(u64 va, word_t prot)
{
	void *page = frame_retype(take_frame(), CAP_NONE);

	boot_map(va, frame_of(page), prot);
	return page;
}

void
boot_map(u64 va, u64 n, word_t prot)
{
	for (u32 level = 3; level >= 1; level--)
		if (!hal_pte_present(*hal_pte(top, va, level + 1)))
			pgtbl_attach(hal_pte(top, va, level + 1), frame_of(frame_retype(take_frame(), CAP_PGTBL)));
	if (hal_pte_present(*hal_pte(top, va, 1)))
		panic("the booter's parts overlap at %lx", va);
	pgtbl_map(hal_pte(top, va, 1), n, prot);
}

static void
adopt_image(const struct machine *m)
{
	info.magic = BOOT_MAGIC;
	info.frames = m->frames;
	info.image_frame = m->image_phys >> PAGE_SHIFT;
	info.image_bytes = m->image_bytes;
	info.tsc_hz = m->tsc_hz;
	info.regions = m->regions;
	memcpy(info.region, m->region, sizeof(info.region));
	memcpy(info.cmdline, m->cmdline, sizeof(info.cmdline));
	for (u32 i = 1; i < info.regions; i++)
		if (info.region[i].count > info.region[largest].count)
			largest = i;
	for (u64 i = 0; i < (m->image_bytes + PAGE_SIZE - 1) / PAGE_SIZE; i++)
		frame_adopt(info.image_frame + i);
}

static void
map_parts(void)
{
	u64 stack = BOOT_STACK_VA + BOOT_STACK_STRIDE - BOOT_STACK_PAGES * PAGE_SIZE;
	u64 pages = (info.image_bytes + PAGE_SIZE - 1) / PAGE_SIZE;

	for (u64 i = 0; i < BOOT_STACK_PAGES; i++)
		boot_user_page(stack + i * PAGE_SIZE, MAP_READ | MAP_WRITE);
	for (u64 i = 0; i < pages; i++)
		boot_map(BOOT_IMAGE_VA + i * PAGE_SIZE, info.image_frame + i, MAP_READ);
}

/* The last thing that takes frames: what it says of the regions stays true. */
static void
put_info(void)
{
	u64 n = take_frame();

	frame_retype(n, CAP_NONE);
	boot_map(BOOT_INFO_VA, n, MAP_READ);
	memcpy(frame_mem(n), &info, sizeof(info));
}

/* As its object a range names frame 0, which lives for ever. */
static void
set_range(struct captbl *t, slot_t slot, enum cap_kind kind, u64 count)
{
	cap_set(captbl_slot(t, slot), kind, frame_mem(0));
	captbl_slot(t, slot)->count = count;
}

static void
fill_captbl(struct captbl *t, struct comp *comp, struct thd *thd, struct tcap *tcap, struct rcv *rcv)
{
	cap_set(captbl_slot(t, SLOT_BOOT_CAPTBL), CAP_CAPTBL, t);
	cap_set(captbl_slot(t, SLOT_BOOT_PGTBL), CAP_PGTBL, top);
	cap_set(captbl_slot(t, SLOT_BOOT_COMP), CAP_COMP, comp);
	cap_set(captbl_slot(t, SLOT_BOOT_THD), CAP_THD, thd);
	cap_set(captbl_slot(t, SLOT_BOOT_TCAP), CAP_TCAP, tcap);
	cap_set(captbl_slot(t, SLOT_BOOT_RCV), CAP_RCV, rcv);
	set_range(t, SLOT_BOOT_FRAME, CAP_FRAME, nframes);
	set_range(t, SLOT_BOOT_DEVICE, CAP_FRAME, 1UL << 20);
	set_range(t, SLOT_BOOT_IRQ, CAP_IRQ, hal_irq_lines());
	set_range(t, SLOT_BOOT_IOPORT, CAP_IOPORT, 1UL << 16);
}

static void
make_booter(const struct machine *m)
{
	struct captbl *t = frame_retype(take_frame(), CAP_CAPTBL);
	struct comp *comp = frame_retype(take_frame(), CAP_COMP);
	struct thd *thd = frame_retype(take_frame(), CAP_THD);
	struct tcap *tcap = frame_retype(take_frame(), CAP_TCAP);
	struct rcv *rcv = frame_retype(take_frame(), CAP_RCV);
	struct cpu *c = cpu_this();

	top = frame_retype(take_frame(), CAP_PGTBL);
	hal_pgtbl_init(top);
	comp_init(comp, t, top, elf_load(frame_mem(info.image_frame), m->image_bytes));
	map_parts();
	thd_init(thd, comp, 0, 0);
	tcap->budget = CYCLES_INF;
	rcv_init(rcv, thd, tcap, 1);
	fill_captbl(t, comp, thd, tcap, rcv);
	thd->tcap = weak_to(tcap);
	put_info();

	c->deadline = CYCLES_INF;
	c->since = hal_now();
	c->tcap = tcap;
	c->prio = thd->prio;
	thd_enter(c, thd);
}

/* The start order of the machine-independent kernel. */
void
kmain(const struct machine *m)
{
	frame_init(m);
	frame_reserve_device(0xa0000 >> PAGE_SHIFT, 0x60000 >> PAGE_SHIFT);       /* the PC's adapters and ROM */
	frame_reserve_device(0xc0000000 >> PAGE_SHIFT, 0x40000000 >> PAGE_SHIFT); /* buses below 4 GiB */
	adopt_image(m);
	make_booter(m);
}
