/*
 * Check sums, patterns, quoting.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "rumpfs.h"

uint32_t
crc32_add(uint32_t crc, const void *data, size_t n)
{
	static uint32_t table[256];
	const uint8_t *p = data;

	if (table[1] == 0) {
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t c = i;

			for (int bit = 0; bit < 8; bit++)
				c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
			table[i] = c;
		}
	}
	crc = ~crc;
	while (n-- > 0)
		crc = crc >> 8 ^ table[(crc ^ *p++) & 0xff];
	return ~crc;
}

void
print_quoted(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c < 128 && isalnum(c)) || (c != 0 && strchr("/._-", c) != NULL))
			putchar(c);
		else
			printf("%%%02X", c);
	}
}

void
unquote(char *s)
{
	char *to = s;
	unsigned c;

	while (*s != 0) {
		if (*s == '%' && sscanf(s + 1, "%2x", &c) == 1) {
			*to++ = (char)c;
			s += 3;
		} else {
			*to++ = *s++;
		}
	}
	*to = 0;
}

uint32_t
dice(uint64_t *state, uint32_t sides)
{
	*state = *state * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)((*state >> 33) % sides);
}

void
fill_pattern(uint8_t *to, size_t n, uint64_t seed, uint64_t position)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t at = position + i;
		uint64_t x = (at >> 3) * 0x9e3779b97f4a7c15 + seed * 0xbf58476d1ce4e5b9;

		to[i] = (uint8_t)(x >> (8 + 8 * (at & 3)) ^ x >> 40);
	}
}

#define PIECE 65536

long
pattern_write(struct rsys_proc *p, const char *path, uint64_t size, uint64_t seed, uint64_t position)
{
	static _Thread_local uint8_t buf[PIECE];
	uint64_t done = 0;
	long fd = rsys_open(p, path, RSYS_CREAT | RSYS_RDWR, 0644), n = 0;

	if (fd < 0)
		return fd;
	while (done < size) {
		size_t want = size - done < PIECE ? (size_t)(size - done) : PIECE;

		fill_pattern(buf, want, seed, position + done);
		n = rsys_pwrite(p, (int)fd, buf, want, (int64_t)(position + done));
		if (n <= 0)
			break;
		done += (uint64_t)n;
	}
	rsys_close(p, (int)fd);
	return done == 0 && n < 0 ? n : (long)done;
}

static long
check_open(struct rsys_proc *p, int fd, uint64_t size, uint64_t seed)
{
	static _Thread_local uint8_t buf[PIECE], want[PIECE];
	uint64_t done = 0;
	long n;

	while ((n = rsys_read(p, fd, buf, PIECE)) > 0) {
		fill_pattern(want, (size_t)n, seed, done);
		if (memcmp(buf, want, (size_t)n) != 0)
			return -5;
		done += (uint64_t)n;
	}
	return n < 0 ? n : done == size ? (long)done : -5;
}

long
pattern_check(struct rsys_proc *p, const char *path, uint64_t size, uint64_t seed)
{
	long fd = rsys_open(p, path, RSYS_RDONLY, 0), e;

	if (fd < 0)
		return fd;
	e = check_open(p, (int)fd, size, seed);
	rsys_close(p, (int)fd);
	return e;
}
