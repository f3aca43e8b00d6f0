/*
 * The archive reader, on archives written here after the format's description, and on what
 * becomes of them by damage.
 */
#include <stdlib.h>
#include <string.h>
#include <tar.h>

#include "test.h"

#define BLOCK 512
#define PIECES 200000 /* damaged archives */

struct archive {
	u8 *at;
	u64 bytes;
};

static u64
blocks(u64 n)
{
	return (n + BLOCK - 1) / BLOCK * BLOCK;
}

static void
seal(u8 *h)
{
	unsigned sum = 0;

	memset(h + 148, ' ', 8);
	for (int i = 0; i < BLOCK; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum & 0777777);
}

static void
add(struct archive *a, const char *name, const char *data)
{
	u64 n = strlen(data), all = BLOCK + blocks(n);
	u8 *h;

	a->at = realloc(a->at, a->bytes + all);
	h = a->at + a->bytes;
	memset(h, 0, all);
	memcpy(h, name, strnlen(name, 100));
	snprintf((char *)h + 124, 12, "%011lo", n & 077777777777UL);
	h[156] = '0';
	memcpy(h + 257, "ustar\00000", 8);
	seal(h);
	memcpy(h + BLOCK, data, n);
	a->bytes += all;
}

static void
finish(struct archive *a, u64 zeros)
{
	a->at = realloc(a->at, a->bytes + zeros);
	memset(a->at + a->bytes, 0, zeros);
	a->bytes += zeros;
}

/* Three members; headers at 0, 1024 and 2048, end at 2560. */
static struct archive
sample(void)
{
	struct archive a = {NULL, 0};

	add(&a, "manifest", "first data");
	add(&a, "booter", "second");
	add(&a, "empty", "");
	finish(&a, 2 * BLOCK);
	return a;
}

static int
holds(const struct archive *a, const char *name, const char *data)
{
	u64 size;
	const void *p = tar_find(a->at, a->bytes, name, &size);

	return p && size == strlen(data) && memcmp(p, data, size) == 0;
}

static int
whole(void)
{
	struct archive a = sample();
	u64 bad, size;

	CHECK(tar_check(a.at, a.bytes, &bad));
	CHECK(holds(&a, "manifest", "first data") && holds(&a, "booter", "second") && holds(&a, "empty", ""));
	CHECK(!tar_find(a.at, a.bytes, "boote", &size) && !tar_find(a.at, a.bytes, "booter2", &size));
	free(a.at);
	return 1;
}

static int
names(void)
{
	struct archive a = {NULL, 0};
	char full[101];
	u64 bad, size;

	memset(full, 'n', 100);
	full[100] = 0;
	add(&a, full, "hundred");
	add(&a, "twice", "1");
	add(&a, "twice", "2");
	finish(&a, BLOCK);
	CHECK(tar_check(a.at, a.bytes, &bad) && holds(&a, full, "hundred") && holds(&a, "twice", "1"));
	full[99] = 0;
	CHECK(!tar_find(a.at, a.bytes, full, &size));
	free(a.at);
	return 1;
}

static int
refused(const struct archive *a, u64 at)
{
	u64 bad = ~0UL;

	return !tar_check(a->at, a->bytes, &bad) && bad == at;
}

/*
 * Writes a size field into the second header, with a right checksum, and expects that header to
 * be refused, or not.
 */
static int
with_size(const char *field, int good)
{
	struct archive a = sample();
	u64 bad;
	int right;

	memset(a.at + 1024 + 124, 0, 12);
	memcpy(a.at + 1024 + 124, field, strnlen(field, 12));
	seal(a.at + 1024);
	right = good ? tar_check(a.at, a.bytes, &bad) : refused(&a, 1024);
	free(a.at);
	if (!right)
		printf("size '%s'\n", field);
	return right;
}

static int
sizes(void)
{
	CHECK(with_size("00000000006", 1) && with_size("6 ", 1));
	CHECK(with_size("00000004001", 0)); /* there are 2048 bytes behind it */
	CHECK(with_size("77777777777", 0));
	CHECK(with_size("", 0) && with_size("00000000008", 0) && with_size("-0000000001", 0) && with_size("0x6", 0));
	return 1;
}

static int
headers(void)
{
	for (u64 i = 0; i < BLOCK; i++) {
		struct archive a = sample();

		a.at[2048 + i] ^= 0x41;
		CHECK(i == 155 || refused(&a, 2048)); /* the byte behind the sum's terminating zero means nothing */
		free(a.at);
	}
	return 1;
}

static int
truncated(void)
{
	struct archive a = sample();

	for (u64 n = 0; n <= a.bytes; n++) {
		u8 *part = malloc(n ? n : 1);
		u64 bad;
		int good;

		memcpy(part, a.at, n);
		good = tar_check(part, n, &bad);
		free(part);
		CHECK(good == (n >= 2560 + BLOCK));
	}
	free(a.at);
	return 1;
}

static u64
chance(void)
{
	static u64 x = 0x9e3779b97f4a7c15UL;

	x ^= x << 13, x ^= x >> 7, x ^= x << 17;
	return x;
}

static int
found_within(const u8 *archive, u64 bytes)
{
	static const char *const names[] = {"manifest", "booter", "empty", "none"};

	for (u32 i = 0; i < 4; i++) {
		u64 size;
		const u8 *p = tar_find(archive, bytes, names[i], &size);

		if (p && (p < archive || p > archive + bytes || size > (u64)(archive + bytes - p)))
			return 0;
	}
	return 1;
}

/*
 * Whatever passes the check can be searched: what is found lies within. Sums are put right, so
 * that the damage gets that far.
 */
static int
damaged(void)
{
	struct archive a = sample();
	u8 *copy = malloc(a.bytes);
	u64 bad, passed = 0;

	for (int i = 0; i < PIECES; i++) {
		memcpy(copy, a.at, a.bytes);
		for (u64 n = chance() % 4; n; n--)
			copy[chance() % 3 * 1024 + 124 + chance() % 12] = "01234567 \0x9"[chance() % 12];
		for (u64 h = 0; h < 3; h++)
			seal(copy + h * 1024);
		if (!tar_check(copy, a.bytes, &bad))
			continue;
		passed++;
		CHECK(found_within(copy, a.bytes));
	}
	free(copy);
	free(a.at);
	CHECK(passed > PIECES / 100 && passed < PIECES);
	return 1;
}

static const struct test tests[] = {
	{"tar-whole", "every member of an archive is found with its data, and nothing else", whole},
	{"tar-names", "a name may fill its field; of two members with one name the first counts", names},
	{"tar-sizes", "a size that is no octal number, or reaches beyond the end, is refused", sizes},
	{"tar-headers", "a header with any byte changed is refused, and its offset named", headers},
	{"tar-truncated", "an archive cut off anywhere before its end is refused", truncated},
	{"tar-damaged", "with sizes changed by chance, what is found lies within the archive", damaged},
};

int
main(void)
{
	return run_tests(tests, sizeof(tests) / sizeof(*tests));
}
