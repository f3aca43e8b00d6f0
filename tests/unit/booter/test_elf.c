/*
 * The reader of programs, on a small executable made here with the host's own definitions of the
 * format, and on what is wrong with it.
 */
#include <elf.h> /* the booter's */
#include <linux/elf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define LOW  0x400000UL
#define HIGH 0x10000000UL
#define PIECES 300000 /* damaged programs */

struct program {
	Elf64_Ehdr head;
	Elf64_Phdr segment[3];
	u8 data[100];
};

static struct program
sample(void)
{
	struct program p = {
		.head = {
			.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			.e_type = ET_EXEC, .e_machine = EM_X86_64, .e_version = EV_CURRENT, .e_entry = LOW + 16,
			.e_phoff = offsetof(struct program, segment), .e_ehsize = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 3,
		},
		.segment = {
			{.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_offset = 0, .p_vaddr = LOW,
			 .p_filesz = sizeof(p), .p_memsz = sizeof(p)},
			{.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = offsetof(struct program, data),
			 .p_vaddr = LOW + 0x1000, .p_filesz = 100, .p_memsz = 5000},
			{.p_type = PT_TLS, .p_offset = ~0UL, .p_filesz = ~0UL, .p_memsz = 1},
		},
	};

	return p;
}

/* Of a segment that is said to be good. */
static int
fits(const struct elf_segment *s, const u8 *file, u64 size)
{
	volatile u8 read;

	if (s->filesz) {
		read = file[s->offset]; /* for the sanitizer */
		read = file[s->offset + s->filesz - 1];
		(void)read;
	}
	return s->offset <= size && s->filesz <= s->memsz && s->vaddr >= LOW && s->vaddr < HIGH && s->memsz <= HIGH - s->vaddr;
}

/*
 * What the reader says to all of it, in a buffer of exactly that size. -1: no executable; -2: it
 * lies; else the worst of its segments.
 */
static int
verdict(const struct program *p, u64 size)
{
	u8 *file = malloc(size ? size : 1);
	struct elf_program e;
	struct elf_segment s;
	int worst = ELF_SKIP;

	memcpy(file, p, size);
	if (!elf_open(&e, file, size)) {
		free(file);
		return -1;
	}
	for (u32 i = 0; i < e.segments; i++) {
		int f = elf_segment(&e, i, LOW, HIGH, &s);

		if (f == ELF_LOAD && !fits(&s, file, size))
			f = -2;
		worst = f < worst ? f : worst;
	}
	free(file);
	return worst;
}

static int
whole(void)
{
	struct program p = sample();
	struct elf_program e;
	struct elf_segment s;

	CHECK(elf_open(&e, (const u8 *)&p, sizeof(p)) && e.entry == LOW + 16 && e.segments == 3);
	CHECK(elf_segment(&e, 0, LOW, HIGH, &s) == ELF_LOAD && s.flags & ELF_X && !(s.flags & ELF_W));
	CHECK(elf_segment(&e, 1, LOW, HIGH, &s) == ELF_LOAD && s.flags & ELF_W && !(s.flags & ELF_X));
	CHECK(s.vaddr == LOW + 0x1000 && s.filesz == 100 && s.memsz == 5000);
	CHECK(elf_segment(&e, 2, LOW, HIGH, &s) == ELF_SKIP);
	return 1;
}

static int
truncated(void)
{
	struct program p = sample();

	for (u64 n = 0; n < sizeof(p); n++)
		CHECK(verdict(&p, n) == (n < offsetof(struct program, data) ? -1 : ELF_BAD));
	CHECK(verdict(&p, sizeof(p)) == ELF_LOAD);
	return 1;
}

#define WITH(member, value, wanted) \
	do { \
		struct program q = sample(); \
		q.member = value; \
		CHECK(verdict(&q, sizeof(q)) == (wanted)); \
	} while (0)

static int
foreign(void)
{
	WITH(head.e_ident[EI_MAG0], 0, -1);
	WITH(head.e_ident[EI_CLASS], ELFCLASS32, -1);
	WITH(head.e_ident[EI_DATA], ELFDATA2MSB, -1);
	WITH(head.e_type, ET_DYN, -1);
	WITH(head.e_machine, EM_AARCH64, -1);
	WITH(head.e_phentsize, 32, -1);
	return 1;
}

static int
tables(void)
{
	WITH(head.e_phoff, sizeof(struct program), -1);
	WITH(head.e_phoff, ~0UL, -1);
	WITH(head.e_phoff, -56UL, -1);
	WITH(head.e_phnum, 0xffff, -1);
	WITH(head.e_phnum, 5, -1); /* 100 bytes behind the third: one more fits, two do not */
	WITH(head.e_phnum, 4, ELF_LOAD);
	WITH(head.e_phnum, 0, ELF_SKIP);
	return 1;
}

static int
segments(void)
{
	WITH(segment[1].p_offset, sizeof(struct program) - 99, ELF_BAD);
	WITH(segment[1].p_offset, ~0UL, ELF_BAD);
	WITH(segment[1].p_offset, -50UL, ELF_BAD);
	WITH(segment[1].p_memsz, 99, ELF_BAD);
	WITH(segment[1].p_memsz, ~0UL, ELF_BAD);
	WITH(segment[1].p_memsz, HIGH - LOW - 0x1000, ELF_LOAD);
	WITH(segment[1].p_memsz, HIGH - LOW - 0x1000 + 1, ELF_BAD);
	WITH(segment[1].p_vaddr, LOW - 1, ELF_BAD);
	WITH(segment[1].p_vaddr, HIGH, ELF_BAD);
	WITH(segment[1].p_vaddr, 0xffffffff80000000UL, ELF_BAD);
	return 1;
}

static u64
chance(void)
{
	static u64 x = 0x2545f4914f6cdd1dUL;

	x ^= x << 13, x ^= x >> 7, x ^= x << 17;
	return x;
}

static int
damaged(void)
{
	static const u64 nasty[] = {0, 1, 55, 56, 64, 99, 332, 4096, LOW, HIGH - 1, 1UL << 63, -1UL, -56UL, -4096UL};
	u64 count[4] = {0}; /* by verdict, from -1 on */

	for (int i = 0; i < PIECES; i++) {
		struct program p = sample();
		u64 words = offsetof(struct program, data) / 8 - 3, v;
		int w;

		for (u64 n = chance() % 3; n; n--) {
			v = nasty[chance() % (sizeof(nasty) / sizeof(*nasty))];
			memcpy((u8 *)&p + 24 + chance() % words * 8, &v, chance() % 8 + 1);
		}
		w = verdict(&p, sizeof(p) - (chance() % 4 == 0 ? chance() % sizeof(p) : 0));
		CHECK(w >= -1);
		count[w + 1]++;
	}
	CHECK(count[0] && count[1] && count[2]); /* refused, with a bad segment, and good ones were all seen */
	return 1;
}

static const struct test tests[] = {
	{"elf-whole", "segments to load are found with their flags, others skipped", whole},
	{"elf-truncated", "a program cut off anywhere is refused", truncated},
	{"elf-foreign", "other machines, classes and kinds of file are refused", foreign},
	{"elf-tables", "program headers outside the file are refused", tables},
	{"elf-segments", "a segment outside the file, or outside the room for programs, is refused", segments},
	{"elf-damaged", "with words changed by chance, what is loaded lies within file and room", damaged},
};

int
main(void)
{
	return run_tests(tests, sizeof(tests) / sizeof(*tests));
}
