/*
 * What the parts of the program share: random numbers from a seed, and the way to say that
 * something is wrong.
 */
#ifndef FSRANDOM_RANDOM_H
#define FSRANDOM_RANDOM_H

#include <abi/types.h>

#define PATH 256

/* A number below sides. */
u64 roll(u64 sides);

/* Says it, with seed and step. Result: 1. */
int wrong(const char *what, const char *path, long got, long wanted);

/* The folder of this instance. */
extern const char *home;

/* A step on the file, and one on the tree, each compared with what must be. Result: 0, or 1 after
 * wrong. The ends remove what is left. */
int  file_step(void);
void file_end(void);
int  tree_step(void);
void tree_end(void);

#endif
