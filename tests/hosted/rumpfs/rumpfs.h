/*
 * rumpfs: a rump kernel in a process, with an image file as its disk, that does what a script
 * says. main.c tells the commands.
 */
#ifndef RUMPFS_H
#define RUMPFS_H

#include <stddef.h>
#include <stdint.h>

#include <rsys.h>

#define NAMES_MAX 2100 /* bytes of one path */

extern struct rsys_proc *proc; /* of the script */

struct command {
	const char *name; /* NULL: the end of a table */
	long (*run)(char **);
	int words;        /* arguments */
};

extern const struct command socket_commands[];

uint64_t number(const char *); /* a word that is one */

/* CRC-32 as zlib has it; crc is 0 at first. */
uint32_t crc32_add(uint32_t crc, const void *data, size_t n);

/* Prints an argument with everything but letters, digits, '/', '.', '_' and '-' as %XX; and
 * takes that back, in place. */
void print_quoted(const char *s, size_t n);
void unquote(char *s);

/* A number below sides, at most 2^31; the state, a seed at first, moves on. */
uint32_t dice(uint64_t *state, uint32_t sides);

/* The bytes of files that the script writes: from seed and position alone. */
void fill_pattern(uint8_t *to, size_t n, uint64_t seed, uint64_t position);

/* Prints a line for everything at and below a path. Result: 0 or -errno. */
long walk(struct rsys_proc *, const char *path);

/* Reads everything at and below a path, in any state it may be in; nothing is an error.
 * Result: how much there was. */
long graze(struct rsys_proc *, const char *path, int depth);

/* Writes and checks a file of patterned bytes. Results: bytes, or -errno; check: -5 if a byte
 * is wrong. */
long pattern_write(struct rsys_proc *, const char *path, uint64_t size, uint64_t seed, uint64_t position);
long pattern_check(struct rsys_proc *, const char *path, uint64_t size, uint64_t seed);

/* Threads that each work in a folder of their own and in one that all share. Result: 0, or the
 * number of surprises. */
long work(const char *dir, int threads, int rounds, uint64_t seed);

/* Threads that do anything to the same names, so many in each folder of a tree below dir; the
 * fewer, the more they meet. Result: how many operations succeeded, which may be none. */
long scramble(const char *dir, int threads, int operations, int names, uint64_t seed);

/* Threads at one place where order matters; which: see duel.c. Result: surprises, or -22 if
 * there is no such duel. */
long duel(const char *which, const char *dir, int rounds);

/*
 * Pairs of connected streams, each with a writer and a reader at both ends: every byte is checked. bytes: each
 * way. Result: surprises.
 */
long streams(const char *dir, int pairs, uint64_t bytes, uint64_t seed);

/* Senders of datagrams to one receiver, which checks every one. Result: surprises. */
long datagrams(const char *dir, int senders, int each, uint64_t seed);

/* Threads that wait, each in its own way, and what ends that. Result: surprises. */
long blocked(const char *dir);

/* Threads of one process that do anything to few sockets. Result: how much succeeded. */
long tangle(const char *dir, int threads, int operations, uint64_t seed);

/* Bytes that a process' sockets hold at most, which is the same for a second one while the first has them. */
long fill_sockets(void);

#endif
